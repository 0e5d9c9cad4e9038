supervisor_sources = \
	host/supervisor/claims.c host/supervisor/claims.h \
	host/supervisor/client_link.c host/supervisor/client_link.h \
	host/supervisor/doctor.c host/supervisor/doctor.h \
	host/supervisor/facts.c host/supervisor/facts.h \
	host/supervisor/limits.c host/supervisor/limits.h \
	host/supervisor/main.c \
	host/supervisor/policy.c host/supervisor/policy.h \
	host/supervisor/result.c host/supervisor/result.h \
	host/supervisor/run.c host/supervisor/run.h \
	host/supervisor/trace.c host/supervisor/trace.h \
	host/supervisor/zygote_link.c host/supervisor/zygote_link.h \
	host/lib/verdict.c host/lib/immure.h
