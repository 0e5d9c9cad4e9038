# Gateways, with servers of the tests' own on loopback.
gateway_test_libs = libgateway.a libwire.a libbase.a $(LIBEVENT_LIBS) \
	$(SECCOMP_LIBS) $(JANSSON_LIBS) $(gateway_libs) $(CHECK_LIBS)
gateway_test_cppflags = $(test_cppflags) $(gateway_cppflags)
gateway_tests = tests/gateway/test_sql_text tests/gateway/test_store_keys
TESTS += tests/gateway/services_test.py
if WITH_SQLITE
TESTS += tests/gateway/sql_sqlite_test.py
endif
if WITH_POSTGRES
TESTS += tests/gateway/sql_postgres_test.py
endif
if WITH_MARIADB
TESTS += tests/gateway/sql_mariadb_test.py
endif
if WITH_STORES
TESTS += tests/gateway/store_test.py
endif
if WITH_CURL
gateway_tests += tests/gateway/test_addresses tests/gateway/test_fetch_rules
TESTS += tests/gateway/fetch_secrets_test.py tests/gateway/fetch_test.py
endif
if HAVE_CHECK
check_PROGRAMS += $(gateway_tests)
TESTS += $(gateway_tests)
endif
tests_gateway_test_addresses_SOURCES = tests/gateway/test_addresses.c
tests_gateway_test_addresses_CPPFLAGS = $(gateway_test_cppflags)
tests_gateway_test_addresses_LDADD = $(gateway_test_libs)
tests_gateway_test_fetch_rules_SOURCES = tests/gateway/test_fetch_rules.c
tests_gateway_test_fetch_rules_CPPFLAGS = $(gateway_test_cppflags)
tests_gateway_test_fetch_rules_LDADD = $(gateway_test_libs)
tests_gateway_test_store_keys_SOURCES = tests/gateway/test_store_keys.c
tests_gateway_test_store_keys_CPPFLAGS = $(gateway_test_cppflags)
tests_gateway_test_store_keys_LDADD = $(gateway_test_libs)
tests_gateway_test_sql_text_SOURCES = tests/gateway/test_sql_text.c
tests_gateway_test_sql_text_CPPFLAGS = $(gateway_test_cppflags)
tests_gateway_test_sql_text_LDADD = $(gateway_test_libs)
