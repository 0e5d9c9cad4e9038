/* What the tests of libimmure share. */
#ifndef TESTS_LIB_API_H
#define TESTS_LIB_API_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/lib/immure.h"

/* A machine under load is slow: this is for what never ends. */
enum { SECONDS_MAX = 120 };

static inline struct immure *
open_context(unsigned guests, unsigned *out_policy)
{
    char supervisor_path[4096], zygote_path[4096];
    const char *build = getenv("BUILDDIR") ? getenv("BUILDDIR") : ".";
    snprintf(supervisor_path, sizeof supervisor_path, "%s/immure-supervisor",
             build);
    snprintf(zygote_path, sizeof zygote_path, "%s/immure-zygote", build);
    const struct immure_config config = {.supervisor_path = supervisor_path,
                                         .zygote_path = zygote_path,
                                         .guests = guests};
    struct immure *im;
    struct immure_err err;
    ck_assert_msg(immure_open(&config, &im, &err) == 0, "%s", err.msg);
    ck_assert_msg(immure_policy_open(im, "pure", out_policy, &err) == 0, "%s",
                  err.msg);
    return im;
}

static inline struct immure_job
job_of(const char *code)
{
    return (struct immure_job){.code = {code, strlen(code)},
                               .limits = immure_default_limits};
}

static inline struct immure_call *
submit(struct immure *im, unsigned policy, const struct immure_job *job,
       const struct immure_events *events)
{
    struct immure_call *call;
    struct immure_err err;
    ck_assert_msg(immure_submit(im, policy, job, events, &call, &err) == 0,
                  "%s", err.msg);
    return call;
}

/* Wait for a call and free it; its verdict, or -1 - code when it failed. */
static inline int
verdict_of(struct immure_call *call, const char *in_json)
{
    struct immure_result r = {0};
    struct immure_err err;
    int failed = immure_wait(call, &r, &err);
    if (failed == 0 && in_json != NULL)
        ck_assert_msg(strstr(r.json, in_json) != NULL, "no %s in %s", in_json,
                      r.json);
    int verdict = failed ? -1 - (int)err.code : (int)r.verdict;
    if (failed == 0)
        immure_result_clear(&r);
    immure_free(call);
    return verdict;
}

static inline int
run_code(struct immure *im, unsigned policy, const char *code,
         const char *in_json)
{
    const struct immure_job job = job_of(code);
    return verdict_of(submit(im, policy, &job, NULL), in_json);
}

/* A number of the statistics' JSON; the first pool is the first policy. */
static inline int
statistic(struct immure *im, const char *name)
{
    struct immure_err err;
    char *json = NULL, key[64];
    ck_assert_msg(immure_stats(im, &json, &err) == 0, "%s", err.msg);
    snprintf(key, sizeof key, "\"%s\": ", name);
    const char *at = strstr(json, key);
    ck_assert_msg(at != NULL, "no %s in %s", name, json);
    int value = atoi(at + strlen(key));
    free(json);
    return value;
}

/* Until something is so; the test's own time-out is the end of waiting. */
#define WAIT_FOR(condition)                                                   \
    while (!(condition))                                                      \
    usleep(2000)

struct seen {
    size_t bytes, times;
    bool done;
};

static inline void
on_output(void *arg, struct immure_call *call, int fd, const void *data,
          size_t len)
{
    struct seen *seen = arg;
    (void)call;
    (void)data;
    seen->bytes += fd == 1 ? len : 0;
    seen->times++;
}

static inline void
on_done(void *arg, struct immure_call *call)
{
    struct seen *seen = arg;
    ck_assert(immure_is_done(call));
    seen->done = true;
}

static inline long
resident_kib(int pid)
{
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "VmRSS: %ld", &kib) == 1)
            break;
    if (f != NULL)
        fclose(f);
    return kib;
}

/* The only child of this process. */
static inline int
child_of_ours(void)
{
    char path[64];
    int pid = -1;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *f = fopen(path, "re");
    ck_assert(f != NULL && fscanf(f, "%d", &pid) == 1);
    fclose(f);
    return pid;
}

/* Nobody reads: 40 jobs of 900 kB each must wait in their pipes. */
static inline int
run_suite(const char *name, TCase *tc)
{
    Suite *suite = suite_create(name);
    tcase_set_timeout(tc, SECONDS_MAX);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

#endif
