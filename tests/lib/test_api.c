/* libimmure from the outside: jobs, their limits, their output. */
#include <poll.h>

#include "tests/lib/api.h"

START_TEST(many_at_once)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_call *calls[40];
    char code[40][64], want[64];
    for (int i = 0; i < 40; i++) {
        snprintf(code[i], sizeof code[i], "print(%d * 7)", i);
        const struct immure_job job = job_of(code[i]);
        calls[i] = submit(im, policy, &job, NULL);
    }
    for (int i = 39; i >= 0; i--) {
        snprintf(want, sizeof want, "\"stdout\": \"%d\\n\"", i * 7);
        ck_assert_int_eq(verdict_of(calls[i], want), IMMURE_OK);
    }
    immure_close(im);
}
END_TEST

START_TEST(nothing_is_shared)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    char seen[20][64];
    for (int i = 0; i < 20; i++) {
        const struct immure_job job =
            job_of("import random, builtins\n"
                   "assert not hasattr(builtins, 'mark')\n"
                   "builtins.mark = 1\nprint(random.random())");
        struct immure_call *call = submit(im, policy, &job, NULL);
        struct immure_result r;
        ck_assert_int_eq(immure_wait(call, &r, NULL), 0);
        ck_assert_int_eq(r.verdict, IMMURE_OK);
        const char *at = strstr(r.json, "\"stdout\": \"");
        snprintf(seen[i], sizeof seen[i], "%.30s", at + 11);
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(seen[i], seen[k]);
        immure_result_clear(&r);
        immure_free(call);
    }
    immure_close(im);
}
END_TEST

/* clang-format off */
static const struct limit_row {
    const char *code;
    struct immure_limits limits;
    int verdict;
    const char *json;
} limit_rows[] = {
    {"while True: pass", {150, 9000, 64 << 20, 1000, 0, 0}, IMMURE_CPU, "\"name\": \"cpu\", \"value\": 150"},
    {"import time; time.sleep(9)", {900, 150, 64 << 20, 1000, 0, 0}, IMMURE_WALL, "\"value\": 150"},
    {"print('x' * 5000)", {900, 9000, 64 << 20, 1000, 0, 0}, IMMURE_OUTPUT, "\"value\": 1000"},
    {"x = bytearray(40 << 20)", {900, 9000, 16 << 20, 1000, 0, 0}, IMMURE_ERROR, "MemoryError"},
    {"x = bytearray(40 << 20)", {900, 9000, 64 << 20, 1000, 0, 0}, IMMURE_OK, NULL},
    {"x = bytearray(400 << 20)", {900, 9000, 512 << 20, 1000, 0, 0}, IMMURE_OK, NULL},
    {"x = bytearray(600 << 20)", {900, 9000, 512 << 20, 1000, 0, 0}, IMMURE_ERROR, "MemoryError"},
    {"import time\ntime.sleep(.2)", {50, 9000, 64 << 20, 1000, 0, 0}, IMMURE_OK, NULL},
};
/* clang-format on */

/* Guests wait with the policy's limits: each job's own are set from outside,
 * below the policy's and above. */
START_TEST(limits_of_each_job)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    const struct limit_row *row = &limit_rows[_i];
    for (int again = 0; again < 2; again++) {
        struct immure_job job = job_of(row->code);
        WAIT_FOR(statistic(im, "idle") > 0);
        job.limits = row->limits;
        ck_assert_int_eq(verdict_of(submit(im, policy, &job, NULL), row->json),
                         row->verdict);
    }
    immure_close(im);
}
END_TEST

START_TEST(cancelled)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    const struct immure_job job = job_of("while True: pass");
    struct immure_call *call = submit(im, policy, &job, NULL);
    WAIT_FOR(statistic(im, "busy") == 1);
    ck_assert_int_eq(immure_cancel(call, NULL), 0);
    ck_assert_int_eq(verdict_of(call, NULL), -1 - IMMURE_ERR_CANCELLED);
    call = submit(im, policy, &job, NULL);
    ck_assert_int_eq(immure_cancel(call, NULL), 0); /* wherever it is now */
    ck_assert_int_eq(verdict_of(call, NULL), -1 - IMMURE_ERR_CANCELLED);
    for (int i = 0; i < 20; i++)
        immure_free(submit(im, policy, &job, NULL)); /* and the same */
    WAIT_FOR(statistic(im, "busy") == 0 && statistic(im, "queued") == 0);
    ck_assert_int_eq(run_code(im, policy, "print(1)", NULL), IMMURE_OK);
    immure_close(im);
}
END_TEST

/* clang-format off */
static const struct plain_row {
    const char *filename, *code;
    const char *json;
} plain_rows[] = {
    {NULL, "import sys; print(sys.argv, '__file__' in globals())", "[\'<string>\'] False"},
    {"a.py", "import sys; print(sys.argv, __file__, sys.path[0])", "[\'a.py\'] a.py /job"},
    {NULL, "import os; print(dict(os.environ), input())", "EOFError"},
    {NULL, "import logging; logging.warning('w')", "\"stderr\": \"WARNING:root:w\\n\""},
    /* Handlers are flushed behind what the program registered. */
    {NULL, "import atexit, logging, logging.handlers as h, sys\n"
           "atexit.register(lambda: logging.error('late'))\n"
           "m = h.MemoryHandler(9, 99, logging.StreamHandler(sys.stdout))\n"
           "logging.getLogger().addHandler(m)\n"
           "logging.error('early'); print('here')", "\"stdout\": \"here\\nearly\\nlate\\n\""},
    {NULL, "import atexit\n@atexit.register\ndef f(): print('end')", "\"end\\n\""},
    {NULL, "def f():\n    1 / 0  # why\nf()", "1 / 0  # why"},
    {NULL, "import linecache; print(linecache.getline('<string>', 1))", "getline("},
    {NULL, "f = open('made', 'w'); f.write('kept')", "\"content\": \"kept\""},
};
/* clang-format on */

/* A job that brings nothing finds a process as any other does; from a fork,
 * and from a guest that waited. */
START_TEST(plain)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    const struct plain_row *row = &plain_rows[_i];
    for (int again = 0; again < 2; again++) {
        struct immure_job job = job_of(row->code);
        job.filename = row->filename;
        (void)verdict_of(submit(im, policy, &job, NULL), row->json);
        WAIT_FOR(statistic(im, "idle") > 0);
    }
    immure_close(im);
}
END_TEST

static const char busy_policy[] =
    "{\"limits\": {\"cpu_ms\": 2000, \"wall_ms\": 5000, \"memory\": 67108864, "
    "\"output\": 1000000, \"files\": 0}, \"pool\": {\"queue\": 3, "
    "\"max_idle\": 1}}";

START_TEST(busy)
{
    unsigned policy, small;
    struct immure *im = open_context(2, &policy);
    struct immure_err err;
    struct immure_call *calls[8];
    ck_assert_int_eq(immure_policy_open(im, busy_policy, &small, &err), 0);
    const struct immure_job job = job_of("import time; time.sleep(.3)");
    int refused = 0;
    for (int i = 0; i < 8; i++)
        calls[i] = submit(im, small, &job, NULL);
    for (int i = 0; i < 8; i++) {
        struct immure_result r;
        if (immure_wait(calls[i], &r, &err) == 0) {
            ck_assert_int_eq(r.verdict, IMMURE_OK);
            immure_result_clear(&r);
        } else {
            ck_assert_int_eq(err.code, IMMURE_ERR_BUSY);
            ck_assert_uint_gt(err.retry_ms, 0);
            refused++;
        }
        immure_free(calls[i]);
    }
    ck_assert_int_ge(refused, 3); /* 2 run, 3 wait */
    ck_assert_int_eq(run_code(im, small, "print(1)", NULL), IMMURE_OK);
    immure_close(im);
}
END_TEST

/* One policy's long queue does not starve another's jobs. */
START_TEST(fair)
{
    unsigned policy, other;
    struct immure *im = open_context(2, &policy);
    struct immure_call *calls[60];
    ck_assert_int_eq(immure_policy_open(im, "pure", &other, NULL), 0);
    const struct immure_job job = job_of("import time; time.sleep(.02)");
    for (int i = 0; i < 60; i++)
        calls[i] = submit(im, policy, &job, NULL);
    ck_assert_int_eq(run_code(im, other, "print(1)", NULL), IMMURE_OK);
    int done = 0;
    for (int i = 0; i < 60; i++)
        done += immure_is_done(calls[i]);
    ck_assert_int_lt(done, 60);
    for (int i = 0; i < 60; i++)
        ck_assert_int_eq(verdict_of(calls[i], NULL), IMMURE_OK);
    immure_close(im);
}
END_TEST

START_TEST(callbacks_on_a_descriptor)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct seen seen = {0};
    const struct immure_events events = {
        .output = on_output, .done = on_done, .arg = &seen};
    const struct immure_job job =
        job_of("import time\nfor i in range(5):\n"
               "    print('line', flush=True); time.sleep(.02)\n");
    struct immure_call *call = submit(im, policy, &job, &events);
    struct pollfd fd = {.fd = immure_fd(im), .events = POLLIN};
    while (!seen.done) {
        ck_assert_int_eq(poll(&fd, 1, -1), 1);
        ck_assert_int_eq(immure_dispatch(im, 0, NULL), 0);
    }
    ck_assert_uint_eq(seen.bytes, 25);
    ck_assert_uint_gt(seen.times, 1);
    ck_assert_int_eq(verdict_of(call, "\"stdout_bytes\": 25"), IMMURE_OK);
    immure_close(im);
}
END_TEST

START_TEST(paused_output)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct seen seen = {0};
    const struct immure_events events = {
        .output = on_output, .done = on_done, .arg = &seen};
    struct immure_job job = job_of("print('x' * 900000)");
    struct immure_call *call = submit(im, policy, &job, &events);
    ck_assert_int_eq(immure_pause(call, NULL), 0);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(immure_dispatch(im, 10, NULL), 0);
    ck_assert(!seen.done); /* it is held up by its full pipe */
    ck_assert_uint_lt(seen.bytes, 900000);
    ck_assert_int_eq(immure_resume(call, NULL), 0);
    ck_assert_int_eq(verdict_of(call, "\"stdout_bytes\": 900001"), IMMURE_OK);
    ck_assert_uint_eq(seen.bytes, 900001);
    immure_close(im);
}
END_TEST

/* A guest that is frozen for longer than its wall limit is not over it. */
START_TEST(frozen)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct seen seen = {0};
    const struct immure_events events = {
        .output = on_output, .done = on_done, .arg = &seen};
    struct immure_job job =
        job_of("import time\nprint('up', flush=True)\n"
               "for i in range(5): time.sleep(.1)\nprint('done')\n");
    job.limits.wall_ms = 2000;
    struct immure_call *call = submit(im, policy, &job, &events);
    while (seen.bytes == 0)
        ck_assert_int_eq(immure_dispatch(im, -1, NULL), 0);
    ck_assert_int_eq(immure_pause(call, NULL), 0);
    for (int i = 0; i < 25; i++)
        ck_assert_int_eq(immure_dispatch(im, 100, NULL), 0);
    ck_assert(!seen.done);
    ck_assert_uint_eq(seen.bytes, 3);
    ck_assert_int_eq(immure_resume(call, NULL), 0);
    ck_assert_int_eq(verdict_of(call, "\"limit\": null"), IMMURE_OK);
    /* The limit is still there, and so are cancel and close. */
    job = job_of("while True: pass");
    job.limits.wall_ms = 300;
    call = submit(im, policy, &job, NULL);
    ck_assert_int_eq(immure_pause(call, NULL), 0);
    ck_assert_int_eq(immure_resume(call, NULL), 0);
    ck_assert_int_eq(verdict_of(call, NULL), IMMURE_WALL);
    call = submit(im, policy, &job, NULL);
    ck_assert_int_eq(immure_pause(call, NULL), 0);
    ck_assert_int_eq(immure_dispatch(im, 100, NULL), 0);
    immure_free(call);
    call = submit(im, policy, &job, NULL);
    ck_assert_int_eq(immure_pause(call, NULL), 0);
    immure_close(im);
    immure_free(call);
}
END_TEST

START_TEST(slow_reader)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct seen seen = {0};
    const struct immure_events events = {.output = on_output, .arg = &seen};
    struct immure_call *calls[60];
    struct immure_job job = job_of("print('x' * 900000)");
    job.limits.wall_ms = 60000;
    ck_assert_int_eq(run_code(im, policy, "print(1)", NULL), IMMURE_OK);
    int pid = child_of_ours();
    long before = resident_kib(pid);
    for (int i = 0; i < 60; i++)
        calls[i] = submit(im, policy, &job, &events);
    for (int i = 0; i < 20; i++) {
        usleep(50000);
        ck_assert_int_lt(resident_kib(pid) - before, 24 << 10);
    }
    for (int i = 0; i < 60; i++)
        ck_assert_int_eq(verdict_of(calls[i], NULL), IMMURE_OK);
    ck_assert_uint_eq(seen.bytes, 60 * 900001);
    immure_close(im);
}
END_TEST

int
main(void)
{
    TCase *tc = tcase_create("jobs");
    tcase_add_test(tc, many_at_once);
    tcase_add_test(tc, nothing_is_shared);
    tcase_add_loop_test(tc, limits_of_each_job, 0,
                        sizeof limit_rows / sizeof *limit_rows);
    tcase_add_loop_test(tc, plain, 0, sizeof plain_rows / sizeof *plain_rows);
    tcase_add_test(tc, cancelled);
    tcase_add_test(tc, busy);
    tcase_add_test(tc, fair);
    tcase_add_test(tc, callbacks_on_a_descriptor);
    tcase_add_test(tc, paused_output);
    tcase_add_test(tc, frozen);
    tcase_add_test(tc, slow_reader);
    return run_suite("libimmure: jobs", tc);
}
