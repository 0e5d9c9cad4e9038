/* libimmure: run untrusted Python on CPython behind two walls.
 *
 * One call, immure_run(), starts a private supervisor process, gives it a
 * policy and one job, and waits for the verdict.  The library takes no
 * signals, starts no threads and holds no mutable file-scope state; the
 * calling process never loads Python.  Sizes are bytes, times milliseconds. */
#ifndef IMMURE_H
#define IMMURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/err.h"

/* The verdict, one word (immure_verdict_name).  The first nine are facts of
 * the kernel and the supervisor; the last four come from the guest's own exit
 * status. */
enum immure_verdict {
    IMMURE_CPU,      /* over its CPU time */
    IMMURE_WALL,     /* over its wall-clock time */
    IMMURE_MEMORY,   /* over its memory, ended by the kernel */
    IMMURE_OUTPUT,   /* wrote more than its output limit */
    IMMURE_FUEL,     /* over its instruction budget */
    IMMURE_KILLED,   /* killed by the wall, or for breaking the protocol */
    IMMURE_CRASHED,  /* died of a signal of its own making */
    IMMURE_INTERNAL, /* immure's own failure */
    IMMURE_OK,
    IMMURE_EXIT,   /* sys.exit() with a status other than 0 */
    IMMURE_ERROR,  /* an uncaught exception */
    IMMURE_DENIED, /* an uncaught JailError */
};

const char *immure_verdict_name(enum immure_verdict v);

struct immure_limits {
    uint64_t cpu_ms;  /* CPU time, user and system together */
    uint64_t wall_ms; /* from the job's start */
    uint64_t memory;  /* bytes the guest may allocate beyond its birth size */
    uint64_t output;  /* bytes of stdout and stderr together */
    uint64_t files;   /* bytes of given files together */
};

/* A span of bytes the caller owns for the length of the call. */
struct immure_bytes {
    const void *data;
    size_t len;
};

struct immure_file {
    const char *name; /* what open(NAME) says in the guest */
    struct immure_bytes content;
};

struct immure_job {
    struct immure_bytes code; /* Python source, any PEP 263 encoding */
    const char *filename;     /* shown in tracebacks; "<string>" for -c */
    const char *const *args;  /* sys.argv; args[0] is the program's name */
    size_t nargs;
    const char *const *env; /* "K=V", all that os.environ will hold */
    size_t nenv;
    const struct immure_file *files;
    size_t nfiles;
    struct immure_bytes input; /* what sys.stdin gives, then end of file */
    const char *globals_json;  /* a JSON object, or NULL: no globals out */
    bool seeded;               /* random seeded with seed, not from the OS */
    int64_t seed;
    int nice; /* 0 to 19 */
    struct immure_limits limits;
};

struct immure_config {
    const char *policy_json;        /* effective policy; NULL: profile pure */
    const char *const *zygote_args; /* extra arguments, NULL-ended, or NULL */
    const char *supervisor_path;    /* NULL: immure-supervisor beside the */
    const char *zygote_path;        /* program, and immure-zygote there too */
    const char *host_program;       /* immure host: PROG.py, or NULL */
    int host_stdin; /* immure host: its stdin, or -1 for /dev/null */
};

/* Called as output arrives, before immure_run returns.  fd is 1 or 2. */
struct immure_sink {
    void (*output)(void *arg, int fd, const void *data, size_t len);
    void *arg;
};

struct immure_result {
    enum immure_verdict verdict;
    int exit_code; /* the guest's own status, or -1 when it has none */
    int signal;    /* 0, or the signal that ended it */
    char *json;    /* the result object, malloc'd; immure_result_clear frees */
};

/* Run one job to its verdict.  0 with *out_result filled, or -1 with *err
 * when no guest ran.  *out_result is untouched on failure.  For
 * config->host_program the job's code is not used.  sink may be NULL: output
 * is then only in the result. */
int immure_run(const struct immure_config *config,
               const struct immure_job *job, const struct immure_sink *sink,
               struct immure_result *out_result, struct err *err);

void immure_result_clear(struct immure_result *result);

/* The limits of the profile "pure": cpu 2s, wall 5s, memory 256M, output 1M,
 * files 16M. */
extern const struct immure_limits immure_default_limits;

#endif
