/* libimmure: run untrusted Python on CPython behind two walls.
 *
 *     struct immure *im;
 *     immure_open(NULL, &im, &err);
 *     immure_policy_open(im, "pure", &policy, &err);
 *     immure_submit(im, policy, &job, NULL, &call, &err);
 *     immure_wait(call, &result, &err);
 *     immure_free(call);
 *     immure_close(im);
 *
 * A context starts a private supervisor process and talks to it over a
 * socket pair; Python is never in the calling process.  The library takes no
 * signals, starts no threads, prints nothing, never exits and holds no
 * mutable file-scope state.  The supervisor is a child of the process that
 * opened the context: SIGCHLD comes when it ends, and a program that waits for
 * all its children may reap it, which does no harm.  It has a process group of
 * its own: a terminal's ^C is the program's to act upon.
 *
 * Every function returns 0, or -1 with *err filled (err may be NULL).  Sizes
 * are bytes, times milliseconds.
 *
 * Threads: all functions of one context may be called from any thread at any
 * time, with two exceptions: immure_close() and immure_free() end what they
 * are given, so nobody else may be using it.  Callbacks run in whichever
 * thread is inside immure_dispatch(), immure_wait(), immure_drain() or
 * immure_stats(), one at a time, with no lock held: they may call anything but
 * these four and immure_close().
 *
 * Fork: a context belongs to the process that opened it.  In a child of fork
 * its functions fail (IMMURE_ERR_USAGE), but for immure_free() and
 * immure_close(), which only release memory there. */
#ifndef IMMURE_H
#define IMMURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IMMURE_API __attribute__((visibility("default")))

enum immure_err_code {
    IMMURE_ERR_NONE = 0,
    IMMURE_ERR_USAGE,     /* the caller's arguments: sizes, names */
    IMMURE_ERR_POLICY,    /* the policy */
    IMMURE_ERR_WALL,      /* a kernel layer could not be put up */
    IMMURE_ERR_GATE,      /* the interpreter layer could not be closed */
    IMMURE_ERR_SYSTEM,    /* a system call failed; sys_errno says how */
    IMMURE_ERR_MEMORY,    /* out of memory */
    IMMURE_ERR_PROTO,     /* the supervisor is of another version */
    IMMURE_ERR_GONE,      /* the supervisor ended: the context is of no use */
    IMMURE_ERR_BUSY,      /* too many jobs wait: try again in retry_ms */
    IMMURE_ERR_CANCELLED, /* by immure_cancel() */
};

struct immure_err {
    enum immure_err_code code;
    int sys_errno;
    unsigned retry_ms; /* of IMMURE_ERR_BUSY */
    char msg[512];     /* one line, no newline */
};

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

IMMURE_API const char *immure_verdict_name(enum immure_verdict v);

struct immure_limits {
    uint64_t cpu_ms;  /* CPU time, user and system together */
    uint64_t wall_ms; /* from the job's start */
    uint64_t memory;  /* bytes the guest may allocate beyond its birth size */
    uint64_t output;  /* bytes of stdout and stderr together */
    uint64_t files;   /* bytes of given files together */
    uint64_t fuel;    /* steps of Python; 0: no bound, and all that a stock
                         engine can do: another is refused there */
};

/* The limits of the profile "pure": cpu 2s, wall 5s, memory 256M, output 1M,
 * files 16M. */
IMMURE_API extern const struct immure_limits immure_default_limits;

/* A span of bytes the caller owns for the length of the call. */
struct immure_bytes {
    const void *data;
    size_t len;
};

struct immure_file {
    const char *name; /* what open(NAME) says in the guest */
    struct immure_bytes content;
};

/* A function of the program's that a guest may call (immure.gateway in the
 * guest, the event `called` here). */
struct immure_grant {
    const char *name; /* 1 to 64 letters, digits, "_", "." and "-" */
    uint32_t calls;   /* at most so many; 0: none */
    uint64_t bytes;   /* of arguments and answers together */
};

struct immure_job {
    struct immure_bytes code; /* Python source, any PEP 263 encoding */
    const char *filename;     /* shown in tracebacks; NULL: "<string>" */
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
    const struct immure_grant *grants; /* a session's step names its own */
    size_t ngrants;                    /* at most 64 */
    int nice;                          /* 0 to 19 */
    struct immure_limits limits;       /* all 0: immure_default_limits */
    bool interactive; /* the code is one statement, and the value of an
                       * expression is printed, as by Python's prompt */
    /* A session's step, but the first: no code; the session's own function of
     * this name is called with the input, as bytes.  sys.stdin and the files
     * stay as they are, args, env, files and globals are not looked at. */
    const char *function;
    /* A session's step: its result has no files, and where its verdict is ok
     * and neither output, denials nor calls that were refused are to be told,
     * its json is "" and nothing but the verdict is measured. */
    bool brief;
    /* A session's step: one that has computed for 20 ms goes on at a lower
     * priority (nice 10 more), so that short steps of others come first. */
    bool yields;
};

struct immure_result {
    enum immure_verdict verdict;
    int exit_code; /* the guest's own status, or -1 when it has none */
    int signal;    /* 0, or the signal that ended it */
    char *json;    /* the result object, malloc'd; "": see `brief` */
};

IMMURE_API void immure_result_clear(struct immure_result *result);

struct immure_config {
    const char *supervisor_path;    /* NULL: immure-supervisor beside the */
    const char *zygote_path;        /* program, and immure-zygote there too */
    const char *const *zygote_args; /* extra arguments, NULL-ended, or NULL */
    unsigned guests;                /* alive at once; 0: 64; at most 10000 */
    const char *audit; /* a file that each call of a guest's is logged in, a
                          line of JSON; NULL: none */
};

struct immure;
struct immure_call; /* a job that was submitted, or a session */

/* Start a supervisor.  config may be NULL. */
IMMURE_API int immure_open(const struct immure_config *config,
                           struct immure **out, struct immure_err *err);

/* End the supervisor and all its guests, wait until they are gone, and
 * release the context.  Calls that are left fail with IMMURE_ERR_GONE; each
 * still has to be freed.  NULL is allowed. */
IMMURE_API void immure_close(struct immure *im);

/* Take no more jobs, and wait for those that are there (sessions are closed
 * by immure_free()).  timeout_ms < 0: for ever; IMMURE_ERR_BUSY: time is up. */
IMMURE_API int immure_drain(struct immure *im, int timeout_ms,
                            struct immure_err *err);

/* Open a policy: the name of a profile, or the JSON of an effective policy
 * (immure policy show --json).  Guests are made ready from here on.  A policy
 * that can't be used is told by each job of it. */
IMMURE_API int immure_policy_open(struct immure *im, const char *policy,
                                  unsigned *out_policy,
                                  struct immure_err *err);

/* Jobs that are there come to their end. */
IMMURE_API int immure_policy_close(struct immure *im, unsigned policy,
                                   struct immure_err *err);

struct immure_events {
    /* Output as it comes; fd is 1 or 2.  NULL: it is only in the result. */
    void (*output)(void *arg, struct immure_call *call, int fd,
                   const void *data, size_t len);
    /* The job, or the session's step, is over: immure_wait() has it now. */
    void (*done)(void *arg, struct immure_call *call);
    void *arg;
    /* The guest calls a function that it was granted, and waits, while its
     * wall clock runs, for immure_answer(): from here, or later, or from
     * another thread.  data are the guest's word.  immure.gateway.call()
     * sends {"args": [...], "kwargs": {...}} and wants JSON back. */
    void (*called)(void *arg, struct immure_call *call, const char *function,
                   uint32_t serial, const void *data, size_t len);
    /* The guest was denied something, just now: the JSON of one of the
     * result's denials, with the count 1, not NUL-terminated.  Told once of a
     * rule and line in a job, or in a session's step. */
    void (*denied)(void *arg, struct immure_call *call, const void *json,
                   size_t len);
};

enum immure_answer_status {
    IMMURE_ANSWER_VALUE, /* data: what the function returns */
    IMMURE_ANSWER_ERROR, /* data: text of the guest's GatewayError */
};

/* Answer the call with that serial; at most 16 MB.  One that its guest no
 * longer waits for is no error. */
IMMURE_API int immure_answer(struct immure_call *call, uint32_t serial,
                             enum immure_answer_status status,
                             const void *data, size_t len,
                             struct immure_err *err);

/* Send a job.  All that it points to is copied.  events may be NULL. */
IMMURE_API int immure_submit(struct immure *im, unsigned policy,
                             const struct immure_job *job,
                             const struct immure_events *events,
                             struct immure_call **out, struct immure_err *err);

/* Wait for a call and take its result: 0 with *out_result filled, or -1 when
 * no guest ran.  A second call gives IMMURE_ERR_USAGE. */
IMMURE_API int immure_wait(struct immure_call *call,
                           struct immure_result *out_result,
                           struct immure_err *err);
IMMURE_API bool immure_is_done(const struct immure_call *call);

/* A call that is not done fails with IMMURE_ERR_CANCELLED; its guest is
 * killed.  A session is over then. */
IMMURE_API int immure_cancel(struct immure_call *call, struct immure_err *err);

/* Release a call; one that is not done is cancelled, a session closed.  NULL
 * is allowed. */
IMMURE_API void immure_free(struct immure_call *call);

/* Freeze a job, and let it go on: its guest does nothing, its output is left
 * where it is, and it does not age, for its clocks stand still.  A job that
 * waits is frozen when it begins. */
IMMURE_API int immure_pause(struct immure_call *call, struct immure_err *err);
IMMURE_API int immure_resume(struct immure_call *call, struct immure_err *err);

/* Sessions: one guest keeps its state over many steps, one at a time.  A step
 * has the limits of its job but memory, which is the first step's.  Each step
 * is one immure_wait().  When the guest ends, by a limit, a crash or sys.exit,
 * the session is over and the next step fails with IMMURE_ERR_GONE; so it does
 * after the policy's [pool] session_idle. */
IMMURE_API int immure_session(struct immure *im, unsigned policy,
                              const struct immure_events *events,
                              struct immure_call **out,
                              struct immure_err *err);
IMMURE_API int immure_step(struct immure_call *session,
                           const struct immure_job *job,
                           struct immure_err *err);

/* KeyboardInterrupt in the step that runs. */
IMMURE_API int immure_interrupt(struct immure_call *session,
                                struct immure_err *err);

/* The next step begins with a fresh guest.  Not while a step runs. */
IMMURE_API int immure_reset(struct immure_call *session,
                            struct immure_err *err);

/* A descriptor that is readable when immure_dispatch() has something to do:
 * for poll(2), select(2), epoll(7).  It stays the context's. */
IMMURE_API int immure_fd(const struct immure *im);

/* Wait up to timeout_ms (< 0: for ever) for something to happen, and call
 * back. */
IMMURE_API int immure_dispatch(struct immure *im, int timeout_ms,
                               struct immure_err *err);

/* *out_json is malloc'd: {"alive", "max", "pools": [{"queued", "idle", "busy",
 * "jobs", ...}]}. */
IMMURE_API int immure_stats(struct immure *im, char **out_json,
                            struct immure_err *err);

/* One job and no more: a supervisor is started for it and ends with it. */
IMMURE_API int immure_run(const struct immure_config *config,
                          const char *policy, const struct immure_job *job,
                          const struct immure_events *events,
                          struct immure_result *out_result,
                          struct immure_err *err);

/* immure host: run an operator's program, args[0] of the job, that calls
 * sys.enter_jail().  Its stdin is stdin_fd, or /dev/null for -1. */
IMMURE_API int immure_run_host(const struct immure_config *config,
                               const char *policy,
                               const struct immure_job *job, int stdin_fd,
                               const struct immure_events *events,
                               struct immure_result *out_result,
                               struct immure_err *err);

#ifdef __cplusplus
}
#endif

#endif
