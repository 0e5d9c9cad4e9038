wire_sources = \
	host/wire/call.c host/wire/call.h \
	host/wire/control.h \
	host/wire/frame.c host/wire/frame.h \
	host/wire/job.c host/wire/job.h
