/* versus BUILD_A BUILD_B [SECONDS [ROW]]: the same work by two builds in
 * turns, so that a noise of the machine meets both.  Prints p50, p95 and
 * minimum of each in microseconds, the guest's page faults, rates in jobs a
 * second, and the ratio A/B. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/lib/immure.h"

enum { SIDES = 2, CALLERS = 8, STEPS = 10 };

static const char hello[] = "print(1 + 1)\n";
static const char imports[] =
    "import json, re, math, collections, datetime, random, itertools\n"
    "import functools, decimal, dataclasses, typing, statistics\n"
    "print(1 + 1)\n";

struct side {
    struct immure *im;
    struct immure_call *session;
    unsigned pooled, forked;
};

struct samples {
    double *us;
    size_t n, cap;
};

static double
now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static _Noreturn void
give_up(const char *what, const struct immure_err *err)
{
    fprintf(stderr, "versus: %s: %s\n", what, err->msg);
    exit(1);
}

static void
rest(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static struct immure_job
job_of(const char *code)
{
    return (struct immure_job){.code = {code, strlen(code)}};
}

/* Page faults of the guest, from its birth on. */
static double
faults_of(const char *json)
{
    static const char key[] = "\"minor_faults\": ";
    const char *at = strstr(json, key);
    return at ? atof(at + sizeof key - 1) : 0;
}

static double
take(struct immure_call *call)
{
    struct immure_err err;
    struct immure_result r;
    if (immure_wait(call, &r, &err) != 0)
        give_up("wait", &err);
    if (r.verdict != IMMURE_OK) {
        fprintf(stderr, "versus: %s\n", r.json);
        exit(1);
    }
    double faults = faults_of(r.json);
    immure_result_clear(&r);
    return faults;
}

static double
run(struct side *s, unsigned policy, const char *code)
{
    struct immure_err err;
    struct immure_call *call;
    const struct immure_job job = job_of(code);
    if (immure_submit(s->im, policy, &job, NULL, &call, &err) != 0)
        give_up("submit", &err);
    double faults = take(call);
    immure_free(call);
    return faults;
}

static double
do_pool(struct side *s)
{
    return run(s, s->pooled, hello);
}

static double
do_pool_imports(struct side *s)
{
    return run(s, s->pooled, imports);
}

static double
do_fork(struct side *s)
{
    return run(s, s->forked, hello);
}

static double
do_step(struct side *s)
{
    struct immure_err err;
    const struct immure_job job = job_of(hello);
    if (immure_step(s->session, &job, &err) != 0)
        give_up("step", &err);
    return take(s->session);
}

static unsigned
pool_policy(struct side *s, unsigned low, unsigned high)
{
    char json[512];
    unsigned id;
    struct immure_err err;
    const struct immure_limits *l = &immure_default_limits;
    snprintf(json, sizeof json,
             "{\"limits\": {\"cpu_ms\": %llu, \"wall_ms\": %llu, "
             "\"memory\": %llu, \"output\": %llu, \"files\": %llu}, "
             "\"pool\": {\"min_idle\": %u, \"max_idle\": %u, \"queue\": 100}}",
             (unsigned long long)l->cpu_ms, (unsigned long long)l->wall_ms,
             (unsigned long long)l->memory, (unsigned long long)l->output,
             (unsigned long long)l->files, low, high);
    if (immure_policy_open(s->im, json, &id, &err) != 0)
        give_up("open a policy", &err);
    return id;
}

static void
open_side(struct side *s, const char *build)
{
    char supervisor[PATH_MAX], zygote[PATH_MAX];
    struct immure_err err;
    snprintf(supervisor, sizeof supervisor, "%s/immure-supervisor", build);
    snprintf(zygote, sizeof zygote, "%s/immure-zygote", build);
    const struct immure_config config = {.supervisor_path = supervisor,
                                         .zygote_path = zygote};
    if (immure_open(&config, &s->im, &err) != 0)
        give_up("open", &err);
    s->pooled = pool_policy(s, 4, 8);
    s->forked = pool_policy(s, 0, 0);
    if (immure_session(s->im, s->forked, NULL, &s->session, &err) != 0)
        give_up("session", &err);
    (void)do_pool(s);
    (void)do_fork(s);
    (void)do_step(s);
}

/* --- many callers --- */

struct load {
    struct side *side;
    unsigned policy;
    double until;
    unsigned long done;
    unsigned pending;
};

static void begin(struct load *load);

static void
on_done(void *arg, struct immure_call *call)
{
    struct load *load = arg;
    (void)take(call);
    immure_free(call);
    load->pending--;
    load->done++;
    if (now_us() < load->until)
        begin(load);
}

static void
begin(struct load *load)
{
    struct immure_err err;
    struct immure_call *call;
    const struct immure_job job = job_of(hello);
    const struct immure_events events = {.done = on_done, .arg = load};
    load->pending++;
    if (immure_submit(load->side->im, load->policy, &job, &events, &call,
                      &err) != 0)
        give_up("submit", &err);
}

static double
rate(struct side *s, unsigned policy, double seconds)
{
    double start = now_us();
    struct immure_err err;
    struct load load = {s, policy, start + seconds * 1e6, 0, 0};
    for (int i = 0; i < CALLERS; i++)
        begin(&load);
    while (load.pending > 0)
        if (immure_dispatch(s->im, -1, &err) != 0)
            give_up("dispatch", &err);
    return (double)load.done / (now_us() - start) * 1e6;
}

/* --- figures --- */

static void
note(struct samples *to, double us)
{
    if (to->n == to->cap) {
        to->cap = to->cap ? 2 * to->cap : 256;
        to->us = realloc(to->us, to->cap * sizeof *to->us);
        if (to->us == NULL)
            abort();
    }
    to->us[to->n++] = us;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double
quantile(struct samples *s, double q)
{
    size_t at = (size_t)(q * (double)s->n);
    return s->us[at < s->n ? at : s->n - 1];
}

static void
show(const char *name, struct samples both[SIDES])
{
    static const double q[] = {0.5, 0.95, 0};
    printf("%-22s", name);
    for (int i = 0; i < SIDES; i++)
        qsort(both[i].us, both[i].n, sizeof *both[i].us, compare);
    for (int k = 0; k < 3; k++) {
        double a = quantile(&both[0], q[k]), b = quantile(&both[1], q[k]);
        printf(" %8.0f %8.0f %5.2f", a, b, b > 0 ? a / b : 0);
    }
    printf("\n");
    for (int i = 0; i < SIDES; i++)
        free(both[i].us);
}

struct work {
    const char *name;
    double (*run)(struct side *s);
    int again;
    long rest_ms; /* before each: what the last one left is done by then */
};

static const struct work works[] = {
    {"pool", do_pool, 1, 12},
    {"pool, no rest", do_pool, 2, 0},
    {"pool, imports", do_pool_imports, 1, 12},
    {"fork", do_fork, 1, 4},
    {"session step", do_step, STEPS, 4},
};

static void
compare_work(const struct work *w, struct side sides[SIDES], double seconds)
{
    struct samples both[SIDES] = {0}, faults[SIDES] = {0};
    char name[64];
    double until = now_us() + seconds * 1e6;
    for (int turn = 0; now_us() < until; turn++)
        for (int k = 0; k < SIDES; k++) {
            int i = (turn + k) % SIDES;
            if (w->rest_ms > 0)
                rest(w->rest_ms);
            for (int n = 0; n < w->again; n++) {
                double start = now_us();
                double n_faults = w->run(&sides[i]);
                note(&both[i], now_us() - start);
                note(&faults[i], n_faults);
            }
        }
    show(w->name, both);
    snprintf(name, sizeof name, "  its faults");
    show(name, faults);
}

static void
compare_rates(struct side sides[SIDES], double seconds)
{
    for (int pool = 0; pool < 2; pool++) {
        struct samples both[SIDES] = {0};
        double until = now_us() + seconds * 1e6;
        for (int turn = 0; now_us() < until; turn++)
            for (int k = 0; k < SIDES; k++) {
                struct side *s = &sides[(turn + k) % SIDES];
                note(&both[(turn + k) % SIDES],
                     rate(s, pool ? s->pooled : s->forked, 0.4));
            }
        show(pool ? "pool, jobs/s" : "fork, jobs/s", both);
    }
}

int
main(int argc, char **argv)
{
    struct side sides[SIDES];
    double seconds = argc > 3 ? atof(argv[3]) : 3;
    const char *only = argc > 4 ? argv[4] : NULL;
    if (argc < 3) {
        fprintf(stderr, "usage: versus BUILD_A BUILD_B [SECONDS [ROW]]\n");
        return 2;
    }
    for (int i = 0; i < SIDES; i++)
        open_side(&sides[i], argv[1 + i]);
    rest(300);
    printf("%-22s %8s %8s %5s %8s %8s %5s %8s %8s %5s\n", "", "A p50", "B",
           "A/B", "A p95", "B", "A/B", "A min", "B", "A/B");
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        if (only == NULL || strcmp(only, works[i].name) == 0)
            compare_work(&works[i], sides, seconds);
    if (only == NULL || strcmp(only, "rates") == 0)
        compare_rates(sides, seconds);
    for (int i = 0; i < SIDES; i++) {
        immure_free(sides[i].session);
        immure_close(sides[i].im);
    }
    return 0;
}
