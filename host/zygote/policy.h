/* The little of the effective policy that the zygote's C side needs. */
#ifndef IMMURE_ZYGOTE_POLICY_H
#define IMMURE_ZYGOTE_POLICY_H

#include "host/err.h"

/* [wall] require as WALL_BIT()s; an unknown layer is ERR_POLICY. */
int policy_required_layers(const char *policy_json, unsigned *out,
                           struct err *err);

#endif
