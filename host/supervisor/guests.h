/* All guests of this process, whatever their policy: found by pid, counted,
 * and taken in turns by the pools. */
#ifndef IMMURE_GUESTS_H
#define IMMURE_GUESTS_H

#include <sys/queue.h>

#include "host/supervisor/run.h"

struct audit;
struct pool;
struct request;
struct zygote;

enum guest_place {
    PLACE_STARTING,
    PLACE_IDLE,
    PLACE_BUSY,
    PLACE_ENDING,
    PLACE_COUNT
};

struct guest {
    struct run run;
    struct pool *pool;
    struct zygote *zygote;   /* it came from; NULL once that is gone */
    struct request *request; /* whose job it has, or NULL */
    uid_t uid; /* its own on this host, of guests.uids; 0: none */
    enum guest_place place;
    struct event *lost_timer;
    TAILQ_ENTRY(guest) entry; /* in its pool's list of that place */
    struct guest *next_by_pid;
    struct guest *next_trash;
};

TAILQ_HEAD(guest_list, guest);
TAILQ_HEAD(pool_list, pool);

enum { GUESTS_BUCKETS = 1024, GUESTS_LATER_US = 300 };

struct guests {
    struct event_base *base;
    struct cgroups *cgroups;   /* owned; NULL where there are none, for: */
    int cgroups_why;           /* an errno */
    struct uids *uids;         /* owned; NULL where there are none */
    struct pool_list pools;    /* the next to get a guest first */
    unsigned alive;            /* guests that are not reaped */
    unsigned max;              /* of them at any time */
    const struct audit *audit; /* of their calls; the owner's */
    bool held;                 /* no job is given: the client does not read */
    struct guest *by_pid[GUESTS_BUCKETS];
    struct guest *trash; /* to be freed when no callback is running */
    struct event *later; /* of guests_look_later() */
};

void guests_init(struct guests *guests, struct event_base *base, unsigned max);
void guests_add(struct guests *guests, struct guest *guest);
struct guest *guests_find(struct guests *guests, pid_t pid);

/* Out of the table, and freed by guests_tidy(). */
void guests_drop(struct guests *guests, struct guest *guest);
void guests_tidy(struct guests *guests);

/* Have the pools looked at again in a moment, whatever else happens. */
void guests_look_later(struct guests *guests);
void guests_clear(struct guests *guests);

#endif
