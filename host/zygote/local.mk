zygote_sources = \
	host/zygote/given.c host/zygote/given.h \
	host/zygote/guest.c host/zygote/guest.h \
	host/zygote/host.c host/zygote/host.h \
	host/zygote/interp.c host/zygote/interp.h \
	host/zygote/interp_calls.c \
	host/zygote/interp_files.c \
	host/zygote/interp_fuel.c \
	host/zygote/interp_host.c \
	host/zygote/interp_job.c \
	host/zygote/interp_memory.c \
	host/zygote/interp_plain.c \
	host/zygote/interp_policy.c \
	host/zygote/interp_state.h \
	host/zygote/keeper.c host/zygote/keeper.h \
	host/zygote/interp_wall.c \
	host/zygote/packages.c host/zygote/packages.h \
	host/zygote/policy.c host/zygote/policy.h \
	host/zygote/report.c host/zygote/report.h \
	host/zygote/zygote.c host/zygote/zygote.h
# main.c apart: tests/layers has a main of its own
