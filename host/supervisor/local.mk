supervisor_sources = \
	host/supervisor/audit.c host/supervisor/audit.h \
	host/supervisor/broker_link.c host/supervisor/broker_link.h \
	host/supervisor/calls.c host/supervisor/calls.h \
	host/supervisor/claims.c host/supervisor/claims.h \
	host/supervisor/claims_files.c host/supervisor/claims_files.h \
	host/supervisor/doctor.c host/supervisor/doctor.h \
	host/supervisor/facts.c host/supervisor/facts.h \
	host/supervisor/front.c host/supervisor/front.h \
	host/supervisor/front_calls.c host/supervisor/front_calls.h \
	host/supervisor/front_large.c host/supervisor/front_large.h \
	host/supervisor/gateways.c host/supervisor/gateways.h \
	host/supervisor/given.c host/supervisor/given.h \
	host/supervisor/guest_limits.c host/supervisor/guest_limits.h \
	host/supervisor/guests.c host/supervisor/guests.h \
	host/supervisor/json_text.c host/supervisor/json_text.h \
	host/supervisor/limits.c host/supervisor/limits.h \
	host/supervisor/main.c \
	host/supervisor/policy.c host/supervisor/policy.h \
	host/supervisor/pool.c host/supervisor/pool.h \
	host/supervisor/pool_inner.h host/supervisor/pool_needs.c \
	host/supervisor/refill.c \
	host/supervisor/result.c host/supervisor/result.h \
	host/supervisor/run.c host/supervisor/run.h \
	host/supervisor/run_clock.c host/supervisor/run_clock.h \
	host/supervisor/run_io.c host/supervisor/run_io.h \
	host/supervisor/session.c host/supervisor/session.h \
	host/supervisor/trace.c host/supervisor/trace.h \
	host/supervisor/usage.c host/supervisor/usage.h \
	host/supervisor/zygote_link.c host/supervisor/zygote_link.h \
	host/supervisor/zygotes.c host/supervisor/zygotes.h \
	host/lib/verdict.c host/lib/immure.h
