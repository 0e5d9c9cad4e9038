/* What a job may call outside, and what it has called. */
#ifndef IMMURE_CALLS_H
#define IMMURE_CALLS_H

#include <jansson.h>
#include <stdbool.h>

#include "host/supervisor/gateways.h"
#include "host/wire/call.h"

struct grant {
    char name[CALL_NAME_MAX + 1];
    uint32_t calls_max;
    uint64_t bytes_max; /* of data, both ways together */
    uint32_t calls, refused;
    uint64_t bytes, ns;
    const struct gateway_row *gateway; /* the policy's; NULL: the client's */
};

struct calls {
    struct grant *grants; /* malloc'd */
    size_t ngrants;
    struct grant *waiting; /* whose answer the guest waits for, or NULL */
    uint32_t serial;       /* of that call */
    uint64_t since_ns;
    size_t sent;      /* bytes of that call */
    unsigned refused; /* calls that were never made, this one or others */
};

/* Take the payload of a FRAME_GRANT.  ERR_PROTO: malformed, a name twice, or
 * too many. */
int calls_grant(struct calls *calls, struct span payload, struct err *err);

/* Grant the gateways of a policy, which outlives the calls.  ERR_POLICY: the
 * client granted a function of that name, or they are too many together. */
int calls_grant_gateway(struct calls *calls, const struct gateway_row *row,
                        struct err *err);
int calls_grant_gateways(struct calls *calls, const struct gateways *gateways,
                         struct err *err);

/* Milliseconds that the call has which the guest waits in; at least 1. */
uint32_t calls_time_ms(const struct calls *calls);

/* Whether the guest waits for a gateway. */
bool calls_wait_for_gateway(const struct calls *calls);

/* The job, or a session's step, is over: nothing is granted any more. */
void calls_clear(struct calls *calls);

/* A call of the guest's: *out is ANSWER_VALUE when it is to be made, and else
 * what the guest is to be told.  ERR_PROTO: it does not wait for its answer. */
int calls_begin(struct calls *calls, const struct call *call, uint64_t now_ns,
                enum answer_status *out, struct err *err);

/* Whether this is the answer that the guest waits for.  One that is over what
 * was granted becomes ANSWER_QUOTA. */
bool calls_end(struct calls *calls, struct answer *answer, uint64_t now_ns);

/* Whether a call was not granted, or not so often. */
bool calls_refused(const struct calls *calls);

/* [{name count bytes ms refused}] of the functions that were called. */
json_t *calls_json(const struct calls *calls);

#endif
