# The reviewed lists, turned into the tables of the gate.
whitelist_lists = \
	stdlib-whitelist/attrs.list \
	stdlib-whitelist/builtins.list \
	stdlib-whitelist/cfuncs.list \
	stdlib-whitelist/events.list \
	stdlib-whitelist/grants.list \
	stdlib-whitelist/inventory-3.11.list \
	stdlib-whitelist/inventory-3.13.list \
	stdlib-whitelist/inventory-markupsafe.list \
	stdlib-whitelist/inventory-numpy.list \
	stdlib-whitelist/modules.list \
	stdlib-whitelist/mutable.list \
	stdlib-whitelist/package-markupsafe.list \
	stdlib-whitelist/package-numpy.list \
	stdlib-whitelist/slots.list \
	stdlib-whitelist/types.list \
	stdlib-whitelist/versions.list

whitelist_gen = $(PYTHON) -I -B $(top_srcdir)/stdlib-whitelist/gen.py \
	--version $(PYTHON_VERSION) --lists $(top_srcdir)/stdlib-whitelist

jailmod_generated += stdlib-whitelist/lists_data.c

stdlib-whitelist/lists_data.c: stdlib-whitelist/gen.py $(whitelist_lists)
	$(AM_V_GEN)$(MKDIR_P) stdlib-whitelist && \
	$(whitelist_gen) -o $@

# The library's own code: the assembler takes the blob in as it is.
jailmod_generated += stdlib-whitelist/library_data.c

# Debian's fixes change the library under a tree that is built.
stdlib-whitelist/library.of: FORCE
	@$(MKDIR_P) stdlib-whitelist && $(PYTHON) -I -c 'import os, sys; \
	    print(sys.version, os.stat(os.__file__).st_ctime_ns)' >$@.new; \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
FORCE:

stdlib-whitelist/library_data.c: stdlib-whitelist/freeze.py \
		stdlib-whitelist/gen.py stdlib-whitelist/modules.list \
		stdlib-whitelist/versions.list stdlib-whitelist/library.of
	$(AM_V_GEN)$(MKDIR_P) stdlib-whitelist && \
	$(PYTHON) -I -B $(top_srcdir)/stdlib-whitelist/freeze.py \
	    --lists $(top_srcdir)/stdlib-whitelist $@ \
	    stdlib-whitelist/library.bin stdlib-whitelist/names_data.c
stdlib-whitelist/names_data.c: stdlib-whitelist/library_data.c
nodist_libimmure_a_SOURCES += stdlib-whitelist/names_data.c
nodist_libimmure_so_0_SOURCES += stdlib-whitelist/names_data.c

CLEANFILES += stdlib-whitelist/library_data.c stdlib-whitelist/library.bin \
	stdlib-whitelist/names_data.c stdlib-whitelist/library.of
CLEANFILES += stdlib-whitelist/lists_data.c
EXTRA_DIST += $(whitelist_lists) stdlib-whitelist/freeze.py \
	stdlib-whitelist/gen.py stdlib-whitelist/survey.py \
	stdlib-whitelist/README.md
