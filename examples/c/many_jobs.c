/* 1000 jobs, 8 at a time, from one thread: as each is done, its callback
 * sends the next. */
#include <immure.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOBS = 1000, ABREAST = 8 };

struct work {
    struct immure *im;
    unsigned policy;
    int sent, ended, good;
};

static void send_next(struct work *work);

static void
fail(const struct immure_err *err)
{
    fprintf(stderr, "many_jobs: %s\n", err->msg);
    exit(1);
}

static void
on_done(void *arg, struct immure_call *call)
{
    struct work *work = arg;
    struct immure_result result;
    struct immure_err err;
    if (immure_wait(call, &result, &err) != 0)
        fail(&err);
    work->ended++;
    work->good += result.verdict == IMMURE_OK;
    immure_result_clear(&result);
    immure_free(call);
    if (work->sent < JOBS)
        send_next(work);
}

static void
send_next(struct work *work)
{
    char code[64];
    struct immure_call *call;
    struct immure_err err;
    const struct immure_events events = {.done = on_done, .arg = work};
    snprintf(code, sizeof code, "print(sum(range(%d)))", work->sent++);
    const struct immure_job job = {.code = {code, strlen(code)}};
    if (immure_submit(work->im, work->policy, &job, &events, &call, &err) != 0)
        fail(&err);
}

int
main(void)
{
    struct work work = {0};
    struct immure_err err;
    if (immure_open(NULL, &work.im, &err) != 0 ||
        immure_policy_open(work.im, "pure", &work.policy, &err) != 0)
        fail(&err);
    for (int i = 0; i < ABREAST; i++)
        send_next(&work);
    while (work.ended < JOBS)
        if (immure_dispatch(work.im, -1, &err) != 0)
            fail(&err);
    immure_close(work.im);
    printf("%d of %d jobs ended well\n", work.good, JOBS);
    return work.good == JOBS ? 0 : 1;
}
