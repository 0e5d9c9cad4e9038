/* Resource limits and priority of one guest. */
#ifndef IMMURE_WALL_RLIMITS_H
#define IMMURE_WALL_RLIMITS_H

#include "host/wall/wall.h"

/* In the zygote: note how much address space it has, for RLIMIT_AS. */
int rlimits_measure(struct wall *wall, struct err *err);

int rlimits_set(struct wall *wall, struct err *err);

/* A guest never runs in real time, whatever started it does. */
int rlimits_end_real_time(struct wall *wall, struct err *err);

/* Raise the nice value to limits.nice. */
int rlimits_nice(struct wall *wall, struct err *err);

#endif
