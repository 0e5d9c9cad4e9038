# CPython's own tests, in the jail and out of it.  Minutes, so not in `check`.
noinst_PROGRAMS += tests/conformance/steps
tests_conformance_steps_SOURCES = tests/conformance/steps.c
tests_conformance_steps_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_conformance_steps_LDADD = $(api_libs)

.PHONY: check-conformance
check-conformance: all
	@BUILDDIR='$(abs_top_builddir)' $(PYTHON_TESTS) -B \
	    $(top_srcdir)/tests/conformance/run.py $(CONFORMANCE_FLAGS); \
	    status=$$?; test $$status -eq 77 || exit $$status

EXTRA_DIST += tests/conformance/run.py tests/conformance/guest.py \
	tests/conformance/plan.py tests/conformance/sides.py \
	tests/conformance/reasons.py tests/conformance/taken.py \
	tests/conformance/files.txt \
	tests/conformance/reasons.txt tests/conformance/expected.txt \
	tests/conformance/policy.toml
