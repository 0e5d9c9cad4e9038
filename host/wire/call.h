/* Calls of a guest to functions outside.
 *
 *     guest      CALL   u32 serial, field name, data       to the supervisor,
 *                                                          on to the client
 *     program    REGISTER u32 serial, field name, URI      to the supervisor:
 *                                                          an operator's, and
 *                                                          before its jail
 *     client     ANSWER u32 serial, u8 status, data        to the supervisor,
 *                                                          on to the guest
 *
 * A guest has one call at a time: it waits for the answer.  The data are the
 * caller's and the function's own business; between immure.gateway and its
 * functions they are JSON. */
#ifndef IMMURE_WIRE_CALL_H
#define IMMURE_WIRE_CALL_H

#include <stdbool.h>

#include "host/wire/frame.h"

enum { CALL_NAME_MAX = 64, GRANTS_MAX = 64 };

enum answer_status {
    ANSWER_VALUE, /* data: what the function returns */
    ANSWER_ERROR, /* text: the function failed */
    /* of the supervisor's own */
    ANSWER_DENIED, /* the job was not granted this function; of a broker's,
                      its gateway's rules refuse the call, and the data are
                      fields: what rule reason fix */
    ANSWER_QUOTA,  /* text: it has used up what it was granted */
    ANSWER_COUNT
};

/* Spans point into the payload. */
struct call {
    uint32_t serial;
    struct span name;
    struct span data;
};

struct answer {
    uint32_t serial;
    enum answer_status status;
    struct span data;
};

/* ERR_PROTO when malformed.  A name is 1 to CALL_NAME_MAX bytes of letters,
 * digits, "_", "." and "-". */
int call_parse(struct span payload, struct call *out, struct err *err);
int answer_parse(struct span payload, struct answer *out, struct err *err);

bool call_name_is_valid(struct span name);

/* Append the whole frame, with the given id. */
int call_add(struct buf *out, uint16_t id, const struct call *call,
             struct err *err);
int register_add(struct buf *out, const struct call *call, struct err *err);
int answer_add(struct buf *out, uint16_t id, const struct answer *answer,
               struct err *err);

#endif
