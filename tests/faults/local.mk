# Failures of the kernel, of memory and of fellow processes.  Minutes, so not in
# `check`.
check_PROGRAMS += tests/faults/inject
tests_faults_inject_SOURCES = tests/faults/inject.c
tests_faults_inject_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS)
tests_faults_inject_LDADD = $(SECCOMP_LIBS)

.PHONY: check-faults
check-faults: all
	$(MAKE) check TESTS=tests/faults/faults_test.py

EXTRA_DIST += tests/faults/faults.toml
