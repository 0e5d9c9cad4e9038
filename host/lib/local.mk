lib_sources = \
	host/lib/call.c \
	host/lib/context.c host/lib/context.h \
	host/lib/encode.c \
	host/lib/hints.c host/lib/hints.h \
	host/lib/immure.h \
	host/lib/run.c \
	host/lib/start.c \
	host/lib/verdict.c

include_HEADERS = host/lib/immure.h

# --- what is installed: one library of all it needs, with immure_* to see ------
shlibdir = $(libdir)
shlib_PROGRAMS = libimmure.so.0
libimmure_so_0_SOURCES = $(lib_sources) $(wire_sources) $(base_sources)
nodist_libimmure_so_0_SOURCES = $(policy_generated)
libimmure_so_0_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libimmure_so_0_CFLAGS = $(AM_CFLAGS) -fPIC
libimmure_so_0_LDFLAGS = $(filter-out -pie,$(AM_LDFLAGS)) -shared \
	-Wl,-soname,libimmure.so.0
libimmure_so_0_LDADD = $(JANSSON_LIBS) -lpthread

# The same as an archive: one object whose other names are local to it.
archivedir = $(libdir)
archive_DATA = lib/libimmure.a
lib/libimmure.a: libimmure.a libwire.a libbase.a
	$(AM_V_GEN)$(MKDIR_P) lib && rm -f $@ && \
	$(CC) -r -nostdlib -o lib/immure.o -Wl,--whole-archive $^ && \
	$(OBJCOPY) --wildcard --keep-global-symbol='immure_*' lib/immure.o && \
	$(AR) cr $@ lib/immure.o
CLEANFILES += lib/libimmure.a lib/immure.o

pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = lib/immure.pc
lib/immure.pc: Makefile
	$(AM_V_GEN)$(MKDIR_P) lib && printf '%s\n' \
	    'libdir=$(libdir)' 'includedir=$(includedir)' '' \
	    'Name: immure' 'Version: $(PACKAGE_VERSION)' \
	    'Description: run untrusted Python on CPython behind two walls' \
	    'Requires.private: jansson' 'Libs.private: -lpthread' \
	    'Libs: -L$${libdir} -limmure' 'Cflags: -I$${includedir}' >$@
CLEANFILES += lib/immure.pc

install-data-hook:
	cd '$(DESTDIR)$(libdir)' && $(LN_S) -f libimmure.so.0 libimmure.so
uninstall-hook:
	rm -f '$(DESTDIR)$(libdir)/libimmure.so'
dist_man_MANS += docs/immure.3
