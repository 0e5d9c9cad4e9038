/* Sessions: requests that keep their guest from step to step. */
#ifndef IMMURE_SESSION_H
#define IMMURE_SESSION_H

#include "host/supervisor/pool.h"

/* What RLIMIT_CPU counts for all steps together; each step has the
 * supervisor's own clock. */
enum { SESSION_CPU_MS = 24 * 60 * 60 * 1000 };

/* A step is over: the session may rest for so long.  And: a step begins, or
 * nothing is left of the session. */
void session_rest(struct request *request);
void session_works(struct request *request);

/* It is over; `closed` is told.  The owner frees the request. */
void session_end(struct request *request, const char *why);

#endif
