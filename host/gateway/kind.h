/* What a kind of gateway is to the broker.
 *
 *     open    once a gateway of the policy's, before any job
 *     join    a job's first call of it: one client for each job and gateway
 *     call    one at a time for each client; ended by client_answer(), from
 *             within call() or later, on the loop's thread
 *     cancel  the time is up, or the job was interrupted: the call that runs
 *             has been answered, or need not be
 *     leave   the job is over: what it has open ends with it
 *     close   the broker ends
 *
 * All of these are called on the thread of the event loop and must not block;
 * host/gateway/worker.h has a thread for libraries that do.
 *
 * What a guest sends is whatever a hostile one sends; what a server sends is
 * not trusted either.  Both are parsed here, outside the wall, next to the
 * credentials: strictly, and bounded. */
#ifndef IMMURE_GATEWAY_KIND_H
#define IMMURE_GATEWAY_KIND_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>

#include "host/wire/call.h"

struct broker;

struct gateway {
    struct broker *broker;
    const struct gateway_kind *kind;
    char *name;
    const char *tenant;      /* whose keys it may touch; never empty */
    struct event_base *base; /* the loop */
    void *state;             /* the kind's */
};

struct client {
    struct gateway *gateway;
    void *state;          /* the kind's; NULL before join() */
    bool asked;           /* call() waits for client_answer() */
    uint64_t deadline_ns; /* CLOCK_MONOTONIC: when the core will cancel it */
    struct client_inner *inner; /* the core's */
};

struct gateway_kind {
    const char *name; /* kind = "..." in a policy */

    /* keys: the gateway's table of the effective policy, checked by
     * host/policy; alive as long as the gateway.  ERR_POLICY with a text that
     * names the key. */
    int (*open)(struct gateway *gateway, const json_t *keys, struct err *err);
    void (*close)(struct gateway *gateway);

    /* NULL: no state is kept.  On failure the call is answered with the
     * error. */
    int (*join)(struct client *client, struct err *err);

    /* data is gone when this returns. */
    void (*call)(struct client *client, struct span data);

    /* After this returns, no client_answer() may come for that call.  NULL:
     * call() always answers by itself. */
    void (*cancel)(struct client *client);

    /* Never while a call runs: cancel() comes first.  NULL where join is. */
    void (*leave)(struct client *client);
};

/* The kinds that this program was built with; the last row is NULL. */
extern const struct gateway_kind *const gateway_kinds[];

/* End the client's call.  ANSWER_VALUE; ANSWER_ERROR with UTF-8 text for
 * immure.gateway.GatewayError; or ANSWER_DENIED for what the gateway's rules
 * refuse: the data are four fields, each UTF-8 text: what, rule, reason, fix.
 * What is too long for an answer (16 MiB) becomes an error. */
void client_answer(struct client *client, enum answer_status status,
                   const void *data, size_t len);

/* The same with ANSWER_ERROR and a text. */
void client_fail(struct client *client, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* From within open(): the gateway needs this file, or folder with all that is
 * below it, when calls come.  What open() itself reads needs no word. */
int gateway_needs_path(struct gateway *gateway, const char *path,
                       bool writable, struct err *err);

/* The value of a key that the policy gives; NULL, or otherwise. */
const char *key_text(const json_t *keys, const char *key);
uint64_t key_number(const json_t *keys, const char *key, uint64_t otherwise);

/* A secret of the broker's: the text of the file that key_file names, without
 * a newline at its end, or of the environment variable that key_env names.
 * *out is NULL when the policy has neither key.  Wiped by secret_clear(). */
int key_secret(const json_t *keys, const char *key, char **out,
               struct err *err);
void secret_clear(char **secret);

#endif
