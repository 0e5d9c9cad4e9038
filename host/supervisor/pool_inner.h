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

/* FAILURES_MAX guests in a row that could not be made are more than bad luck.
 * The news that their zygote has died takes a moment. */
enum { FAILURES_MAX = 3, LOST_ZYGOTE_MS = 200 };

/* A guest could not be made: whether the next ones can't be, either.  Those
 * that fail within the moment are one failure: perhaps their zygote is dying,
 * and a pid namespace takes its processes first. */
bool refill_has_failed(struct pool *pool);

/* How many guests should wait, by the load of late; and those that do or will
 * soon, of the zygote that forks now. */
unsigned refill_wanted(const struct pool *pool);
unsigned refill_fresh(const struct pool *pool);

#endif
