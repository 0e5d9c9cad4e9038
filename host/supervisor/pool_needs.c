/* What a policy needs beside its zygote before a job of it is run: a layer of
 * the wall that the supervisor puts up, and its gateways' broker. */
#include "host/cleanup.h"
#include "host/supervisor/pool_inner.h"
#include "host/wall/wall.h"

static int
check_cgroup(const struct pool *pool, struct err *err)
{
    const struct wall_layer_info *info = &wall_layers[WALL_CGROUP];
    if (!pool->policy.needs_cgroup)
        return 0;
    if (pool->host)
        return err_set(err, ERR_WALL, 0,
                       "wall layer cgroup is missing and the policy's [wall] "
                       "require needs it: immure host cannot have it");
    if (pool->guests->cgroups != NULL)
        return 0;
    return err_set(err, ERR_WALL, pool->guests->cgroups_why,
                   "wall layer cgroup is missing and the policy's [wall] "
                   "require needs it (it stops %s). To get it: %s",
                   info->stops, info->get);
}

int
pool_check_needs(const struct pool *pool, struct err *err)
{
    if (check_cgroup(pool, err) != 0)
        return -1;
    if (pool->broker == NULL || pool->broker->state != BROKER_REFUSED)
        return 0;
    *err = pool->broker->cause;
    return -1;
}

bool
pool_is_prepared(const struct pool *pool)
{
    return pool->broker == NULL || pool->broker->state == BROKER_OPEN;
}

/* Once, when both are there. */
void
pool_tell_opened(struct pool *pool)
{
    if (pool->opened || pool->engine_known == false || !pool_is_prepared(pool))
        return;
    pool->opened = true;
    pool->events.opened(pool->events.arg, pool);
}

static void
on_opened(void *arg)
{
    struct pool *pool = arg;
    pool_tell_opened(pool);
    pool_settle(pool);
}

static void
on_refused(void *arg, const struct err *cause)
{
    struct pool *pool = arg;
    pool_fail_queue(pool, cause);
    pool->events.refused(pool->events.arg, pool, cause);
}

static void
on_answer(void *arg, uint16_t job, struct span payload)
{
    struct pool *pool = arg;
    pool->events.answer(pool->events.arg, pool, job, payload);
}

static void
on_lost(void *arg)
{
    struct pool *pool = arg;
    pool->events.broker_lost(pool->events.arg, pool);
}

static void
on_added(void *arg, const struct err *cause)
{
    struct pool *pool = arg;
    if (cause != NULL)
        gateways_drop_last(&pool->policy.gateways);
    pool->events.gateway_added(pool->events.arg, pool, cause);
}

static int
start_broker(struct pool *pool, struct err *err)
{
    const struct broker_events events = {.opened = on_opened,
                                         .refused = on_refused,
                                         .added = on_added,
                                         .answer = on_answer,
                                         .lost = on_lost,
                                         .arg = pool};
    return broker_link_new(pool->guests->base, &pool->policy.gateways, &events,
                           &pool->broker, err);
}

int
pool_start_broker(struct pool *pool, struct err *err)
{
    return pool->policy.gateways.count > 0 ? start_broker(pool, err) : 0;
}

int
pool_add_gateway(struct pool *pool, const char *name, const json_t *keys,
                 struct err *err)
{
    struct gateways *gateways = &pool->policy.gateways;
    OWNED_STR json = NULL;
    if (pool->broker == NULL && start_broker(pool, err) != 0)
        return -1;
    if (gateways_add(gateways, name, keys, &json, err) != 0)
        return -1;
    if (broker_link_add(pool->broker, json, err) == 0)
        return 0;
    gateways_drop_last(gateways);
    return -1;
}
