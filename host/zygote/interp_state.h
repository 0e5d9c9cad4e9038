/* Shared by interp*.c only: what the host keeps of the interpreter. */
#ifndef IMMURE_INTERP_STATE_H
#define IMMURE_INTERP_STATE_H

/* "s#" takes Py_ssize_t lengths. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "host/zygote/interp.h"

/* What begin() sets for a job that brings nothing but its code, to be set
 * without it (interp_plain.c). */
struct plain {
    bool is_ready;     /* there is one process for many guests */
    bool untouched;    /* no guest's code has run since begin() */
    bool seeded;       /* the random state is this process's own */
    bool no_exits;     /* the library has left nothing to be run at exit */
    PyObject *argv;    /* sys.argv */
    PyObject *sources; /* _immure_report._sources */
    PyObject *guest;   /* _immure_report._guest */
    PyObject *reseed;
    PyObject *handlers; /* logging's list of them; NULL: no logging */
    PyObject *known;    /* a tuple of those that are its own */
    PyObject *shutdown; /* of logging */
};

struct interp_fuel {
    struct report *report; /* borrowed; NULL: nothing is counted */
    uint64_t given, used;  /* used: by the time it was empty */
    bool is_empty;
};

struct interp {
    enum interp_kind kind;
    PyObject *globals; /* __main__.__dict__ */
    PyObject *policy;  /* what jail_enter() wants, until it had it */
    PyObject *begin;   /* _immure_rt functions, resolved before the */
    PyObject *next_step;
    PyObject *plain_parts;
    PyObject *finish_globals; /* gate closes, so that a guest cannot put   */
    PyObject *describe;       /* its own in their place by name            */
    PyObject *run_atexit;     /* atexit._run_exitfuncs */
    PyObject *jail_error;     /* _jail.JailError */
    PyObject *freeze;         /* gc.freeze */
    struct report *report;    /* where the jail's hooks tell; borrowed */
    struct buf input;         /* read while it waited for an answer */
    int answers;              /* where its input comes from; descriptor 0,
                                 but for an operator's program */
    uint32_t serial;          /* of its last call */
    bool asking;              /* it was left before its answer came */
    bool registers;           /* an operator's program, not yet in its jail */
    bool once;                /* this zygote makes one guest */
    struct region *region;    /* of arenas, or NULL (interp_memory.c) */
    bool stepping;            /* inside a session, behind its first step */
    bool over;                /* sys.exit() in a session */
    bool brief;               /* this step tells no files */
    void *ballast;            /* freed before a MemoryError is reported */
    PyObject *flush;          /* the name, interned */
    struct plain plain;
    PyObject *time_limit;    /* _jail.TimeLimit */
    struct interp_fuel fuel; /* of this job or step */
};

/* Turn the pending exception into *err ("WHAT: Type: message"); -1. */
int interp_error(struct err *err, const char *what);

/* An attribute of an imported module; a new reference or NULL. */
PyObject *interp_lookup(const char *module, const char *name);

/* The policy's JSON as a dict; a new reference or NULL. */
PyObject *interp_policy(const char *policy_json);

/* module.function(policy as a dict[, wanted]); a new reference or NULL. */
PyObject *interp_call_policy(const char *module, const char *function,
                             const char *policy_json, PyObject *wanted);

/* Report the pending exception, or a normal end, and return the status.  The
 * last thing of a process runs its atexit functions. */
int interp_finish(struct interp *in, struct report *report, bool last);

/* The jail's hook `call`; arg is the struct interp. */
PyObject *interp_call(void *arg, const char *name, const void *data,
                      size_t len, int *out_status);

/* register(name, uri) for the program that runs until sys.enter_jail(); a new
 * reference. */
PyObject *interp_new_register(struct interp *in);

/* gc.collect() and gc.freeze(). */
int interp_freeze(struct interp *in);

/* Before the interpreter starts: its arenas are to lie in one region.  And
 * when all is imported: what is left of that goes back. */
int interp_use_region(struct interp *in, struct err *err);
void interp_trim_region(struct interp *in);

/* Ask for huge pages where there is much memory already (Linux 6.1). */
void interp_use_huge_pages(const struct interp *in);

/* Take all memory that is free between what is used, for good. */
void interp_fill_holes(void);

/* Once, in a zygote, behind a warm-up: from here on interp_begin_plain() may
 * take the place of begin(). */
int interp_make_plain(struct interp *in);

/* Whether it may, for this job. */
bool interp_is_plain(const struct interp *in, const struct job *job);
int interp_begin_plain(struct interp *in, const struct job *job);

/* What the program, and the library, wanted to be called at the end.  Whether
 * there was any is what it returns. */
bool interp_run_exits(struct interp *in);

/* At the end: let go of the program's own objects when one of them may hold
 * back bytes of a file; whether there was one. */
bool interp_let_go(struct interp *in);
/* The files that the program made or changed since the last time. */
void interp_send_files(struct report *report);

/* Fuel (interp_fuel.c): from here on steps are counted; 0 is no bound.  At the
 * first too many TimeLimit is raised; a tenth later the process ends with a
 * report, whatever the program does.  -1 raised: this interpreter does not
 * count. */
enum { FUEL_STATUS = 124 };
int interp_fuel_begin(struct interp *in, uint64_t given,
                      struct report *report);
/* Counting ends, and what was used is told; whether it was too much. */
bool interp_fuel_end(struct interp *in);

/* Resolve what interp_finish() needs. */
int interp_resolve(struct interp *in);

/* Make the module `_wall`, for the policy tools. */
int interp_add_wall(void);

/* The gate of jailmod, with denials sent to report. */
int interp_enter_jail(struct interp *in, struct report *report);

#endif
