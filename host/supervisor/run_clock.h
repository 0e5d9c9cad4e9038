/* Between run.c and run_clock.c. */
#ifndef IMMURE_RUN_CLOCK_H
#define IMMURE_RUN_CLOCK_H

#include "host/supervisor/run.h"

void run_unpark(struct run *run);

/* Stop a guest that waits for its next step, after a moment. */
int run_park_soon(struct run *run);

#endif
