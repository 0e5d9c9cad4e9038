/* The things that are timed. */
#ifndef IMMURE_BENCH_OPS_H
#define IMMURE_BENCH_OPS_H

#include <sys/types.h>

#include "host/cli/bench_data.h"

/* A process that takes requests: bench/fork_server.py, or one that forks at
 * once. */
struct server {
    pid_t pid;
    int to, from; /* owned */
};

struct ops {
    char self[4096]; /* this program */
    const char *python;
    struct immure *im;
    unsigned pooled, forked; /* policies: guests wait, or are made on demand */
    struct immure_call *session;
    struct server fork_server, big, small;
};

struct op {
    const char *name;
    enum workload workload;
    /* 0, or -1: not to be had here. */
    int (*run)(struct ops *ops, enum workload workload);
    bool base, slow; /* slow: one sample for ten of the others */
    int again;       /* more samples at once, each turn */
};

/* Ended by a row without a name. */
extern const struct op bench_ops[];

int ops_init(struct ops *ops, struct err *err);
void ops_clear(struct ops *ops);

/* A policy with so many guests that wait at least and at most. */
int ops_policy(struct immure *im, unsigned min_idle, unsigned max_idle,
               unsigned *out, struct immure_err *err);
struct immure_job ops_job(enum workload workload);

/* Requests to the Python fork server. */
int server_ask(const struct server *server, unsigned id, const char *code);
int server_answer(const struct server *server, char *text, size_t cap);

#endif
