/* An application and its workers.
 *
 * A release is one state of its files and app.toml: a reload starts the
 * workers of the next release, and those of the last go when the first of
 * them is ready.  Each request is one worker's. */
#ifndef IMMURE_TENANT_H
#define IMMURE_TENANT_H

#include <event2/event.h>
#include <sys/queue.h>

#include "host/service/app.h"
#include "host/service/exchange.h"

struct hosting;

struct release {
    struct app app;  /* owned */
    unsigned policy; /* of libimmure */
    unsigned users;  /* the tenant, and workers */
};

struct tenant {
    struct hosting *hosting;
    struct release *now, *next; /* next: not yet ready, or NULL */
    TAILQ_HEAD(, exchange) queue;
    unsigned nqueued;
    TAILQ_HEAD(, worker) workers;
    unsigned failures; /* to load, in a row */
    bool broken;       /* and nothing else can answer */
    bool leaving;
    struct event *retry;        /* the next try to load */
    uint64_t log_ms, log_bytes; /* of its own text in the error log */
    TAILQ_ENTRY(tenant) entry;
};

/* Take what app_read() has filled; on failure it is the caller's still. */
struct tenant *tenant_new(struct hosting *hosting, struct app *app,
                          struct err *err);
void tenant_free(struct tenant *tenant);

/* Change over to another state of it, if it is another: takes *app. */
int tenant_change(struct tenant *tenant, struct app *app, struct err *err);

/* The supervisor is another one: all workers are gone. */
int tenant_restart(struct tenant *tenant, struct err *err);

/* A request for it: served, queued or refused. */
void tenant_offer(struct tenant *tenant, struct exchange *x);

/* Its client has gone. */
void tenant_lost_client(struct exchange *x);

/* Give requests to workers, and start those that are lacking. */
void tenant_settle(struct tenant *tenant);

/* A worker of it has been loaded, or was not. */
void tenant_loaded(struct tenant *tenant, struct worker *worker);
void tenant_not_loaded(struct tenant *tenant, struct worker *worker);

/* Once a second: requests that have waited too long. */
void tenant_tick(struct tenant *tenant);

/* NULL for NULL. */
const struct app_limits *tenant_limits(const struct tenant *tenant);

void release_drop(struct hosting *hosting, struct release *release);

/* A guest's text for the error log: a flood of it is cut. */
void tenant_log(struct tenant *tenant, const char *text, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
