/* What a guest says of itself: parsed strictly, bounded, and never more than
 * a claim. */
#ifndef IMMURE_CLAIMS_H
#define IMMURE_CLAIMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/supervisor/claims_files.h"

struct claims {
    unsigned taken;   /* frames so far */
    bool sealed;      /* the wall is up; all after this is guest's word */
    bool broken;      /* instead: the guest could not be set up */
    struct err cause; /* of broken */
    bool ended;
    bool last; /* of a session's steps: its process ends now */
    enum frame_end end;
    uint8_t status;
    bool memory;     /* it says that memory ran out */
    bool fuel_known; /* it says how much fuel it used */
    uint64_t fuel_used;
    json_t *exception; /* {type message text} or NULL */
    json_t *frames;    /* array, outermost first */
    json_t *denials;   /* array of {what layer rule line fix count} */
    struct claims_files files;
    char *globals; /* JSON text of one object, checked; or NULL */
};

int claims_init(struct claims *claims, struct err *err);
void claims_clear(struct claims *claims);

/* Another step of a sealed guest: what it claimed so far is gone. */
void claims_next_step(struct claims *claims);

/* Take one frame of the guest.  ERR_PROTO when it is malformed, out of order
 * or too many. */
int claims_take(struct claims *claims, const struct frame_header *header,
                const uint8_t *payload, struct err *err);

/* UTF-8 text of bytes that may not be: each bad byte becomes U+FFFD. */
json_t *claims_text(const uint8_t *data, size_t len);

#endif
