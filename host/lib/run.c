/* One job, and a supervisor for it alone. */
#include <string.h>

#include "host/cleanup.h"
#include "host/lib/context.h"
#include "host/lib/hints.h"

static int
run(const struct start *start, const char *policy,
    const struct immure_job *job, const struct immure_events *events,
    struct immure_result *out_result, struct immure_err *err)
{
    struct err e;
    struct immure *im;
    struct immure_call *call = NULL;
    unsigned id;
    if (context_new(start, &im, &e) != 0)
        return context_hand_over(-1, &e, err);
    int done = immure_policy_open(im, policy, &id, err);
    if (done == 0)
        done = immure_submit(im, id, job, events, &call, err);
    if (done == 0)
        done = immure_wait(call, out_result, err);
    immure_free(call);
    immure_close(im);
    return done;
}

static const struct immure_config plain = {0};

int
immure_run(const struct immure_config *config, const char *policy,
           const struct immure_job *job, const struct immure_events *events,
           struct immure_result *out_result, struct immure_err *err)
{
    OWNED_STR modules = NULL;
    struct err e;
    if (hints_find(job, &modules, &e) != 0)
        return context_hand_over(-1, &e, err);
    const struct start start = {
        .config = config ? config : &plain, .once = true, .modules = modules};
    return run(&start, policy, job, events, out_result, err);
}

int
immure_run_host(const struct immure_config *config, const char *policy,
                const struct immure_job *job, int stdin_fd,
                const struct immure_events *events,
                struct immure_result *out_result, struct immure_err *err)
{
    const struct start start = {.config = config ? config : &plain,
                                .host = job,
                                .host_stdin = stdin_fd};
    return run(&start, policy, job, events, out_result, err);
}
