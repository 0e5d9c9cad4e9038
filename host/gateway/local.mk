gateway_sources = \
	host/gateway/broker.c host/gateway/broker.h \
	host/gateway/clock.c \
	host/gateway/confine.c host/gateway/confine.h \
	host/gateway/denial.c host/gateway/denial.h \
	host/gateway/fd_slot.c host/gateway/fd_slot.h \
	host/gateway/keys.c host/gateway/kind.h \
	host/gateway/kinds.c host/gateway/kinds.h \
	host/gateway/log.c \
	host/gateway/login.c host/gateway/login.h \
	host/gateway/login_mysql.c \
	host/gateway/login_redis.c \
	host/gateway/main.c \
	host/gateway/mysql_auth.c host/gateway/mysql_auth.h \
	host/gateway/sql.c host/gateway/sql.h \
	host/gateway/sql_ask.c \
	host/gateway/sql_result.c \
	host/gateway/sql_text.c \
	host/gateway/sql_uri.c host/gateway/sql_uri.h \
	host/gateway/store.c host/gateway/store.h \
	host/gateway/store_key.c \
	host/gateway/store_memcached.c \
	host/gateway/stream.c \
	host/gateway/stream_link.c host/gateway/stream_link.h \
	host/gateway/stream_uri.c host/gateway/stream_uri.h \
	host/gateway/stream_wire.c host/gateway/stream_wire.h \
	host/gateway/stub.c \
	host/gateway/syscalls.c host/gateway/syscalls.h \
	host/gateway/worker.c host/gateway/worker.h

gateway_cppflags = $(LIBMD_CFLAGS)
gateway_libs = $(LIBMD_LIBS)
if WITH_SQLITE
gateway_sources += host/gateway/sql_sqlite.c \
	host/gateway/sql_sqlite_bounds.c host/gateway/sql_sqlite_bounds.h \
	host/gateway/store_sqlite.c
gateway_cppflags += -DWITH_SQLITE $(SQLITE_CFLAGS)
gateway_libs += $(SQLITE_LIBS)
endif
if WITH_POSTGRES
gateway_sources += host/gateway/sql_postgres.c host/gateway/sql_postgres.h \
	host/gateway/sql_postgres_values.c
gateway_cppflags += -DWITH_POSTGRES $(POSTGRES_CFLAGS)
gateway_libs += $(POSTGRES_LIBS)
endif
if WITH_MARIADB
gateway_sources += host/gateway/sql_mariadb.c host/gateway/sql_mariadb.h \
	host/gateway/sql_mariadb_rows.c
gateway_cppflags += -DWITH_MARIADB $(MARIADB_CFLAGS)
gateway_libs += $(MARIADB_LIBS)
endif
if WITH_CURL
gateway_sources += \
	host/gateway/address.c host/gateway/address.h \
	host/gateway/curl_loop.c host/gateway/curl_loop.h \
	host/gateway/fetch.c \
	host/gateway/fetch_config.c host/gateway/fetch_config.h \
	host/gateway/fetch_headers.c host/gateway/fetch_headers.h \
	host/gateway/fetch_rule.c host/gateway/fetch_rule.h \
	host/gateway/fetch_url.c \
	host/gateway/resolver.c host/gateway/resolver.h \
	host/gateway/transfer.c host/gateway/transfer.h \
	host/gateway/url_path.c host/gateway/url_path.h
gateway_cppflags += -DWITH_CURL $(CURL_CFLAGS)
gateway_libs += $(CURL_LIBS)
endif
if WITH_REDIS
gateway_sources += host/gateway/store_redis.c
gateway_cppflags += -DWITH_REDIS $(REDIS_CFLAGS)
gateway_libs += $(REDIS_LIBS)
endif
if WITH_LIBSODIUM
gateway_cppflags += -DWITH_LIBSODIUM $(LIBSODIUM_CFLAGS)
gateway_libs += $(LIBSODIUM_LIBS)
endif
