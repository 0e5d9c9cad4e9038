/* Between pool.c and refill.c. */
#ifndef IMMURE_POOL_INNER_H
#define IMMURE_POOL_INNER_H

#include "host/supervisor/pool.h"

extern const struct run_events pool_run_events; /* their arg: the guest */

void pool_place(struct guest *guest, enum guest_place to);
void pool_dequeue(struct pool *pool, struct request *request);
void pool_fail_queue(struct pool *pool, const struct err *err);

/* How many guests should wait, by the load of late; and those that do or will
 * soon, of the zygote that forks now. */
unsigned refill_wanted(const struct pool *pool);
unsigned refill_fresh(const struct pool *pool);

#endif
