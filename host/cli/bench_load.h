/* Many callers at once, and what guests weigh. */
#ifndef IMMURE_BENCH_LOAD_H
#define IMMURE_BENCH_LOAD_H

#include "host/cli/bench_ops.h"

/* Jobs a second with 1, 2, 8 and 64 callers; the latency at half of the most,
 * and with more than there is room for. */
void load_measure(struct ops *ops, struct rows *rows, double seconds);

/* USS and PSS of waiting and of used guests, so many alive. */
void load_weigh(struct rows *rows, unsigned most);

/* The time that a computing program says it took, in a guest and without. */
void load_compute(struct ops *ops, struct rows *rows, int rounds);

#endif
