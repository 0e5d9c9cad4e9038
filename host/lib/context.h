/* A context and its calls, inside libimmure. */
#ifndef IMMURE_CONTEXT_H
#define IMMURE_CONTEXT_H

#include <pthread.h>
#include <sys/types.h>

#include "host/lib/immure.h"
#include "host/wire/frame.h"

enum { CALL_IDS = 1 << 16, POLICY_IDS = 256, TEXT_CAP = 512 };

enum call_state {
    CALL_RESTING, /* a session between two steps */
    CALL_WAITING, /* the supervisor has it */
    CALL_DONE,    /* result or cause is there to take */
    CALL_TAKEN,
};

struct immure_call {
    struct immure *im;
    struct immure_events events;
    uint16_t id;
    bool session, failed, freed;
    bool over; /* no frame of it will come */
    bool busy; /* the reader is calling back for it */
    enum call_state state;
    struct immure_result result;
    struct immure_err cause; /* when failed */
};

/* All behind the lock, but for `in`, which is the reader's: at any time at
 * most one thread reads the socket, and it calls back. */
struct immure {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pid_t owner, supervisor; /* supervisor: 0 when reaped */
    int sock, epoll;         /* owned */
    bool reading, closed;
    bool dead; /* and cause says why */
    struct immure_err cause;
    bool drained, watching_out;
    char *stats; /* an answer that nobody has taken */
    struct buf out;
    size_t sent;
    struct buf in;
    unsigned last_id, ncalls;
    struct immure_call *calls[CALL_IDS];
    bool policies[POLICY_IDS];
};

/* host/ errors become public ones; returns done. */
int context_hand_over(int done, const struct err *from, struct immure_err *to);

/* Lock the context for one of its functions: -1 in a forked child, and when
 * the supervisor is gone. */
int context_enter(struct immure *im, struct immure_err *err);
void context_leave(struct immure *im);

/* With the lock held: queue bytes for the supervisor and send what goes. */
int context_send(struct immure *im, const void *data, size_t len,
                 struct err *err);
/* The same, and takes them, when it succeeds, if nothing waits before them. */
int context_send_buf(struct immure *im, struct buf *data, struct err *err);
int context_send_frame(struct immure *im, enum frame_type type, uint16_t id,
                       const void *data, size_t len, struct err *err);

/* With the lock held, which is given up meanwhile: let things happen once,
 * for at most timeout_ms.  Returns false when the time is up. */
bool context_turn(struct immure *im, int timeout_ms);

/* Take one frame; called by the reader, with the lock held. */
void context_take(struct immure *im, const struct frame_header *header,
                  const uint8_t *payload);

/* With the lock held, which is given up: a call was destroyed.  The context
 * may go with it. */
void context_forget_call(struct immure *im);

/* All calls fail. */
void context_fail(struct immure *im, const struct err *err);

/* The frames of one job or step. */
int encode_job(struct buf *out, uint16_t id, const struct immure_job *job,
               bool session, struct err *err);

/* Start a supervisor with our end of a socket pair. */
struct start {
    const struct immure_config *config;
    bool once;
    const char *modules; /* of the one job, see hints.h; NULL: everything */
    const struct immure_job *host; /* args: the program's, or NULL */
    int host_stdin;
};
int start_supervisor(const struct start *start, pid_t *out_pid, int *out_sock,
                     struct err *err);

int context_new(const struct start *start, struct immure **out,
                struct err *err);

#endif
