/* Every kind of gateway that there is. */
#ifndef IMMURE_GATEWAY_KINDS_H
#define IMMURE_GATEWAY_KINDS_H

#include "host/gateway/kind.h"

extern const struct gateway_kind gateway_cache;   /* values by key */
extern const struct gateway_kind gateway_clock;   /* the machine's time */
extern const struct gateway_kind gateway_fetch;   /* HTTP; with libcurl */
extern const struct gateway_kind gateway_log;     /* the operator's log */
extern const struct gateway_kind gateway_session; /* values that stay */
extern const struct gateway_kind gateway_sql;     /* databases */
extern const struct gateway_kind gateway_stream;  /* bytes of sockets */
extern const struct gateway_kind gateway_stub;    /* the same answer always */

#endif
