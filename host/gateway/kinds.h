/* Every kind of gateway that there is. */
#ifndef IMMURE_GATEWAY_KINDS_H
#define IMMURE_GATEWAY_KINDS_H

#include "host/gateway/kind.h"

extern const struct gateway_kind gateway_stub;  /* the same answer always */
extern const struct gateway_kind gateway_fetch; /* HTTP; with libcurl */

#endif
