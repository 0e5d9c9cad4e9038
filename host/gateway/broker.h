/* The broker of one policy's gateways: what the supervisor asks it, for which
 * job, and until when.  What a gateway then does is its kind's business. */
#ifndef IMMURE_BROKER_H
#define IMMURE_BROKER_H

#include <stdatomic.h>

#include "host/gateway/confine.h"
#include "host/gateway/kind.h"
#include "host/link/frame_link.h"

enum { BROKER_FD = 3, BROKER_GATEWAYS = 64, BROKER_JOBS = 1 << 16 };

struct client_inner {
    struct client client;
    struct broker *broker;
    uint16_t job;
    uint32_t serial; /* of the call */
    uint32_t ms;     /* that it was given */
    struct event *timer;
    struct client_inner *next; /* of the same job */
};

struct broker {
    struct event_base *base;
    struct frame_link link;
    bool over; /* the supervisor is gone, or makes no sense */
    struct confine confine;
    bool confined; /* with the first policy; later ones need no files */
    json_t *policies[BROKER_GATEWAYS]; /* a FRAME_BROKER_OPEN, each */
    size_t npolicies;
    struct gateway gateways[BROKER_GATEWAYS];
    size_t ngateways;
    struct client_inner *jobs[BROKER_JOBS];
    atomic_uint workers; /* threads, see worker.h; those outlive clients */
};

int broker_init(struct broker *broker, struct event_base *base,
                struct err *err);
void broker_clear(struct broker *broker);

#endif
