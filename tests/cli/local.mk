# Command lines and policies.
TESTS += tests/cli/cli_test.py tests/cli/docs_test.py \
	tests/cli/repl_tmux_test.py tests/unit/test_policy_compile.py
EXTRA_DIST += tests/cli/cli_test.py tests/cli/docs_test.py \
	tests/cli/repl_tmux_test.py docs/policy-cookbook.md tests/cli/endings.toml \
	tests/cli/files.toml tests/cli/given.toml tests/cli/host.toml tests/cli/inputs.toml tests/cli/policy.toml \
	tests/cli/repl.toml tests/cli/results.toml tests/cli/usage.toml \
	tests/unit/test_policy_compile.py

cli_unit_tests = tests/unit/test_units tests/unit/test_options \
	tests/unit/test_policy
cli_unit_libs = libcli.a libimmure.a libwire.a libbase.a $(JANSSON_LIBS) \
	$(LIBEDIT_LIBS) $(CHECK_LIBS)
if HAVE_CHECK
check_PROGRAMS += $(cli_unit_tests)
TESTS += $(cli_unit_tests)
endif
tests_unit_test_units_SOURCES = tests/unit/test_units.c
tests_unit_test_units_CPPFLAGS = $(test_cppflags)
tests_unit_test_units_LDADD = $(cli_unit_libs)
tests_unit_test_options_SOURCES = tests/unit/test_options.c
tests_unit_test_options_CPPFLAGS = $(test_cppflags)
tests_unit_test_options_LDADD = $(cli_unit_libs)
tests_unit_test_policy_SOURCES = tests/unit/test_policy.c
tests_unit_test_policy_CPPFLAGS = $(test_cppflags)
tests_unit_test_policy_LDADD = $(cli_unit_libs)
