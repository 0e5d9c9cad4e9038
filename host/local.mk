base_sources = \
	host/base64.c host/base64.h \
	host/buf.c host/buf.h \
	host/cleanup.h \
	host/err.c host/err.h \
	host/fd.c host/fd.h \
	host/json_text.c host/json_text.h
