/* Values by key, for the kinds cache and session: what a guest asks, and what
 * a server of values does.
 *
 *     call    u8 op, u32 ttl in seconds (0: the longest), u64 amount, fields:
 *             GET, DELETE, TOUCH: a key each; SET, ADD: key, value, key, ...;
 *             INCR: one key
 *     answer  a byte for each key, 1 where it was found, or stored; GET: each
 *             1 is followed by a field, the value; INCR: by a u64
 *
 * Keys and values are any bytes.  A server of values gets keys that the tenant
 * is part of, of 250 printable bytes at most (store_key()). */
#ifndef IMMURE_GATEWAY_STORE_H
#define IMMURE_GATEWAY_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "host/gateway/worker.h"
#include "host/wire/frame.h"

enum store_op {
    STORE_GET,
    STORE_SET,
    STORE_ADD, /* only where there is none */
    STORE_DELETE,
    STORE_INCR, /* what is not there begins at 0 */
    STORE_TOUCH,
    STORE_OP_COUNT
};

enum {
    STORE_KEY = 250, /* what memcached takes */
    STORE_ITEMS = 1000,
    STORE_VALUE = 1000000, /* bytes of one value */
    STORE_ANSWER = 15 << 20,
};

struct store_item {
    char key[STORE_KEY + 1];
    struct span value; /* to be stored */
    bool done;         /* found, or stored */
    uint64_t number;   /* INCR */
};

struct store_call {
    enum store_op op;
    uint32_t ttl_s; /* never 0 */
    uint64_t amount;
    struct store_item *items; /* malloc'd */
    size_t nitems;
    uint64_t deadline_ns; /* CLOCK_MONOTONIC */
};

/* Where values are: fixed when the gateway opens. */
struct store_place {
    char *host;         /* NULL: path */
    char *path;         /* of a socket or a file; NULL: in memory (sqlite) */
    char *user;         /* or NULL */
    char *secret;       /* or NULL */
    unsigned port;      /* 0: the usual one */
    unsigned database;  /* of redis */
    uint64_t bytes_max; /* of a tenant: sqlite */
    const char *tenant;
    void *shared; /* the server's own, for all jobs */
};

/* A server of values.  All but open() and close() are called on worker
 * threads: run() by one at a time for each state. */
struct store_server {
    /* NULL: nothing is shared. */
    int (*open)(struct store_place *place, struct err *err);
    void (*close)(struct store_place *place);

    /* One job's connection, or what stands for it; it connects when it is
     * needed.  NULL: out of memory. */
    void *(*join)(const struct store_place *place);
    void (*leave)(void *state);

    /* Do it to all items.  Of a GET each value that was found is appended to
     * *values as a field, in the order of the items.  -1: err says why, in
     * words without an address; what was done until then stays. */
    int (*run)(void *state, struct store_call *call, struct buf *values,
               struct err *err);

    /* On the loop's thread: let run() return.  NULL: it does by itself. */
    void (*interrupt)(void *state);
};

extern const struct store_server store_memcached, store_redis, store_sqlite;

/* The key that the server gets: "immure:TENANT:=KEY", or with # and a SHA-256
 * in the place of a tenant or key that has bytes which are not printable, or
 * is too long.  ERR_USAGE: the key is empty, or over 64 KiB. */
int store_key(const char *tenant, struct span key, char out[STORE_KEY + 1],
              struct err *err);

/* "memcache:tcp://HOST[:PORT]", "redis:tcp://HOST[:PORT][/DATABASE]", and
 * "memcache:unix:PATH", "redis:unix:PATH"; with "cache:" before it or not.
 * ERR_POLICY. */
int store_uri_read(const char *uri, struct store_place *out,
                   const struct store_server **out_server, struct err *err);

/* Milliseconds until the deadline; 0 when it is over. */
unsigned store_ms_left(const struct store_call *call);

/* A value that was found; ERR_USAGE when an answer can't hold it any more. */
int store_found(struct store_item *item, struct buf *values, const void *data,
                size_t len, struct err *err);

#endif
