#include "host/service/tenant.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/service/hosting.h"
#include "host/service/worker.h"

enum {
    RETRY_MIN_MS = 200,
    RETRY_MAX_MS = 10000,
    LOG_BYTES = 256 << 10, /* of a tenant's own text in LOG_MS */
    LOG_MS = 10000,
};

const struct app_limits *
tenant_limits(const struct tenant *tenant)
{
    return tenant ? &tenant->now->app.limits : NULL;
}

void
tenant_log(struct tenant *tenant, const char *text, const char *fmt, ...)
{
    struct logs *logs = &tenant->hosting->logs;
    char message[1024];
    va_list args;
    uint64_t now = exchange_now_ms(), before = tenant->log_bytes;
    if (now - tenant->log_ms > LOG_MS) {
        tenant->log_ms = now;
        tenant->log_bytes = before = 0;
    }
    va_start(args, fmt);
    int n = vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    tenant->log_bytes += (uint64_t)n + (text ? strlen(text) : 0);
    if (tenant->log_bytes <= LOG_BYTES)
        logs_error(logs, tenant->now->app.name, text, "%s", message);
    else if (before <= LOG_BYTES)
        logs_error(logs, tenant->now->app.name, NULL,
                   "more than %d KB in %d s: the rest is not logged",
                   LOG_BYTES >> 10, LOG_MS / 1000);
}

/* --- releases --- */

static struct release *
release_new(struct hosting *hosting, struct app *app, struct err *err)
{
    struct release *release = calloc(1, sizeof *release);
    if (release == NULL) {
        err_set(err, ERR_MEMORY, 0, "out of memory");
        return NULL;
    }
    if (hosting_share(hosting, app, &release->policy, err) != 0) {
        free(release);
        return NULL;
    }
    release->app = *app;
    release->users = 1;
    *app = (struct app){0};
    return release;
}

void
release_drop(struct hosting *hosting, struct release *release)
{
    if (release == NULL || --release->users > 0)
        return;
    hosting_unshare(hosting, release->policy);
    app_clear(&release->app);
    free(release);
}

/* --- workers --- */

static unsigned
count(const struct tenant *tenant, const struct release *release)
{
    unsigned n = 0;
    const struct worker *worker;
    TAILQ_FOREACH(worker, &tenant->workers, entry)
    n += worker->release == release;
    return n;
}

static void
retry_later(struct tenant *tenant)
{
    unsigned shift = tenant->failures < 8 ? tenant->failures : 8;
    unsigned ms = RETRY_MIN_MS << shift;
    if (ms > RETRY_MAX_MS)
        ms = RETRY_MAX_MS;
    const struct timeval t = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};
    (void)evtimer_add(tenant->retry, &t);
}

/* All that are lacking at once, but one at a time after a failure: what went
 * wrong with one goes wrong with all. */
static void
start_of(struct tenant *tenant, struct release *release)
{
    unsigned want = tenant->failures > 0 ? 1 : release->app.workers;
    struct err err;
    for (unsigned n = count(tenant, release); n < want; n++) {
        if (worker_new(tenant, release, &err) != NULL)
            continue;
        tenant_log(tenant, NULL, "a worker can't be started: %s", err.msg);
        tenant->failures++;
        retry_later(tenant);
        return;
    }
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    tenant_settle(arg);
}

static void
start_workers(struct tenant *tenant)
{
    if (tenant->leaving || tenant->hosting->lost ||
        evtimer_pending(tenant->retry, NULL))
        return;
    start_of(tenant, tenant->now);
    if (tenant->next != NULL)
        start_of(tenant, tenant->next);
}

/* The one that has rested least: its memory is the warmest. */
static struct worker *
find_idle(struct tenant *tenant)
{
    struct worker *worker;
    TAILQ_FOREACH(worker, &tenant->workers, entry)
    if (worker->state == WORKER_IDLE && worker->release == tenant->now)
        return worker;
    return NULL;
}

static void
dequeue(struct tenant *tenant, struct exchange *x)
{
    TAILQ_REMOVE(&tenant->queue, x, entry);
    tenant->nqueued--;
}

static void
refuse_queue(struct tenant *tenant)
{
    struct exchange *x;
    while ((x = TAILQ_FIRST(&tenant->queue)) != NULL) {
        dequeue(tenant, x);
        exchange_fail(x, MHD_HTTP_SERVICE_UNAVAILABLE);
    }
}

void
tenant_settle(struct tenant *tenant)
{
    struct exchange *x;
    struct worker *worker;
    while ((x = TAILQ_FIRST(&tenant->queue)) != NULL &&
           (worker = find_idle(tenant)) != NULL) {
        dequeue(tenant, x);
        if (worker_serve(worker, x))
            continue;
        /* It had ended while it rested: the request is the next one's. */
        worker_free(worker);
        x->state = EXCHANGE_QUEUED;
        TAILQ_INSERT_HEAD(&tenant->queue, x, entry);
        tenant->nqueued++;
    }
    start_workers(tenant);
}

/* Those of the last release that have nothing to do; the others go when they
 * are through. */
static void
retire(struct tenant *tenant, const struct release *old)
{
    struct worker *worker, *after;
    for (worker = TAILQ_FIRST(&tenant->workers); worker; worker = after) {
        after = TAILQ_NEXT(worker, entry);
        if (worker->release == old && worker->state != WORKER_BUSY)
            worker_free(worker);
    }
}

static void
take_over(struct tenant *tenant)
{
    struct release *old = tenant->now;
    tenant->now = tenant->next;
    tenant->next = NULL;
    retire(tenant, old);
    tenant_log(tenant, NULL, "reloaded");
    release_drop(tenant->hosting, old);
}

void
tenant_loaded(struct tenant *tenant, struct worker *worker)
{
    tenant->failures = 0;
    tenant->broken = false;
    if (worker->release == tenant->next)
        take_over(tenant);
    else if (worker->release != tenant->now)
        worker_free(worker);
    tenant_settle(tenant);
}

/* A release that can't be loaded takes nobody's place; if nothing was there
 * before, requests are refused until it can be. */
void
tenant_not_loaded(struct tenant *tenant, struct worker *worker)
{
    struct release *release = worker->release;
    worker_free(worker);
    if (release == tenant->next) {
        tenant_log(tenant, NULL, "not reloaded: what was there before stays");
        tenant->next = NULL;
        release_drop(tenant->hosting, release);
    } else if (release == tenant->now) {
        tenant->failures++;
        tenant->broken = find_idle(tenant) == NULL;
        if (tenant->broken)
            refuse_queue(tenant);
        retry_later(tenant);
    }
    tenant_settle(tenant);
}

/* --- requests --- */

void
tenant_offer(struct tenant *tenant, struct exchange *x)
{
    struct worker *worker;
    while (tenant->nqueued == 0 && (worker = find_idle(tenant)) != NULL) {
        if (worker_serve(worker, x))
            return;
        worker_free(worker);
    }
    if (tenant->broken || tenant->leaving ||
        tenant->nqueued >= tenant->now->app.limits.queue) {
        exchange_fail(x, MHD_HTTP_SERVICE_UNAVAILABLE);
        return;
    }
    x->state = EXCHANGE_QUEUED;
    x->queued_ms = exchange_now_ms(); /* how long its body took is not ours */
    TAILQ_INSERT_TAIL(&tenant->queue, x, entry);
    tenant->nqueued++;
    start_workers(tenant);
}

void
tenant_lost_client(struct exchange *x)
{
    if (x->tenant != NULL && x->state == EXCHANGE_QUEUED)
        dequeue(x->tenant, x);
    if (x->state != EXCHANGE_RUNNING)
        x->state = EXCHANGE_OVER;
    if (x->worker == NULL)
        return;
    if (x->body_wanted)
        worker_refuse(x->worker, x->body_serial, "the client has left");
    if (x->out_full)
        worker_refuse(x->worker, x->out_serial, "the client has left");
    x->body_wanted = x->out_full = false;
}

void
tenant_tick(struct tenant *tenant)
{
    uint64_t now = exchange_now_ms();
    struct exchange *x;
    while ((x = TAILQ_FIRST(&tenant->queue)) != NULL &&
           now - x->queued_ms > tenant->now->app.limits.wall_ms) {
        dequeue(tenant, x);
        exchange_fail(x, MHD_HTTP_SERVICE_UNAVAILABLE);
    }
}

/* --- its life --- */

struct tenant *
tenant_new(struct hosting *hosting, struct app *app, struct err *err)
{
    struct tenant *tenant = calloc(1, sizeof *tenant);
    if (tenant == NULL) {
        err_set(err, ERR_MEMORY, 0, "out of memory");
        return NULL;
    }
    tenant->hosting = hosting;
    TAILQ_INIT(&tenant->queue);
    TAILQ_INIT(&tenant->workers);
    tenant->retry = evtimer_new(hosting->base, on_retry, tenant);
    tenant->now = tenant->retry ? release_new(hosting, app, err) : NULL;
    if (tenant->now == NULL) {
        if (tenant->retry != NULL)
            event_free(tenant->retry);
        free(tenant);
        return NULL;
    }
    TAILQ_INSERT_TAIL(&hosting->tenants, tenant, entry);
    tenant_settle(tenant);
    return tenant;
}

static void
free_workers(struct tenant *tenant)
{
    struct worker *worker;
    while ((worker = TAILQ_FIRST(&tenant->workers)) != NULL) {
        struct exchange *x = worker->exchange;
        if (x != NULL) {
            worker->exchange = NULL;
            x->worker = NULL;
            exchange_fail(x, MHD_HTTP_SERVICE_UNAVAILABLE);
            exchange_release(x);
        }
        worker_free(worker);
    }
}

void
tenant_free(struct tenant *tenant)
{
    tenant->leaving = true;
    refuse_queue(tenant);
    free_workers(tenant);
    TAILQ_REMOVE(&tenant->hosting->tenants, tenant, entry);
    release_drop(tenant->hosting, tenant->next);
    release_drop(tenant->hosting, tenant->now);
    event_free(tenant->retry);
    free(tenant);
}

int
tenant_change(struct tenant *tenant, struct app *app, struct err *err)
{
    const struct release *last = tenant->next ? tenant->next : tenant->now;
    if (app_is_same(app, &last->app) && !tenant->broken) {
        app_clear(app);
        return 0;
    }
    struct release *next = release_new(tenant->hosting, app, err);
    if (next == NULL)
        return -1;
    struct release *given_up = tenant->next;
    tenant->next = next;
    tenant->failures = 0;
    event_del(tenant->retry);
    if (given_up != NULL) {
        retire(tenant, given_up);
        release_drop(tenant->hosting, given_up);
    }
    tenant_settle(tenant);
    return 0;
}

int
tenant_restart(struct tenant *tenant, struct err *err)
{
    struct release *const both[] = {tenant->now, tenant->next};
    for (int i = 0; i < 2; i++)
        if (both[i] != NULL && hosting_share(tenant->hosting, &both[i]->app,
                                             &both[i]->policy, err) != 0)
            return -1;
    tenant_settle(tenant);
    return 0;
}
