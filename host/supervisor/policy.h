/* What the supervisor needs of an effective policy. */
#ifndef IMMURE_SUPERVISOR_POLICY_H
#define IMMURE_SUPERVISOR_POLICY_H

#include <stdbool.h>

#include "host/buf.h"
#include "host/err.h"
#include "host/supervisor/gateways.h"
#include "host/wire/job.h"

/* [pool] of a policy; what it leaves out has a default. */
struct pool_settings {
    uint64_t min_idle, max_idle; /* guests that wait */
    uint64_t queue;              /* jobs that wait */
    uint64_t recycle_guests;     /* a zygote forks so many; 0: no bound */
    uint64_t recycle_ms;         /* and serves so long; 0: no bound */
    uint64_t session_idle_ms;    /* a session may rest so long */
};

struct policy_parts {
    char *zygote_json;  /* what the zygote may hold, and so every guest may
                          read: origins keep a file's name and line and lose
                          its folders, folders of packages are
                          known by number */
    struct buf folders; /* the real ones, each ended by a NUL */
    int given;          /* the bytes of [files], sealed; -1: none */
    char *hash;         /* "sha256:..." */
    bool needs_cgroup;  /* [wall] require says so */
    struct gateways gateways;
    struct job_limits limits; /* what guests are born with */
    struct pool_settings pool;
};

int policy_split(const char *json, struct policy_parts *out, struct err *err);
void policy_parts_clear(struct policy_parts *parts);

#endif
