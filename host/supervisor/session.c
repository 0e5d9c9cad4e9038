#include "host/supervisor/session.h"

static void
on_idle_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    session_end(arg, "it rested longer than it may");
}

void
session_rest(struct request *request)
{
    struct pool *pool = request->pool;
    uint64_t ms = pool->policy.pool.session_idle_ms;
    const struct timeval t = {(time_t)(ms / 1000),
                              (suseconds_t)(ms % 1000) * 1000};
    if (request->idle_timer == NULL)
        request->idle_timer =
            evtimer_new(pool->guests->base, on_idle_timer, request);
    if (request->idle_timer != NULL)
        (void)evtimer_add(request->idle_timer, &t);
}

void
session_works(struct request *request)
{
    if (request->idle_timer != NULL)
        event_del(request->idle_timer);
}

void
session_end(struct request *request, const char *why)
{
    struct pool *pool = request->pool;
    pool_cancel(pool, request);
    pool->events.closed(pool->events.arg, request, why);
}
