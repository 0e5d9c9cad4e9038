/* Between pool.c, pool_needs.c and refill.c. */
#ifndef IMMURE_POOL_INNER_H
#define IMMURE_POOL_INNER_H

#include "host/supervisor/pool.h"

extern const struct run_events pool_run_events; /* their arg: the guest */

void pool_place(struct guest *guest, enum guest_place to);
void pool_dequeue(struct pool *pool, struct request *request);
void pool_fail_queue(struct pool *pool, const struct err *err);

/* Whether a job of the policy can be run here. */
int pool_check_needs(const struct pool *pool, struct err *err);

/* Jobs wait until this is true, and then the zygote. */
bool pool_is_prepared(const struct pool *pool);
void pool_tell_opened(struct pool *pool);
int pool_start_broker(struct pool *pool, struct err *err);

/* How many guests should wait, by the load of late; and those that do or will
 * soon, of the zygote that forks now. */
unsigned refill_wanted(const struct pool *pool);
unsigned refill_fresh(const struct pool *pool);

#endif
