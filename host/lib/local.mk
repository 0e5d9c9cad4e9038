lib_sources = \
	host/lib/client.c \
	host/lib/immure.h \
	host/lib/verdict.c
