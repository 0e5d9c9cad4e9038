/* What goes in and out of one guest.  For run.c only. */
#ifndef IMMURE_RUN_IO_H
#define IMMURE_RUN_IO_H

#include "host/supervisor/run.h"

void stream_close(struct stream *s);
int stream_watch(struct stream *s, struct run *run, short what,
                 event_callback_fn callback, struct err *err);

/* Watch what the guest writes. */
int run_watch(struct run *run, struct err *err);

/* Take the bytes of *job, behind what is left of an answer that a step did not
 * wait for. */
int run_take_job(struct run *run, struct buf *job, struct err *err);

/* Write the job; what does not fit now follows by itself. */
void run_send_job(struct run *run);

/* Read what is in the pipes, and wait for nothing. */
void run_drain(struct run *run);
void run_drain_output(struct run *run);

/* Called by run_io.c: the guest's first frame; the end frame of a session's
 * step. */
void run_sealed(struct run *run);
void run_step_over(struct run *run);

#endif
