gateway_sources = \
	host/gateway/broker.c host/gateway/broker.h \
	host/gateway/confine.c host/gateway/confine.h \
	host/gateway/keys.c host/gateway/kind.h \
	host/gateway/kinds.c host/gateway/kinds.h \
	host/gateway/main.c \
	host/gateway/stub.c \
	host/gateway/syscalls.c host/gateway/syscalls.h \
	host/gateway/worker.c host/gateway/worker.h
