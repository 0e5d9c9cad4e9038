gateway_sources = \
	host/gateway/broker.c host/gateway/broker.h \
	host/gateway/confine.c host/gateway/confine.h \
	host/gateway/denial.c host/gateway/denial.h \
	host/gateway/keys.c host/gateway/kind.h \
	host/gateway/kinds.c host/gateway/kinds.h \
	host/gateway/main.c \
	host/gateway/stub.c \
	host/gateway/syscalls.c host/gateway/syscalls.h \
	host/gateway/worker.c host/gateway/worker.h

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
endif
