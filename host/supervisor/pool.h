/* The guests of one policy, and the jobs that wait for them.
 *
 * Guests are forked, sealed and warmed before there is a job for them, and
 * each serves one job (or session) and ends.  How many wait follows the load
 * of the last seconds, within bounds.  A guest that was used could be put
 * back to its snapshot instead of ending: it would come back by way of
 * guest_is_idle(), and nothing else here would change. */
#ifndef IMMURE_POOL_H
#define IMMURE_POOL_H

#include "host/supervisor/broker_link.h"
#include "host/supervisor/calls.h"
#include "host/supervisor/policy.h"
#include "host/supervisor/zygotes.h"

enum request_state {
    REQUEST_FILLING, /* frames are coming; a session between two steps */
    REQUEST_QUEUED,
    REQUEST_RUNNING,
};

/* A job, or a session with its steps. */
struct request {
    uint16_t id;
    unsigned flags; /* enum job_flag */
    enum request_state state;
    bool has_limits, paused;
    bool joined;              /* the broker knows of it */
    bool registers;           /* a gateway is on its way to the broker */
    uint32_t register_serial; /* of the answer to that */
    unsigned step_flags;      /* enum session_flag */
    struct pool *pool;
    struct job_limits limits;
    struct calls calls;
    struct buf frames;
    size_t large;   /* bytes of a frame that are still to come */
    size_t counted; /* of frames, in the owner's count of bytes */
    uint64_t queued_ns;
    struct guest *guest;        /* NULL while it waits for one */
    struct event *idle_timer;   /* of a session */
    TAILQ_ENTRY(request) entry; /* in the queue */
};

/* Told to the owner.  After `result` of a job without a session, and after
 * `failed` and `closed`, the pool knows the request no more. */
struct pool_events {
    void (*output)(void *arg, struct request *request, int fd,
                   const void *data, size_t len);
    /* As front_take_call(). */
    int (*call)(void *arg, struct request *request, struct run *run,
                struct span payload, struct err *err);
    void (*denied)(void *arg, struct request *request, const json_t *denial);
    /* A FRAME_ANSWER of the broker's, and its silence. */
    void (*answer)(void *arg, struct pool *pool, uint16_t job,
                   struct span payload);
    void (*broker_lost)(void *arg, struct pool *pool);
    /* As front_take_register(). */
    int (*registers)(void *arg, struct request *request, struct run *run,
                     struct span payload, struct err *err);
    /* What pool_add_gateway() came to; NULL: it can be called. */
    void (*gateway_added)(void *arg, struct pool *pool,
                          const struct err *cause);
    void (*result)(void *arg, struct request *request, struct run *run);
    void (*failed)(void *arg, struct request *request, const struct err *err);
    void (*closed)(void *arg, struct request *request, const char *why);
    void (*opened)(void *arg, struct pool *pool);
    void (*refused)(void *arg, struct pool *pool, const struct err *err);
    void *arg;
};

struct pool_counts {
    uint64_t jobs; /* answered, with a result or a failure */
    uint64_t busy; /* not taken */
    uint64_t lost; /* guests that ended while they waited */
    uint64_t born;
};

struct pool {
    uint16_t id;
    struct guests *guests;
    struct pool_events events;
    struct policy_parts policy;
    struct zygotes zygotes;
    struct broker_link *broker; /* owned; NULL: no gateways */
    char engine[64];
    bool engine_known; /* a zygote has been ready */
    bool opened;       /* and the owner knows */
    bool once;         /* one job, no guest waits */
    bool host;         /* one job: an operator's program */
    bool exact;     /* limits can't be set from outside: guests are born with
                     those of their job */
    bool forgotten; /* by its client: it ends with its last request */
    bool closing;   /* no guest is wanted any more */
    struct guest_list places[PLACE_COUNT];
    unsigned count[PLACE_COUNT];
    TAILQ_HEAD(, request) queue;
    unsigned queued;
    unsigned requests;  /* the owner's count: jobs and sessions not yet over */
    unsigned peak;      /* guests in use at once lately, decaying */
    unsigned failures;  /* in a row */
    uint64_t failed_ns; /* when a guest's was counted */
    uint64_t job_us;    /* how long a job takes, decaying mean */
    uint64_t answered_ns; /* when the last result was sent */
    uint32_t spawn_id;
    struct pool_counts counts;
    TAILQ_ENTRY(pool) entry;
};

struct pool_start {
    uint16_t id;
    bool once, host;
    char *const *zygote_argv;
    const char *policy_json;
};

/* Parse the policy and start its first zygote. */
int pool_new(struct guests *guests, const struct pool_start *start,
             const struct pool_events *events, struct pool **out,
             struct err *err);

/* A gateway that an operator's program asks for, before it enters the jail:
 * keys as the effective policy has them.  The event gateway_added follows,
 * later or at once; one at a time. */
int pool_add_gateway(struct pool *pool, const char *name, const json_t *keys,
                     struct err *err);

/* Queue a complete job, or go on with a session.  Returns false when the
 * queue is full: *out_retry_ms says when it may be worth another try. */
bool pool_take(struct pool *pool, struct request *request,
               uint32_t *out_retry_ms);

/* The request is wanted no more: a running guest ends, and nothing is told. */
void pool_cancel(struct pool *pool, struct request *request);

/* A session loses its guest; the next step gets a new one. */
void pool_reset(struct request *request);

/* Give jobs to guests; ask for more guests, one a call and at most `room`.
 * Returns how many were asked for. */
void pool_settle(struct pool *pool);
unsigned pool_refill(struct pool *pool, unsigned room);

/* Guests that could make room for another policy's: ends one. */
bool pool_give_up_one(struct pool *pool);

/* Once a second. */
void pool_tick(struct pool *pool);

void pool_mute(struct pool *pool, bool muted);

/* No job is left: end the guests and zygotes; pool_is_gone() then becomes
 * true, and pool_free() may be called. */
void pool_close(struct pool *pool);
bool pool_is_gone(const struct pool *pool);
void pool_free(struct pool *pool);

#endif
