/* A call that a kind's own rules refuse: the guest gets a JailDenied, and the
 * operator a refused call.  Every text is UTF-8. */
#ifndef IMMURE_GATEWAY_DENIAL_H
#define IMMURE_GATEWAY_DENIAL_H

#include "host/gateway/kind.h"

struct denial {
    const char *what;   /* "fetch GET https://example.com/" */
    const char *rule;   /* the policy's key: "gateways.web.rules" */
    const char *reason; /* a clause */
    const char *fix;    /* what would allow it */
};

/* End the client's call so. */
void client_deny(struct client *client, const struct denial *denial);

#endif
