/* A thread for a client whose library blocks.
 *
 * A call is copied to the thread, which runs it and hands the answer back to
 * the loop.  One that is cancelled is told to stop; until it has, the next
 * call of that client waits for it, within its own time.  A client that leaves
 * does not wait: the thread ends by itself.
 *
 * There are WORKERS_MAX of them in a broker, those that are ending included,
 * so that servers which never answer can't take more than that. */
#ifndef IMMURE_WORKER_H
#define IMMURE_WORKER_H

#include <stdatomic.h>

#include "host/gateway/kind.h"

enum { WORKERS_MAX = 256 };

/* What run() is given.  It may be told to stop from the very start. */
struct worker_ask {
    struct span data;
    uint64_t deadline_ns;    /* CLOCK_MONOTONIC */
    const atomic_bool *stop; /* true: nobody wants the answer any more */
    int stop_fd;             /* readable when that is so, for poll(2) */
};

struct worker_ops {
    /* On the thread, one at a time: append the answer to *out.  It ends at its
     * deadline, or soon after it is told to stop. */
    enum answer_status (*run)(void *state, const struct worker_ask *ask,
                              struct buf *out);
    /* On the thread, when the answer is on its way: what need not be waited
     * for.  NULL: nothing. */
    void (*after)(void *state);
    /* On the loop's thread while run() works: make a library that does not
     * look at ask->stop return.  It must not block.  NULL: nothing to do. */
    void (*interrupt)(void *state);
    /* On the thread, the last of all: free the state. */
    void (*end)(void *state);
};

struct worker;

/* Takes state, if it succeeds.  To be called by join(). */
int worker_new(struct client *client, const struct worker_ops *ops,
               void *state, struct worker **out, struct err *err);

/* What call(), cancel() and leave() of the kind do. */
void worker_call(struct worker *worker, struct span data);
void worker_cancel(struct worker *worker);
void worker_leave(struct worker *worker);

#endif
