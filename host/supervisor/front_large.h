/* Large frames of a job, which are kept once: in the job. */
#ifndef IMMURE_FRONT_LARGE_H
#define IMMURE_FRONT_LARGE_H

#include "host/supervisor/front.h"

/* Whether the job may take a frame of that length now: 0, or -1. */
int front_check_frame(const struct request *request, enum frame_type type,
                      size_t len, struct err *err);

/* The pieces of a frame, as struct frame_link_events says.  arg: a struct
 * front.  Those of a job that is over are dropped. */
int front_take_piece(void *arg, const struct frame_header *header,
                     struct span piece, struct err *err);

#endif
