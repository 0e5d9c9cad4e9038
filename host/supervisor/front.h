/* The client's side of the supervisor: frames become policies and jobs, and
 * what becomes of these goes back.  Exactly one last frame goes out for each
 * job: RESULT, FAILURE or BUSY; for a session also CLOSED. */
#ifndef IMMURE_FRONT_H
#define IMMURE_FRONT_H

#include "host/link/frame_link.h"
#include "host/supervisor/pool.h"

enum { CLIENT_FD = 3, FRONT_IDS = 1 << 16, FRONT_POLICIES = 256 };

struct front {
    struct frame_link client;
    struct guests *guests;
    bool once, host;
    char *const *zygote_argv;
    bool draining;
    bool over;      /* the client is gone, or broke the protocol */
    unsigned nopen; /* requests */
    uint64_t queued_bytes;
    struct request *requests[FRONT_IDS];
    struct pool *policies[FRONT_POLICIES];
    struct err *refused[FRONT_POLICIES]; /* why there is no pool; malloc'd */
};

int front_init(struct front *front, struct guests *guests, struct err *err);
void front_clear(struct front *front);

/* Guests for the pools in turn; to be called when no callback is running. */
void front_balance(struct front *front);

#endif
