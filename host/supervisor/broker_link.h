/* The broker of one policy's gateways, as the supervisor sees it: a process
 * that is asked, and may die.  It is started again with the next call; what it
 * had open for a job is gone then, and the job is told so by its kind. */
#ifndef IMMURE_BROKER_LINK_H
#define IMMURE_BROKER_LINK_H

#include <sys/types.h>

#include "host/link/frame_link.h"
#include "host/supervisor/gateways.h"

struct broker_events {
    void (*opened)(void *arg);
    /* Its first start came to nothing: the policy is unusable here. */
    void (*refused)(void *arg, const struct err *err);
    /* What broker_link_add() came to; NULL: it is there. */
    void (*added)(void *arg, const struct err *cause);
    void (*answer)(void *arg, uint16_t job, struct span payload);
    /* No call that it was asked will be answered. */
    void (*lost)(void *arg);
    void *arg;
};

enum broker_state {
    BROKER_OPENING, /* for the first time */
    BROKER_OPEN,    /* it has been; whether it runs is another matter */
    BROKER_REFUSED,
};

struct broker_link {
    struct event_base *base;
    struct broker_events events;
    const struct gateways *gateways; /* the owner's */
    enum broker_state state;
    struct err cause; /* why it is refused, or was lost */
    bool up;          /* link and pid are of a process that answers */
    bool ending;
    pid_t pid; /* 0: none that is not reaped */
    uint64_t started_ns, ended_ns;
    struct frame_link link;
    /* The payloads of FRAME_BROKER_OPEN: a new process gets them all. */
    char *opens[GRANTS_MAX + 1]; /* malloc'd */
    size_t nopens;
    size_t confirmed; /* of these, by any process */
    size_t acked;     /* by the one that runs */
};

int broker_link_new(struct event_base *base, const struct gateways *gateways,
                    const struct broker_events *events,
                    struct broker_link **out, struct err *err);

/* Open more gateways, as gateways_add() wrote them: one at a time, and `added`
 * says what came of it. */
int broker_link_add(struct broker_link *broker, const char *json,
                    struct err *err);

/* Ask in the job's name: payload is that of a FRAME_CALL, unread.  False:
 * there is no broker now, and cause says why. */
bool broker_link_ask(struct broker_link *broker, uint16_t job, uint32_t ms,
                     struct span payload);

/* Nobody waits for its answer; the job is over. */
void broker_link_stop(struct broker_link *broker, uint16_t job);
void broker_link_leave(struct broker_link *broker, uint16_t job);

/* It does not answer in time, as it should in any case: end it. */
void broker_link_give_up(struct broker_link *broker);

/* A child's end; whether it was this one's. */
bool broker_link_reaped(struct broker_link *broker, pid_t pid);

/* Close its socket: it ends what its jobs have open, and itself.  One that
 * takes longer than it may is killed by broker_link_end_late(). */
void broker_link_end(struct broker_link *broker);
void broker_link_end_late(struct broker_link *broker, uint64_t now_ns);
bool broker_link_is_gone(const struct broker_link *broker);
void broker_link_free(struct broker_link *broker);

#endif
