# The guest's file system: against a real tmpfs, and through Python.
vfs_tests = tests/vfs/oracle tests/vfs/pages
check_PROGRAMS += $(vfs_tests)
TESTS += $(vfs_tests) tests/vfs/python_test.py
# The tree, compiled once more: here without Python.
vfs_plain = jailmod/vfs.h jailmod/vfs.c jailmod/vfs_data.c jailmod/vfs_fd.c \
	jailmod/vfs_names.c jailmod/vfs_pages.c jailmod/vfs_path.c
tests_vfs_oracle_SOURCES = tests/vfs/oracle.c tests/vfs/oracle.h \
	tests/vfs/oracle_calls.c tests/vfs/oracle_tmpfs.c $(vfs_plain) \
	$(zygote_main)
tests_vfs_oracle_CPPFLAGS = $(AM_CPPFLAGS)
tests_vfs_pages_SOURCES = tests/vfs/pages.c $(vfs_plain) $(zygote_main)
tests_vfs_pages_CPPFLAGS = $(AM_CPPFLAGS)

# The same with so many random calls, some minutes: by `make check-files
# VFS_CALLS=N VFS_SEED=N` more, or others.
VFS_CALLS = 1000000
VFS_SEED = 1
.PHONY: check-files
check-files: all $(vfs_tests)
	@tests/vfs/pages 4000 $(VFS_SEED)
	@tests/vfs/oracle $(VFS_CALLS) $(VFS_SEED)
	@IMMURE='$(abs_top_builddir)/immure run' $(PYTHON) -B \
	    $(top_srcdir)/tests/vfs/python_test.py --calls $(VFS_CALLS) \
	    --seed $(VFS_SEED)
