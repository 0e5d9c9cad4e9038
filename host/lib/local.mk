lib_sources = \
	host/lib/call.c \
	host/lib/context.c host/lib/context.h \
	host/lib/encode.c \
	host/lib/immure.h \
	host/lib/run.c \
	host/lib/start.c \
	host/lib/verdict.c
