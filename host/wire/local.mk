wire_sources = \
	host/wire/control.h \
	host/wire/frame.c host/wire/frame.h \
	host/wire/job.c host/wire/job.h \
	host/wire/json_text.c host/wire/json_text.h
