# The reviewed lists, turned into the tables of the gate.
whitelist_lists = \
	stdlib-whitelist/attrs.list \
	stdlib-whitelist/builtins.list \
	stdlib-whitelist/cfuncs.list \
	stdlib-whitelist/events.list \
	stdlib-whitelist/grants.list \
	stdlib-whitelist/inventory-3.11.list \
	stdlib-whitelist/modules.list \
	stdlib-whitelist/mutable.list \
	stdlib-whitelist/slots.list \
	stdlib-whitelist/types.list \
	stdlib-whitelist/versions.list

whitelist_gen = $(PYTHON) -I -B $(top_srcdir)/stdlib-whitelist/gen.py \
	--version $(PYTHON_VERSION) --lists $(top_srcdir)/stdlib-whitelist

jailmod_generated += stdlib-whitelist/lists_data.c

stdlib-whitelist/lists_data.c: stdlib-whitelist/gen.py $(whitelist_lists)
	$(AM_V_GEN)$(MKDIR_P) stdlib-whitelist && \
	$(whitelist_gen) -o $@

CLEANFILES += stdlib-whitelist/lists_data.c
EXTRA_DIST += $(whitelist_lists) stdlib-whitelist/gen.py \
	stdlib-whitelist/survey.py \
	stdlib-whitelist/README.md
