# libimmure as a program uses it.
api_tests = tests/lib/test_api tests/lib/test_calls tests/lib/test_session \
	tests/lib/test_trouble
api_libs = libimmure.a libwire.a libbase.a $(JANSSON_LIBS)
if HAVE_CHECK
check_PROGRAMS += $(api_tests)
TESTS += $(api_tests)
endif
tests_lib_test_api_SOURCES = tests/lib/test_api.c tests/lib/api.h
tests_lib_test_api_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_lib_test_api_LDADD = $(api_libs) $(CHECK_LIBS)
tests_lib_test_calls_SOURCES = tests/lib/test_calls.c tests/lib/api.h
tests_lib_test_calls_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_lib_test_calls_LDADD = $(api_libs) $(CHECK_LIBS)
tests_lib_test_session_SOURCES = tests/lib/test_session.c tests/lib/api.h
tests_lib_test_session_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_lib_test_session_LDADD = $(api_libs) $(CHECK_LIBS)
tests_lib_test_trouble_SOURCES = tests/lib/test_trouble.c tests/lib/api.h
tests_lib_test_trouble_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_lib_test_trouble_LDADD = $(api_libs) $(CHECK_LIBS)
TESTS += tests/lib/library_test.py tests/lib/examples_test.py \
	tests/lib/soak_test.py
check_PROGRAMS += tests/lib/soak
tests_lib_soak_SOURCES = tests/lib/soak.c
tests_lib_soak_LDADD = $(api_libs)

# 20 000 jobs; `make check` has a shorter one.
SOAK_JOBS = 20000
.PHONY: check-soak
check-soak: all tests/lib/soak
	BUILDDIR='$(abs_top_builddir)' SOAK_JOBS=$(SOAK_JOBS) \
	    $(PYTHON_TESTS) -B $(top_srcdir)/tests/lib/soak_test.py

# Beside the supervisor, which they look for there.
check_PROGRAMS += example-one-job example-many-jobs
example_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/host/lib
example_one_job_SOURCES = examples/c/one_job.c
example_one_job_CPPFLAGS = $(example_cppflags)
example_one_job_LDADD = $(api_libs)
example_many_jobs_SOURCES = examples/c/many_jobs.c
example_many_jobs_CPPFLAGS = $(example_cppflags)
example_many_jobs_LDADD = $(api_libs)
