# The guest's file system: against a real tmpfs, and through Python.
vfs_tests = tests/vfs/oracle
check_PROGRAMS += $(vfs_tests)
TESTS += $(vfs_tests)
tests_vfs_oracle_SOURCES = tests/vfs/oracle.c tests/vfs/oracle.h \
	tests/vfs/oracle_calls.c tests/vfs/oracle_tmpfs.c jailmod/vfs.h \
	jailmod/vfs.c jailmod/vfs_data.c jailmod/vfs_fd.c \
	jailmod/vfs_names.c jailmod/vfs_path.c $(zygote_main)
# Compiled once more: here without Python.
tests_vfs_oracle_CPPFLAGS = $(AM_CPPFLAGS)

.PHONY: check-files
check-files: all $(vfs_tests)
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(vfs_tests)'
