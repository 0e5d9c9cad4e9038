/* A job as frames: its limits for the supervisor, the rest for the guest. */
#ifndef IMMURE_WIRE_JOB_H
#define IMMURE_WIRE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/wire/frame.h"

/* The second number of FRAME_JOB. */
enum job_flag {
    JOB_SESSION = 1, /* the guest stays for more steps */
    JOB_STREAM = 2,  /* output is wanted as it comes */
    JOB_DENIALS = 4, /* so are denials */
};

/* Milliseconds and bytes; fuel may be left out at the end. */
struct job_limits {
    uint64_t cpu_ms;
    uint64_t wall_ms;
    uint64_t memory;
    uint64_t output;
    uint64_t files;
    uint64_t nice;
    uint64_t fuel; /* steps of Python; 0: no bound */
};

int job_limits_add(struct buf *out, uint16_t id,
                   const struct job_limits *limits, struct err *err);
int job_limits_parse(struct span payload, struct job_limits *out,
                     struct err *err);

struct job_file {
    struct span name;
    struct span content;
};

/* A decoded job.  Spans point into the buffer it was parsed from; the arrays
 * are malloc'd. */
struct job {
    struct span filename;
    struct span code;
    struct span input;
    struct span globals;
    bool has_globals;
    bool seeded;
    bool session;         /* keep the state: another step follows */
    bool interactive;     /* values of expressions are printed */
    bool brief;           /* no files are told */
    struct span function; /* a name to call with the input, or empty: code */
    int64_t seed;
    struct span *args;
    size_t nargs;
    struct span *env;
    size_t nenv;
    uint64_t quota; /* bytes */
    uint64_t fuel;  /* steps of Python; 0: no bound */
    struct job_file *files;
    size_t nfiles;
};

/* Parse the frames of b up to FRAME_RUN.  A frame that comes twice where one
 * is allowed, or bytes behind FRAME_RUN, are ERR_PROTO.  On failure *out is
 * left empty. */
int job_parse(const struct buf *b, struct job *out, struct err *err);
void job_clear(struct job *job);

#endif
