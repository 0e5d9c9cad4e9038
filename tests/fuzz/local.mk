# Fuzz targets.  Their corpora are replayed in `check`; `make fuzz` looks for
# more, FUZZ_SECONDS a target, with clang and its sanitizers.
fuzz_targets = claims frame login options policy result units
check_PROGRAMS += tests/fuzz/replay_claims \
	tests/fuzz/replay_frame \
	tests/fuzz/replay_login \
	tests/fuzz/replay_options \
	tests/fuzz/replay_policy \
	tests/fuzz/replay_result \
	tests/fuzz/replay_units
TESTS += tests/fuzz/corpus_test.py
if WITH_CURL
fuzz_targets += urls
check_PROGRAMS += tests/fuzz/replay_urls
endif

fuzz_libs = libsupervisor.a libcli.a libimmure.a libwire.a libbase.a \
	$(LIBEVENT_LIBS) $(SECCOMP_LIBS) $(JANSSON_LIBS)
fuzz_common = tests/fuzz/fuzz.h tests/fuzz/replay.c
tests_fuzz_replay_claims_SOURCES = tests/fuzz/fuzz_claims.c $(fuzz_common)
tests_fuzz_replay_claims_CPPFLAGS = $(test_cppflags)
tests_fuzz_replay_claims_LDADD = $(fuzz_libs)
tests_fuzz_replay_frame_SOURCES = tests/fuzz/fuzz_frame.c $(fuzz_common)
tests_fuzz_replay_frame_CPPFLAGS = $(test_cppflags)
tests_fuzz_replay_frame_LDADD = $(fuzz_libs)
tests_fuzz_replay_login_SOURCES = tests/fuzz/fuzz_login.c $(fuzz_common)
tests_fuzz_replay_login_CPPFLAGS = $(test_cppflags) $(gateway_cppflags)
tests_fuzz_replay_login_LDADD = libgateway.a libwire.a libbase.a \
	$(LIBEVENT_LIBS) $(gateway_libs)
tests_fuzz_replay_options_SOURCES = tests/fuzz/fuzz_options.c $(fuzz_common)
tests_fuzz_replay_options_CPPFLAGS = $(test_cppflags)
tests_fuzz_replay_options_LDADD = $(fuzz_libs)
tests_fuzz_replay_policy_SOURCES = tests/fuzz/fuzz_policy.c $(fuzz_common)
tests_fuzz_replay_policy_CPPFLAGS = $(test_cppflags)
tests_fuzz_replay_policy_LDADD = $(fuzz_libs)
tests_fuzz_replay_result_SOURCES = tests/fuzz/fuzz_result.c $(fuzz_common)
tests_fuzz_replay_result_CPPFLAGS = $(test_cppflags)
tests_fuzz_replay_result_LDADD = $(fuzz_libs)
tests_fuzz_replay_units_SOURCES = tests/fuzz/fuzz_units.c $(fuzz_common)
tests_fuzz_replay_units_CPPFLAGS = $(test_cppflags)
tests_fuzz_replay_units_LDADD = $(fuzz_libs)
tests_fuzz_replay_urls_SOURCES = tests/fuzz/fuzz_urls.c $(fuzz_common)
tests_fuzz_replay_urls_CPPFLAGS = $(test_cppflags) $(gateway_cppflags)
tests_fuzz_replay_urls_LDADD = libgateway.a libwire.a libbase.a \
	$(LIBEVENT_LIBS) $(SECCOMP_LIBS) $(JANSSON_LIBS) $(gateway_libs)

.PHONY: check-fuzz-replay
check-fuzz-replay: all
	$(MAKE) check TESTS=tests/fuzz/corpus_test.py

FUZZ_SECONDS = 60
FUZZ_TARGETS = $(fuzz_targets)
FUZZ_CLANG = clang
FUZZ_FLAGS = -std=gnu11 -g -O1 -fsanitize=address,undefined,fuzzer \
	-fno-sanitize-recover=undefined
# All that a target can reach, compiled anew with the fuzzer's instruments.
fuzz_sources = $(base_sources) $(wire_sources) \
	host/gateway/login.c host/gateway/login_mysql.c \
	host/gateway/login_redis.c host/gateway/mysql_auth.c \
	host/gateway/stream_uri.c host/gateway/stream_wire.c \
	host/cli/nearest.c host/cli/option_rows.c host/cli/options.c \
	host/lib/verdict.c host/policy/policy.c host/policy/units.c \
	host/supervisor/calls.c \
	host/supervisor/claims.c host/supervisor/claims_files.c \
	host/supervisor/facts.c host/supervisor/gateways.c \
	host/supervisor/given.c \
	host/supervisor/policy.c host/supervisor/result.c
if WITH_CURL
fuzz_sources += host/gateway/fetch_headers.c host/gateway/fetch_rule.c \
	host/gateway/fetch_url.c host/gateway/keys.c host/gateway/url_path.c
endif

.PHONY: fuzz
fuzz: $(policy_generated)
	@command -v $(FUZZ_CLANG) >/dev/null || { \
	    echo "make fuzz needs clang: ./bootstrap fuzz installs it" >&2; \
	    exit 1; }
	@for target in $(FUZZ_TARGETS); do \
	    mkdir -p fuzz/$$target && \
	    $(FUZZ_CLANG) $(FUZZ_FLAGS) $(DEFS) -I. -I$(top_srcdir) \
	        -I$(top_builddir) -DLIBEXECDIR=\"\" $(JANSSON_CFLAGS) \
	        $(LIBEVENT_CFLAGS) $(SECCOMP_CFLAGS) $(gateway_cppflags) \
	        $(top_srcdir)/tests/fuzz/fuzz_$$target.c \
	        $(addprefix $(top_srcdir)/,$(filter %.c,$(fuzz_sources))) \
	        $(policy_generated) $(SECCOMP_LIBS) $(JANSSON_LIBS) \
	        $(gateway_libs) $(LIBEVENT_LIBS) \
	        -o fuzz/fuzz_$$target && \
	    fuzz/fuzz_$$target -max_total_time=$(FUZZ_SECONDS) -max_len=4096 \
	        -artifact_prefix=fuzz/$$target- -print_final_stats=1 \
	        $(FUZZ_ARGUMENTS) fuzz/$$target \
	        $(top_srcdir)/tests/fuzz/corpus/$$target || exit 1; \
	done

clean-local:
	rm -rf fuzz
EXTRA_DIST += tests/fuzz/README.md
