# immure-app, which `immure app` becomes: a program of its own, because what
# it is built on takes milliseconds to load.
service_sources = \
	host/service/app.c host/service/app.h \
	host/service/exchange.c host/service/exchange.h \
	host/service/head.c \
	host/service/hosting.c host/service/hosting.h \
	host/service/http.c host/service/http.h \
	host/service/listen.c host/service/listen.h \
	host/service/loading.c host/service/loading.h \
	host/service/logs.c host/service/logs.h \
	host/service/main.c \
	host/service/tenant.c host/service/tenant.h \
	host/service/worker.c host/service/worker.h
service_cppflags = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(MICROHTTPD_CFLAGS) \
	$(JANSSON_CFLAGS)
service_libs = libimmure.a libwire.a libbase.a $(LIBEVENT_LIBS) \
	$(MICROHTTPD_LIBS) $(JANSSON_LIBS)

if HAVE_APP
pkglibexec_PROGRAMS += immure-app
immure_app_SOURCES = $(service_sources)
immure_app_CPPFLAGS = $(service_cppflags)
immure_app_LDADD = $(service_libs)
endif
