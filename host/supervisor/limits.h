/* A guest's clocks: soft first, then hard.
 *
 * At a time limit the guest gets SIGALRM, which its interpreter turns into
 * immure.TimeLimit, so that a grader can report; LIMITS_GRACE_MS later it is
 * killed whatever it does.  The verdict is the limit's either way.  CPU time
 * is read from the guest's own clock (clock_getcpuclockid(3)) when the timer
 * says that it can have been used up, and the timer is set anew for what is
 * left: a guest has one thread, so CPU time never runs faster than the wall's
 * and nothing is polled. */
#ifndef IMMURE_LIMITS_H
#define IMMURE_LIMITS_H

#include "host/supervisor/facts.h"

struct run;

enum { LIMITS_GRACE_MS = 30 };

/* The guest is given its job: its clocks start. */
void limits_start(struct run *run);

/* Stop a clock, and let it go on with what is left. */
void limits_hold_wall(struct run *run);
void limits_hold_cpu(struct run *run);
void limits_go_on_wall(struct run *run);
void limits_go_on_cpu(struct run *run);

/* A session's step is over: what it used. */
void limits_step(struct run *run);

/* A limit of bytes was passed: kill at once. */
void limits_reached(struct run *run, enum limit_name name, uint64_t value);

/* After the end: what was used of the limit that was reached, be it one that
 * the kernel enforced before this process could. */
void limits_settle(struct run *run);

void limits_clear(struct run *run);

#endif
