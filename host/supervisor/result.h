/* The result object: facts first, the guest's claims behind them. */
#ifndef IMMURE_RESULT_H
#define IMMURE_RESULT_H

#include "host/supervisor/calls.h"
#include "host/supervisor/facts.h"

/* A captured output stream. */
struct capture {
    struct buf kept; /* what fitted into the limit */
    uint64_t bytes;  /* what the guest wrote */
    bool truncated;
};

struct result_input {
    const struct facts *facts;
    const struct claims *claims;
    const struct capture *out;
    const struct capture *errs;
    const struct immure_limits *limits;
    bool brief; /* no text but "" where nothing is to tell */
    const struct calls *calls;
    const char *policy; /* "sha256:..." */
    const char *engine;
};

/* The JSON text, malloc'd. */
int result_text(const struct result_input *in, char **out, struct err *err);

#endif
