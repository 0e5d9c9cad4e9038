/* The zygotes of one policy: one that forks, at times its successor, and
 * those whose last guests are still running.
 *
 * Address space layout is shared by all forks of one zygote, so it is
 * replaced after some guests or some time.  The successor is started beside
 * it and takes over once it is ready: no job waits for that.  A zygote is
 * process 1 of its guests' pid namespace, and so outlives them. */
#ifndef IMMURE_ZYGOTES_H
#define IMMURE_ZYGOTES_H

#include <stdint.h>

#include "host/supervisor/guests.h"
#include "host/supervisor/policy.h"
#include "host/supervisor/zygote_link.h"

struct zygotes;

struct zygote {
    struct zygotes *set;
    struct zygote_link link;
    struct event *event;
    pid_t group;       /* of its first process; stays */
    unsigned guests;   /* that are not reaped yet */
    uint64_t born;     /* guests ever */
    uint64_t since_ns; /* it was ready */
    bool ended;        /* its end was told; link.pid is waited for */
    TAILQ_ENTRY(zygote) entry;
};

struct zygotes_events {
    void (*ready)(void *arg, struct zygote *zygote);
    void (*spawn_failed)(void *arg, struct zygote *zygote, uint32_t id,
                         const struct err *err);
    /* It is gone, and its guests with it; `ready`: it had been. */
    void (*gone)(void *arg, struct zygote *zygote, bool ready,
                 const struct err *err);
    void *arg;
};

struct zygotes_settings {
    char *const *argv;        /* as for zygote_link_start() */
    char *const *environment; /* NULL: empty */
    struct control_begin begin;
    bool host;           /* an operator's program, and no zygote */
    uint64_t guests_max; /* 0: no bound */
    uint64_t age_max_ms;
};

struct zygotes {
    struct event_base *base;
    struct zygotes_events events;
    struct zygotes_settings settings;
    const struct policy_parts *policy; /* the owner's */
    struct zygote *now;                /* forks; NULL: none is ready */
    struct zygote *next;               /* is starting */
    unsigned started;
    TAILQ_HEAD(, zygote) all;
};

void zygotes_init(struct zygotes *z, struct event_base *base,
                  const struct zygotes_settings *settings,
                  const struct zygotes_events *events,
                  const struct policy_parts *policy);

/* Start one unless one is there or on its way. */
int zygotes_want(struct zygotes *z, struct err *err);

/* Replace one that is old, end those that have no guests left. */
void zygotes_turn(struct zygotes *z, uint64_t now_ns);

/* A child's end; whether it was one of these. */
bool zygotes_reaped(struct zygotes *z, pid_t pid);

/* Kill all. */
void zygotes_end(struct zygotes *z);

/* Whether no process of them is left. */
bool zygotes_are_gone(const struct zygotes *z);

/* Free what is gone. */
void zygotes_tidy(struct zygotes *z);
void zygotes_clear(struct zygotes *z);

#endif
