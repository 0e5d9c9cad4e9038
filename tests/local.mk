# Every test prints TAP, so that `make check` counts cases and not programs.
# Scripts run under the interpreter that belongs to libpython.
TEST_EXTENSIONS = .py
PY_LOG_DRIVER = $(tap_driver)
PY_LOG_COMPILER = $(PYTHON_TESTS)
AM_PY_LOG_FLAGS = -B $(top_srcdir)/tests/tap.py
LOG_DRIVER = $(tap_driver)
LOG_COMPILER = $(SHELL)
AM_LOG_FLAGS = $(top_srcdir)/tests/tap.sh
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh

AM_TESTS_ENVIRONMENT = \
	CK_VERBOSITY=silent; \
	BUILDDIR='$(abs_top_builddir)'; IMMURE='$(abs_top_builddir)/immure run'; \
	ENGINE='$(PYTHON_ENGINE)'; ENGINE_PYTHON='$(PYTHON)'; \
	ENGINE_VERSION='$(PYTHON_VERSION)'; \
	export CK_VERBOSITY BUILDDIR IMMURE ENGINE ENGINE_PYTHON ENGINE_VERSION;
if SANITIZERS
AM_TESTS_ENVIRONMENT += SANITIZERS=1; export SANITIZERS;
endif
if LAYER_TESTS
AM_TESTS_ENVIRONMENT += LAYER_TESTS=1; export LAYER_TESTS;
endif

# --- unit tests ----------------------------------------------------------------
host_libs = libsupervisor.a libimmure.a libwall.a libwire.a libbase.a \
	$(LIBEVENT_LIBS) $(SECCOMP_LIBS) $(JANSSON_LIBS)
test_cppflags = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(LIBEVENT_CFLAGS) \
	$(SECCOMP_CFLAGS) $(JANSSON_CFLAGS)
unit_tests = tests/unit/test_confine tests/unit/test_facts tests/unit/test_frame \
	tests/unit/test_hints tests/unit/test_jailmod tests/unit/test_json_text \
	tests/unit/test_stream
if HAVE_CHECK
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif
tests_unit_test_confine_SOURCES = tests/unit/test_confine.c
tests_unit_test_confine_CPPFLAGS = $(test_cppflags)
tests_unit_test_confine_LDADD = libgateway.a $(host_libs) $(CHECK_LIBS) \
	$(gateway_libs) -lpthread
tests_unit_test_facts_SOURCES = tests/unit/test_facts.c
tests_unit_test_facts_CPPFLAGS = $(test_cppflags)
tests_unit_test_facts_LDADD = $(host_libs) $(CHECK_LIBS)
tests_unit_test_json_text_SOURCES = tests/unit/test_json_text.c
tests_unit_test_json_text_CPPFLAGS = $(test_cppflags)
tests_unit_test_json_text_LDADD = $(host_libs) $(CHECK_LIBS)
tests_unit_test_frame_SOURCES = tests/unit/test_frame.c
tests_unit_test_frame_CPPFLAGS = $(test_cppflags)
tests_unit_test_frame_LDADD = $(host_libs) $(CHECK_LIBS)
tests_unit_test_hints_SOURCES = tests/unit/test_hints.c
tests_unit_test_hints_CPPFLAGS = $(test_cppflags)
tests_unit_test_hints_LDADD = $(host_libs) $(CHECK_LIBS)
tests_unit_test_jailmod_SOURCES = tests/unit/test_jailmod.c $(zygote_main)
tests_unit_test_jailmod_CPPFLAGS = $(test_cppflags) $(PYTHON_EMBED_CFLAGS)
tests_unit_test_jailmod_LDADD = $(zygote_libs) $(CHECK_LIBS)
EXTRA_tests_unit_test_jailmod_DEPENDENCIES = $(PYTHON_ARCHIVE)
tests_unit_test_stream_SOURCES = tests/unit/test_stream.c
tests_unit_test_stream_CPPFLAGS = $(test_cppflags) $(gateway_cppflags)
tests_unit_test_stream_LDADD = libgateway.a $(host_libs) $(gateway_libs) \
	$(CHECK_LIBS)
TESTS += tests/unit/test_jailmod_lists.py tests/unit/test_inventory.py tests/unit/test_shims.py

include tests/wall/local.mk
include tests/cli/local.mk
include tests/lib/local.mk
include tests/conformance/local.mk
include tests/limits/local.mk
include tests/fuzz/local.mk
include tests/crowd/local.mk
include tests/faults/local.mk
include tests/gateway/local.mk
include tests/vfs/local.mk
include tests/app/local.mk

# --- layers: the same zygote with another main, which may leave layers out -------
# The sources are in tests/layer/, for build/tests/layers is the program.
noinst_PROGRAMS += tests/layers tests/immure-zygote-layers
tests_layers_SOURCES = tests/layer/layers.c
tests_layers_LDADD = libimmure.a libwire.a libbase.a $(JANSSON_LIBS)
tests_immure_zygote_layers_SOURCES = tests/layer/zygote_layers.c $(zygote_main)
tests_immure_zygote_layers_CPPFLAGS = $(AM_CPPFLAGS) $(PYTHON_EMBED_CFLAGS)
tests_immure_zygote_layers_LDADD = $(zygote_libs)
EXTRA_tests_immure_zygote_layers_DEPENDENCIES = $(PYTHON_ARCHIVE)

# The same where immure finds it.
if LAYER_TESTS
pkglibexec_PROGRAMS += immure-zygote-layers
immure_zygote_layers_SOURCES = $(tests_immure_zygote_layers_SOURCES)
immure_zygote_layers_CPPFLAGS = $(tests_immure_zygote_layers_CPPFLAGS)
immure_zygote_layers_LDADD = $(zygote_libs)
AM_CPPFLAGS += -DLAYER_TESTS=1
endif

# --- what a CPython has: `make inventory` after reading what a new one adds ---
noinst_PROGRAMS += tests/survey
tests_survey_SOURCES = tests/layer/survey.c $(zygote_main)
tests_survey_LDADD = $(zygote_libs)
EXTRA_tests_survey_DEPENDENCIES = $(PYTHON_ARCHIVE)

noinst_PROGRAMS += bench/gate/enter
bench_gate_enter_SOURCES = bench/gate/enter.c $(zygote_main)
bench_gate_enter_CPPFLAGS = $(AM_CPPFLAGS) $(PYTHON_EMBED_CFLAGS)
bench_gate_enter_LDADD = $(zygote_libs)
EXTRA_bench_gate_enter_DEPENDENCIES = $(PYTHON_ARCHIVE)

.PHONY: inventory
inventory:
	$(whitelist_gen) --no-inventory -o stdlib-whitelist/lists_data.c
	$(MAKE) $(AM_MAKEFLAGS) tests/survey
	tests/survey all >stdlib-whitelist/inventory.new
	mv stdlib-whitelist/inventory.new \
	    $(srcdir)/stdlib-whitelist/inventory-$(PYTHON_VERSION).list
	rm stdlib-whitelist/lists_data.c

.PHONY: lint format

# --- examples, attacks, house rules ------------------------------------------------
TESTS += tests/lint/lint.py \
	tests/supervisor/test_lifecycle.py \
	tests/examples/examples_test.py \
	tests/gateway/broker_test.py \
	tests/gateway/stream_attacks_test.py \
	tests/gateway/stream_logins_test.py \
	tests/gateway/stream_test.py \
	tests/grade/batch_test.py \
	tests/grade/docs_test.py \
	tests/grade/formats_test.py \
	tests/grade/grade_test.py \
	tests/grade/guests_test.py \
	tests/grade/tamper_test.py \
	tests/packages/packages_test.py \
	tests/escape/both_test.py \
	tests/escape/gate_test.py \
	tests/escape/whole_test.py \
	tests/escape/wall_test.py

# What answers each technique of tests/escape/README.md, taken out one by one:
# a copy of the tree is built and tested, for some minutes.
.PHONY: check-gate-mutations
check-gate-mutations:
	BUILDDIR='$(abs_top_builddir)' $(PYTHON_TESTS) -B \
	    $(top_srcdir)/tests/escape/mutations.py

# The checks that need clang-format and mandoc as well.
lint:
	@CLANG_FORMAT='$(CLANG_FORMAT)' MANDOC='$(MANDOC)' \
	    $(PYTHON_TESTS) -B $(top_srcdir)/tests/lint/lint.py --tools

format:
	find $(top_srcdir)/host $(top_srcdir)/jailmod $(top_srcdir)/tests \
	    -name '*.[ch]' -exec $(CLANG_FORMAT) -i {} +

# By pattern, and from the source tree only: folders of the same names hold
# logs in the build tree.
EXTRA_DIST += $(wildcard $(addprefix $(srcdir)/tests/, \
	tap.py tap.sh */*.py wall/*.toml escape/*.md escape/*.toml */*.out unit/guests/* unit/jobs/* gateway/guests/* \
	wall/attacks/* wall/guests/* crowd/guests/* fuzz/corpus/*/*)) .ci/run
