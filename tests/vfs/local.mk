# The guest's file system: against a real tmpfs, and through Python.
vfs_tests = tests/vfs/oracle tests/vfs/pages
check_PROGRAMS += $(vfs_tests)
TESTS += $(vfs_tests)
# The tree, compiled once more: here without Python.
vfs_plain = jailmod/vfs.h jailmod/vfs.c jailmod/vfs_data.c jailmod/vfs_fd.c \
	jailmod/vfs_names.c jailmod/vfs_pages.c jailmod/vfs_path.c
tests_vfs_oracle_SOURCES = tests/vfs/oracle.c tests/vfs/oracle.h \
	tests/vfs/oracle_calls.c tests/vfs/oracle_tmpfs.c $(vfs_plain) \
	$(zygote_main)
tests_vfs_oracle_CPPFLAGS = $(AM_CPPFLAGS)
tests_vfs_pages_SOURCES = tests/vfs/pages.c $(vfs_plain) $(zygote_main)
tests_vfs_pages_CPPFLAGS = $(AM_CPPFLAGS)

.PHONY: check-files
check-files: all $(vfs_tests)
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(vfs_tests)'
