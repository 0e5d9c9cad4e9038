/* [gateways.*] of a policy: what the supervisor counts, and what only the
 * broker may know. */
#ifndef IMMURE_GATEWAYS_H
#define IMMURE_GATEWAYS_H

#include <jansson.h>
#include <stdbool.h>

#include "host/wire/call.h"

struct gateway_row {
    char name[CALL_NAME_MAX + 1];
    uint32_t calls_max; /* of a job, or of a session's step */
    uint64_t bytes_max; /* of data, both ways together */
    uint64_t time_ms;   /* for one call */
    uint64_t total_ms;  /* for all of them */
    bool pauses;        /* the guest's wall clock stands still meanwhile */
};

struct gateways {
    struct gateway_row *rows; /* malloc'd, never moved; GRANTS_MAX of them */
    size_t count;             /* 0: no broker is needed, yet */
    char *json;               /* for the broker: {tenant, gateways} */
    char *tenant;
    struct buf environment; /* NAME=VALUE of the secrets, ended by a NUL */
};

/* Take them out of an effective policy: names and kinds stay.  ERR_POLICY:
 * the environment lacks a variable that one of them names. */
int gateways_split(json_t *policy, struct gateways *out, struct err *err);

/* One more, which an operator's program has asked for: keys as the effective
 * policy has them; common ones that it lacks have their defaults.  *out_json
 * is for broker_link_add(). */
int gateways_add(struct gateways *gateways, const char *name,
                 const json_t *keys, char **out_json, struct err *err);

/* Whether there is one of that name. */
bool gateways_have(const struct gateways *gateways, struct span name);

/* The broker refused the one that was added last. */
void gateways_drop_last(struct gateways *gateways);

void gateways_clear(struct gateways *gateways);

#endif
