/* The interpreter behind plain C: interp.c and its neighbours interp_*.c are
 * the only files of host/ that include Python.h. */
#ifndef IMMURE_INTERP_H
#define IMMURE_INTERP_H

#include <stdbool.h>

#include "host/err.h"
#include "host/wire/job.h"
#include "host/zygote/given.h"
#include "host/zygote/report.h"

enum interp_kind {
    INTERP_GUESTS, /* isolated, no module with an OS effect can be loaded */
    INTERP_PLAIN,  /* isolated, whole library: layer tests of the wall */
    INTERP_HOST,   /* as python3 -I: an operator's program */
    INTERP_TOOL,   /* isolated, for policy tools */
};

struct interp; /* one a process; lives until it ends */

/* Start the interpreter.  The environment must be scrubbed before. */
int interp_new(enum interp_kind kind, struct interp **out, struct err *err);

/* Import and patch everything that the policy allows, then run a warm-up so
 * that a guest's first steps touch warm pages.  only: names of modules,
 * "json,math", which a zygote for one run imports in place of everything; NULL
 * for everything. */
int interp_prepare(struct interp *in, const char *policy_json,
                   const char *only, struct err *err);

/* Put the policy's files into the file system that guests will have; they
 * stay where they are mapped. */
int interp_give(const struct given *given, const char *policy_json,
                struct err *err);

/* enter_jail() once and for all, then gc.collect() and gc.freeze().  Denials
 * go to `report`, which must outlive the interpreter. */
int interp_close_gate(struct interp *in, struct report *report,
                      struct err *err);

/* Before the root closes, in a zygote that will have many guests: forks are to
 * have the program's text in their page tables. */
void interp_share_text(void);

/* Run a job that has no effect, so that what a job needs is in memory of this
 * process's own and its code is specialised.  Outside or inside the jail. */
void interp_warm(struct interp *in, unsigned rounds);

/* In a process that is sealed, before any job: it is a guest from now on. */
void interp_begin_guest(void);

/* Once, in a zygote that will have many guests: what each of them would do to
 * its own memory is done here. */
void interp_settle(struct interp *in);

/* In a guest that is to have a job: its random state becomes its own before
 * it waits, and not while somebody waits for it. */
void interp_reseed(struct interp *in);

/* Run one job in the sealed guest and send its claims to report.  The bytes of
 * its files must stay for as long as the process lives.  Returns the
 * exit status that goes with the END frame it sent. */
int interp_run_job(struct interp *in, const struct job *job,
                   struct report *report);

/* Give up the bytes of descriptor 0 that were read behind the last answer. */
void interp_take_input(struct interp *in, struct buf *out);

/* Whether the last step of a session was its last: it called sys.exit(). */
bool interp_is_over(const struct interp *in);

/* "cpython 3.11.2 stock" */
const char *interp_engine(char *buf, size_t len);

/* immure host: sys.enter_jail() in the program calls enter(arg, err) once the
 * library is prepared and before the gate closes. */
struct interp_host {
    int (*hello)(void *arg, struct err *err); /* just before the gate */
    int (*wall)(void *arg, struct err *err);  /* just behind it */
    void *arg;
    struct report *report;
    int answers; /* read end of the pipe of answers, until the wall closes:
                    that puts it at descriptor 0 */
    const char *policy_json;
    const struct given *given;
    const char *const *folders; /* of packages, appended to sys.path */
    size_t nfolders;
};

/* Run PROG.  Returns its exit status; *out_jailed says whether it called
 * sys.enter_jail(). */
int interp_run_program(struct interp *in, char *const *argv,
                       const struct interp_host *host, bool *out_jailed,
                       struct err *err);

/* Run main(args) of the frozen module `_immure_NAME`; its exit status. */
int interp_run_tool(struct interp *in, const char *name, char *const *args);

#endif
