#include "host/cli/bench_load.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/cli.h"
#include "host/fd.h"

/* --- many callers --- */

struct load {
    struct ops *ops;
    unsigned policy;
    double until;
    unsigned long done, busy;
    unsigned pending;
    bool closed; /* each end begins another */
    struct row *row;
};

struct job {
    struct load *load;
    double since;
};

static void begin(struct load *load, double since);

static void
on_done(void *arg, struct immure_call *call)
{
    struct job *job = arg;
    struct load *load = job->load;
    struct immure_result r;
    struct immure_err err;
    load->pending--;
    if (immure_wait(call, &r, &err) == 0) {
        load->done++;
        if (load->row != NULL)
            row_sample(load->row, bench_now() - job->since);
        immure_result_clear(&r);
    } else {
        load->busy += err.code == IMMURE_ERR_BUSY;
    }
    immure_free(call);
    free(job);
    if (load->closed && bench_now() < load->until)
        begin(load, bench_now());
}

static void
begin(struct load *load, double since)
{
    struct job *job = malloc(sizeof *job);
    struct immure_call *call;
    const struct immure_job hello = ops_job(HELLO);
    if (job == NULL)
        return;
    *job = (struct job){load, since};
    const struct immure_events events = {.done = on_done, .arg = job};
    load->pending++;
    if (immure_submit(load->ops->im, load->policy, &hello, &events, &call,
                      NULL) != 0) {
        load->pending--;
        free(job);
    }
}

static double
closed_loop(struct ops *ops, unsigned policy, unsigned callers, double seconds,
            struct row *row, unsigned long *out_busy)
{
    double start = bench_now();
    struct load load = {.ops = ops,
                        .policy = policy,
                        .until = start + seconds * 1e3,
                        .closed = true,
                        .row = row};
    for (unsigned i = 0; i < callers; i++)
        begin(&load, bench_now());
    while (load.pending > 0)
        if (immure_dispatch(ops->im, -1, NULL) != 0)
            break;
    if (out_busy != NULL)
        *out_busy = load.busy;
    return (double)load.done / (bench_now() - start) * 1e3;
}

/* Jobs come at even times, whether or not the last is done. */
static void
open_loop(struct ops *ops, double per_second, double seconds, struct row *row)
{
    double start = bench_now(), next = start, gap = 1e3 / per_second;
    struct load load = {.ops = ops, .policy = ops->pooled, .row = row};
    while (next < start + seconds * 1e3 || load.pending > 0) {
        double now = bench_now();
        for (; next <= now && next < start + seconds * 1e3; next += gap)
            begin(&load, next);
        double wait = next > now ? next - now : 0;
        if (wait < 1) { /* dispatch's grain is a millisecond */
            struct timespec t = {0, (long)(wait * 5e5)};
            (void)immure_dispatch(ops->im, 0, NULL);
            nanosleep(&t, NULL);
        } else if (immure_dispatch(ops->im, (int)wait, NULL) != 0) {
            return;
        }
    }
}

static double
fork_server_rate(struct ops *ops, unsigned callers, double seconds)
{
    char text[256];
    double start = bench_now();
    unsigned long done = 0;
    unsigned pending = 0;
    while (bench_now() < start + seconds * 1e3 || pending > 0) {
        while (pending < callers && bench_now() < start + seconds * 1e3) {
            if (server_ask(&ops->fork_server, 1, bench_programs[HELLO].code))
                return 0;
            pending++;
        }
        if (pending == 0)
            break;
        if (server_answer(&ops->fork_server, text, sizeof text) != 0)
            return 0;
        pending--;
        done++;
    }
    return (double)done / (bench_now() - start) * 1e3;
}

static void
add_number(struct rows *rows, const char *name, double value, const char *unit,
           double ratio)
{
    struct row *row = rows_add(rows, name);
    row_sample(row, value);
    row_finish(row);
    row->unit = unit;
    row->ratio = ratio;
}

void
load_measure(struct ops *ops, struct rows *rows, double seconds)
{
    static const unsigned callers[] = {1, 2, 8, 64};
    double best = 0;
    char name[64];
    for (int i = 0; i < 4; i++) {
        unsigned n = callers[i];
        double bare = fork_server_rate(ops, n, seconds);
        double forked = closed_loop(ops, ops->forked, n, seconds, NULL, NULL);
        double pooled = closed_loop(ops, ops->pooled, n, seconds, NULL, NULL);
        best = pooled > best ? pooled : best;
        snprintf(name, sizeof name, "os.fork server, no jail, %u callers", n);
        add_number(rows, name, bare, "jobs/s", 1);
        snprintf(name, sizeof name, "immure fork, %u callers", n);
        add_number(rows, name, forked, "jobs/s", bare ? forked / bare : 0);
        snprintf(name, sizeof name, "immure pool, %u callers", n);
        add_number(rows, name, pooled, "jobs/s", bare ? pooled / bare : 0);
    }
    struct row *row = rows_add(rows, "immure pool, hello, half load");
    open_loop(ops, best / 2, 2 * seconds, row);
    row_finish(row);
    row = rows_add(rows, "immure pool, hello, overload");
    unsigned long busy = 0;
    (void)closed_loop(ops, ops->pooled, 200, seconds, row, &busy);
    row_finish(row);
    add_number(rows, "immure pool, overload, told busy", (double)busy, "jobs",
               0);
}

/* --- weight --- */

struct weight {
    double uss, pss; /* KiB, of all */
    unsigned n;
};

static void
add_weight(struct weight *w, int pid)
{
    char path[64], line[256];
    double kib;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return;
    w->n++;
    while (fgets(line, sizeof line, f) != NULL) {
        if (sscanf(line, "Pss: %lf", &kib) == 1)
            w->pss += kib;
        if (sscanf(line, "Private_Clean: %lf", &kib) == 1 ||
            sscanf(line, "Private_Dirty: %lf", &kib) == 1)
            w->uss += kib;
    }
    fclose(f);
}

static void
for_children(int pid, void (*each)(void *arg, int child), void *arg)
{
    char path[64];
    int child;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return;
    while (fscanf(f, "%d", &child) == 1)
        each(arg, child);
    fclose(f);
}

static void
weigh_guest(void *arg, int pid)
{
    add_weight(arg, pid);
}

static void
weigh_zygote(void *arg, int pid)
{
    for_children(pid, weigh_guest, arg);
}

/* Ours that have grandchildren of the shape supervisor, zygote, guest. */
static void
weigh_supervisor(void *arg, int pid)
{
    for_children(pid, weigh_zygote, arg);
}

static int
statistic(struct immure *im, const char *name)
{
    char *json = NULL, key[64];
    if (immure_stats(im, &json, NULL) != 0)
        return -1;
    snprintf(key, sizeof key, "\"%s\": ", name);
    const char *at = strstr(json, key);
    int value = at ? atoi(at + strlen(key)) : -1;
    free(json);
    return value;
}

static void
report_weight(struct rows *rows, const char *what, const struct weight *w)
{
    char name[64];
    if (w->n == 0)
        return;
    snprintf(name, sizeof name, "USS, %s guest, %u alive", what, w->n);
    add_number(rows, name, w->uss / w->n / 1024, "MB each", 0);
    snprintf(name, sizeof name, "PSS, %s guest, %u alive", what, w->n);
    add_number(rows, name, w->pss / w->n / 1024, "MB each", 0);
}

static void
wait_for_idle(struct immure *im, unsigned n)
{
    for (int i = 0; i < 3000 && statistic(im, "idle") < (int)n; i++) {
        struct timespec t = {0, 10000000};
        nanosleep(&t, NULL);
    }
}

/* A session is a guest that has run hello and lives on. */
static void
use_guests(struct immure *im, unsigned policy, struct immure_call **calls,
           unsigned n)
{
    const struct immure_job job = ops_job(HELLO);
    for (unsigned i = 0; i < n; i++) {
        struct immure_result r;
        if (immure_session(im, policy, NULL, &calls[i], NULL) != 0 ||
            immure_step(calls[i], &job, NULL) != 0)
            return;
        if (immure_wait(calls[i], &r, NULL) == 0)
            immure_result_clear(&r);
    }
}

static void
weigh(struct rows *rows, unsigned n)
{
    const struct immure_config config = {.guests = n + 8};
    struct immure *im;
    struct immure_call **calls = calloc(n, sizeof *calls);
    struct weight idle = {0}, used = {0};
    unsigned waiting, none;
    if (calls == NULL || immure_open(&config, &im, NULL) != 0) {
        free(calls);
        return;
    }
    if (ops_policy(im, n, n, &waiting, NULL) == 0) {
        wait_for_idle(im, n);
        for_children(getpid(), weigh_supervisor, &idle);
        (void)immure_policy_close(im, waiting, NULL);
    }
    report_weight(rows, "idle", &idle);
    if (ops_policy(im, 0, 0, &none, NULL) == 0) {
        use_guests(im, none, calls, n);
        for_children(getpid(), weigh_supervisor, &used);
    }
    report_weight(rows, "used", &used);
    for (unsigned i = 0; i < n; i++)
        immure_free(calls[i]);
    immure_close(im);
    free(calls);
}

void
load_weigh(struct rows *rows, unsigned most)
{
    for (unsigned n = 1; n <= most; n *= 10)
        weigh(rows, n);
}

/* --- compute --- */

static double
compute_in_guest(struct ops *ops)
{
    const struct immure_job job = ops_job(COMPUTE);
    struct immure_call *call;
    struct immure_result r;
    double ms = 0;
    if (immure_submit(ops->im, ops->pooled, &job, NULL, &call, NULL) != 0)
        return 0;
    if (immure_wait(call, &r, NULL) == 0) {
        const char *at = strstr(r.json, "\"stdout\": \"");
        ms = at ? atof(at + 11) : 0;
        immure_result_clear(&r);
    }
    immure_free(call);
    return ms;
}

/* In a child, with the library that guests have: a python3 of its own is built
 * otherwise, and may be faster or slower by a tenth. */
static _Noreturn void
become_python(int out)
{
    const char *argv[] = {"python3", "-I", "-c", bench_programs[COMPUTE].code,
                          NULL};
    void *library = dlopen(BENCH_LIBPYTHON, RTLD_NOW | RTLD_GLOBAL);
    void *symbol = library ? dlsym(library, "Py_BytesMain") : NULL;
    int (*run)(int, char **);
    memcpy(&run, &symbol, sizeof run);
    if (symbol == NULL || dup2(out, STDOUT_FILENO) < 0)
        _exit(STATUS_NOT_RUN);
    _exit(run(4, (char **)(uintptr_t)argv));
}

static double
compute_in_library(void)
{
    int p[2];
    char text[64] = "";
    if (fd_pipe(p, NULL) != 0)
        return 0;
    OWNED_FD from = p[0], to = p[1];
    pid_t pid = fork();
    if (pid == 0)
        become_python(to);
    close(take_fd(&to));
    (void)!read(from, text, sizeof text - 1);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return atof(text);
}

static double
compute_in_python(const struct ops *ops)
{
    char command[4096], text[64] = "";
    snprintf(command, sizeof command, "%s -I -c \"%s\"", ops->python,
             bench_programs[COMPUTE].code);
    FILE *f = popen(command, "re");
    if (f != NULL)
        (void)!fgets(text, sizeof text, f);
    if (f != NULL)
        pclose(f);
    return atof(text);
}

static void
sample_if(struct row *row, double ms)
{
    if (ms > 0)
        row_sample(row, ms);
}

void
load_compute(struct ops *ops, struct rows *rows, int rounds)
{
    size_t first = rows->n;
    (void)rows_add(rows, "compute, python3 without a jail");
    (void)rows_add(rows, "compute, its libpython without a jail");
    (void)rows_add(rows, "compute, immure pool");
    struct row *row = &rows->v[first];
    for (int i = 0; i < rounds; i++) {
        sample_if(&row[0], compute_in_python(ops));
        sample_if(&row[1], compute_in_library());
        sample_if(&row[2], compute_in_guest(ops));
    }
    for (int i = 0; i < 3; i++)
        row_finish(&row[i]);
    if (row[1].n > 0 && row[2].n > 0)
        row[2].ratio = row[2].min / row[1].min;
}
