/* A worker: a session's guest that has loaded an application.
 *
 *     LOADING -> IDLE <-> BUSY
 *
 * A request is a step of the session, so its limits are the step's.  The
 * guest's calls of "immure.http" are its body and its response (immure.wsgi
 * has the form of both). */
#ifndef IMMURE_WORKER_H
#define IMMURE_WORKER_H

#include <stdbool.h>

#include "host/lib/immure.h"
#include "host/service/tenant.h"

enum worker_state { WORKER_LOADING, WORKER_IDLE, WORKER_BUSY };

struct worker {
    struct tenant *tenant;
    struct release *release;
    struct immure_call *session;
    enum worker_state state;
    struct exchange *exchange; /* that it serves, or NULL */
    unsigned served;
    bool is_done; /* in the list of those whose step is over */
    bool wrong;   /* it broke the protocol: it is not used again */
    bool held;    /* frozen until its client goes on */
    bool told;    /* in the list of those with a call not answered */
    uint32_t told_serial;
    TAILQ_ENTRY(worker) entry; /* of its tenant's */
    TAILQ_ENTRY(worker) done_entry, told_entry;
};

/* Start a session that loads the release. */
struct worker *worker_new(struct tenant *tenant, struct release *release,
                          struct err *err);

/* The request that it had is told nothing. */
void worker_free(struct worker *worker);

/* Whether it has the request now; if not, it is of no use any more. */
bool worker_serve(struct worker *worker, struct exchange *x);

/* Its step is over. */
void worker_finish(struct worker *worker);

/* Answer the call that waits; a worker that was held goes on. */
void worker_answer(struct worker *worker, uint32_t serial, const void *data,
                   size_t len);
void worker_refuse(struct worker *worker, uint32_t serial, const char *why);

/* It waits for its client, and its clocks do not. */
void worker_hold(struct worker *worker);

/* One that has sent its response and has not come to its end may be asking
 * for something else: it is told that the response was taken. */
void worker_release_told(struct worker *worker);

#endif
