# The wall with the interpreter layer assumed broken: native code in a sealed
# guest tries every system call; and each layer alone.
wall_test_cppflags = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(SECCOMP_CFLAGS)
wall_test_libs = libwall.a libbase.a $(SECCOMP_LIBS)
if SANITIZERS
wall_test_options = tests/sanitizers/options.c
endif

check_PROGRAMS += tests/wall/probe
TESTS += tests/wall/probe
tests_wall_probe_SOURCES = \
	tests/wall/attempts.c \
	tests/wall/edges.c \
	tests/wall/probe.c tests/wall/probe.h \
	tests/wall/sealed.c \
	$(wall_test_options)
tests_wall_probe_CPPFLAGS = $(wall_test_cppflags)
tests_wall_probe_LDADD = $(wall_test_libs)

if HAVE_CHECK
wall_unit_tests = \
	tests/unit/test_wall \
	tests/unit/test_wall_arches \
	tests/unit/test_wall_faults \
	tests/unit/test_wall_guest \
	tests/unit/test_wall_layers
check_PROGRAMS += $(wall_unit_tests)
TESTS += $(wall_unit_tests)
endif
wall_confined = tests/wall/confined.c tests/wall/confined.h \
	$(wall_test_options)
tests_unit_test_wall_SOURCES = tests/unit/test_wall.c $(wall_confined)
tests_unit_test_wall_CPPFLAGS = $(wall_test_cppflags)
tests_unit_test_wall_LDADD = $(wall_test_libs) $(CHECK_LIBS)
tests_unit_test_wall_arches_SOURCES = tests/unit/test_wall_arches.c \
	$(wall_test_options)
tests_unit_test_wall_arches_CPPFLAGS = $(wall_test_cppflags) \
	-DNUMBERS='"$(abs_top_srcdir)/tests/wall/numbers.txt"'
tests_unit_test_wall_arches_LDADD = $(wall_test_libs) $(CHECK_LIBS)
tests_unit_test_wall_faults_SOURCES = tests/unit/test_wall_faults.c $(wall_confined)
tests_unit_test_wall_faults_CPPFLAGS = $(wall_test_cppflags)
tests_unit_test_wall_faults_LDADD = $(wall_test_libs) $(CHECK_LIBS)
tests_unit_test_wall_guest_SOURCES = tests/unit/test_wall_guest.c $(wall_confined)
tests_unit_test_wall_guest_CPPFLAGS = $(wall_test_cppflags)
tests_unit_test_wall_guest_LDADD = $(wall_test_libs) $(CHECK_LIBS)
tests_unit_test_wall_layers_SOURCES = tests/unit/test_wall_layers.c $(wall_confined)
tests_unit_test_wall_layers_CPPFLAGS = $(wall_test_cppflags)
tests_unit_test_wall_layers_LDADD = $(wall_test_libs) $(CHECK_LIBS)

# Runs a program on a kernel that lacks a call.
noinst_PROGRAMS += tests/wall/without
tests_wall_without_SOURCES = tests/wall/without.c
tests_wall_without_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS)
tests_wall_without_LDADD = $(SECCOMP_LIBS)


wall_scripts = tests/wall/attacks_test.py tests/wall/cgroup_test.py \
	tests/wall/doctor_test.py tests/wall/kernels_test.py \
	tests/wall/own_uid_test.py tests/wall/killed_for_test.py \
	tests/wall/untraced_test.py
TESTS += $(wall_scripts)

# All of this, alone.
.PHONY: check-wall
check-wall: all
	$(MAKE) check TESTS='tests/wall/probe $(wall_unit_tests) $(wall_scripts)'

EXTRA_DIST += tests/wall/numbers.txt tests/wall/expected-x86_64.txt tests/wall/killed_for.txt
