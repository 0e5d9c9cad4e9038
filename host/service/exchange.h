/* One request and its response, between a connection and a worker.
 *
 *     BODY -> QUEUED -> RUNNING -> OVER
 *
 * It lives until both the connection and the worker have let go of it.  What
 * comes from either side is bounded: a side that is ahead waits for the other
 * (MHD's connection is suspended; the guest's call is not answered, and its
 * clocks stand still meanwhile).  A response begins when the request is whole:
 * libmicrohttpd has no other order. */
#ifndef IMMURE_EXCHANGE_H
#define IMMURE_EXCHANGE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "host/buf.h"
#include "host/err.h"

struct http;
struct peer;
struct tenant;
struct worker;

enum { BODY_CHUNK = 256 << 10, OUT_HIGH = 256 << 10, EARLY_MAX = 512 << 10 };
#define LENGTH_UNKNOWN UINT64_MAX

enum exchange_state {
    EXCHANGE_BODY, /* its body is awaited, or so much of it */
    EXCHANGE_QUEUED,
    EXCHANGE_RUNNING,
    EXCHANGE_OVER, /* no worker has, or will have, it */
};

struct exchange {
    struct http *http;
    struct peer *peer;
    struct MHD_Connection *connection; /* NULL: gone */
    struct tenant *tenant;             /* NULL: refused */
    struct worker *worker;             /* while it runs */
    enum exchange_state state;
    TAILQ_ENTRY(exchange) entry; /* in the tenant's queue */
    char *target;                /* as it came; malloc'd */
    const char *host;            /* of an absolute target, or NULL */
    size_t host_len;
    const char *path;    /* in target: from its first slash */
    char *script, *info; /* SCRIPT_NAME and PATH_INFO; malloc'd */
    uint64_t begun_ms, queued_ms;
    uint64_t moved, moved_ms; /* bytes both ways, and when they became more */
    bool started;             /* its head has been looked at */
    bool suspended;           /* the connection is */
    bool is_cut; /* and so is nothing of it to be served any more */
    bool is_head;
    char method[32], version[16];
    char client[48]; /* its address, where a proxy has told it; or "" */
    const char *scheme;
    /* the body */
    bool has_body, body_whole, discard;
    struct buf body; /* what no worker has had */
    uint64_t body_bytes;
    uint32_t body_serial; /* of the guest's call that waits for more */
    bool body_wanted;
    /* the response */
    unsigned status; /* 0: none yet */
    uint64_t length; /* of its body */
    struct buf head; /* NAME NUL VALUE NUL... */
    bool refused;    /* it is ours, not the application's */
    bool closes;     /* the connection ends with it */
    bool queued;     /* MHD has it */
    struct buf out;  /* from out_at on */
    size_t out_at;
    uint64_t taken; /* bytes of the body, from the guest */
    uint64_t sent;  /* to the client */
    bool out_whole, out_cut;
    uint32_t out_serial; /* of the guest's call that waits for room */
    bool out_full;
};

struct exchange *exchange_new(struct http *http, const char *target);

/* Let go of it from one side: connection or worker have been set to NULL. */
void exchange_release(struct exchange *x);

/* From the connection: bytes of the body; how many were taken. */
size_t exchange_add_body(struct exchange *x, const void *data, size_t len);

/* The request is whole: hand over, or queue what is to be answered. */
void exchange_is_whole(struct exchange *x);

/* From the worker: it wants more of the body, and waits. */
void exchange_want_body(struct exchange *x, uint32_t serial);

/* From the worker: head and body of the response.  head is as immure.wsgi
 * sends it; ERR_PROTO says what is wrong with it. */
int exchange_begin(struct exchange *x, const void *head, size_t len,
                   struct err *err);
int exchange_add(struct exchange *x, const void *data, size_t len,
                 struct err *err);
bool exchange_is_full(const struct exchange *x);
void exchange_end(struct exchange *x);

/* The worker is through with it, and the response may not be there: then
 * `status` is the answer, or the connection is cut. */
void exchange_fail(struct exchange *x, unsigned status);

/* A response of our own; retry_s > 0: Retry-After. */
void exchange_refuse(struct exchange *x, unsigned status, unsigned retry_s);

/* Whatever of it is ready goes to MHD. */
void exchange_push(struct exchange *x);

uint64_t exchange_now_ms(void);

#endif
