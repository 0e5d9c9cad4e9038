/* libimmure from the outside: whatever dies, forks, or comes at once. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "tests/lib/api.h"

START_TEST(dead_supervisor)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_err err;
    struct immure_call *calls[3], *late;
    const struct immure_job job = job_of("while True: pass");
    for (int i = 0; i < 3; i++)
        calls[i] = submit(im, policy, &job, NULL);
    kill(child_of_ours(), SIGKILL);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(verdict_of(calls[i], NULL), -1 - IMMURE_ERR_GONE);
    ck_assert_int_eq(immure_submit(im, policy, &job, NULL, &late, &err), -1);
    ck_assert_int_eq(err.code, IMMURE_ERR_GONE);
    ck_assert_int_eq(immure_dispatch(im, -1, &err), -1);
    immure_close(im);
}
END_TEST

/* Each job gets one answer: a result, or internal for those that ran when
 * their zygote died; those that waited are served by the next zygote. */
START_TEST(dead_zygote_under_load)
{
    unsigned policy;
    struct immure *im = open_context(8, &policy);
    struct immure_call *calls[120];
    const struct immure_job job = job_of("import time; time.sleep(.01)");
    int ok = 0, lost = 0;
    char command[128];
    ck_assert_int_eq(run_code(im, policy, "print(1)", NULL), IMMURE_OK);
    for (int i = 0; i < 120; i++)
        calls[i] = submit(im, policy, &job, NULL);
    snprintf(command, sizeof command,
             "kill -9 $(cat /proc/%d/task/*/children)", child_of_ours());
    ck_assert_int_eq(system(command), 0);
    for (int i = 0; i < 120; i++) {
        int v = verdict_of(calls[i], NULL);
        ok += v == IMMURE_OK;
        lost += v == IMMURE_INTERNAL;
        ck_assert_msg(v == IMMURE_OK || v == IMMURE_INTERNAL,
                      "job %d ended as %d", i, v);
    }
    ck_assert_int_le(lost, 9);
    ck_assert_int_eq(run_code(im, policy, "print(1)", NULL), IMMURE_OK);
    immure_close(im);
}
END_TEST

static const char recycled[] =
    "{\"limits\": {\"cpu_ms\": 2000, \"wall_ms\": 5000, \"memory\": 67108864, "
    "\"output\": 1000000, \"files\": 0}, \"pool\": {\"recycle_guests\": 5}}";

START_TEST(zygotes_are_replaced)
{
    unsigned policy, id;
    struct immure *im = open_context(0, &policy);
    ck_assert_int_eq(immure_policy_close(im, policy, NULL), 0);
    ck_assert_int_eq(immure_policy_open(im, recycled, &id, NULL), 0);
    while (statistic(im, "zygotes") < 3)
        ck_assert_int_eq(run_code(im, id, "print(1)", NULL), IMMURE_OK);
    immure_close(im);
}
END_TEST

START_TEST(drained)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_err err;
    struct immure_call *calls[10], *late;
    const struct immure_job job = job_of("import time; time.sleep(.1)");
    for (int i = 0; i < 10; i++)
        calls[i] = submit(im, policy, &job, NULL);
    ck_assert_msg(immure_drain(im, -1, &err) == 0, "%s", err.msg);
    for (int i = 0; i < 10; i++) {
        ck_assert(immure_is_done(calls[i]));
        ck_assert_int_eq(verdict_of(calls[i], NULL), IMMURE_OK);
    }
    late = submit(im, policy, &job, NULL);
    ck_assert_int_eq(verdict_of(late, NULL), -1 - IMMURE_ERR_BUSY);
    immure_close(im);
}
END_TEST

struct worker {
    struct immure *im;
    unsigned policy;
    int good;
};

static void *
work(void *arg)
{
    struct worker *w = arg;
    for (int i = 0; i < 20; i++) {
        const struct immure_job job = job_of("print(6 * 7)");
        struct immure_call *call;
        struct immure_result r;
        if (immure_submit(w->im, w->policy, &job, NULL, &call, NULL) != 0)
            continue;
        if (immure_wait(call, &r, NULL) == 0) {
            w->good += strstr(r.json, "\"42\\n\"") != NULL;
            immure_result_clear(&r);
        }
        immure_free(call);
    }
    return NULL;
}

START_TEST(many_threads)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    pthread_t threads[8];
    struct worker workers[8];
    for (int i = 0; i < 8; i++) {
        workers[i] = (struct worker){im, policy, 0};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]),
                         0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(workers[i].good, 20);
    }
    immure_close(im);
}
END_TEST

START_TEST(forked)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_err err;
    int status;
    const struct immure_job job = job_of("print(1)");
    struct immure_call *call = submit(im, policy, &job, NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct immure_call *own;
        bool refused =
            immure_submit(im, policy, &job, NULL, &own, &err) == -1 &&
            err.code == IMMURE_ERR_USAGE &&
            immure_wait(call, NULL, &err) == -1;
        immure_free(call);
        immure_close(im);
        _exit(refused ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(verdict_of(call, NULL), IMMURE_OK);
    immure_close(im);
}
END_TEST

/* A child that was forgotten holds the socket; the supervisor ends with the
 * process that opened it all the same. */
START_TEST(ends_with_its_process)
{
    int pipe_fd[2], supervisor = 0;
    ck_assert_int_eq(pipe(pipe_fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        unsigned policy;
        (void)open_context(0, &policy);
        supervisor = child_of_ours();
        if (fork() == 0) {
            sleep(20);
            _exit(0);
        }
        ck_assert_int_eq(write(pipe_fd[1], &supervisor, sizeof supervisor),
                         sizeof supervisor);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert_int_eq(read(pipe_fd[0], &supervisor, sizeof supervisor),
                     sizeof supervisor);
    WAIT_FOR(kill(supervisor, 0) != 0 || resident_kib(supervisor) < 0);
}
END_TEST

START_TEST(refused_policy)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_err err;
    ck_assert_int_eq(immure_policy_open(im, "nonesuch", &policy, &err), -1);
    ck_assert_int_eq(err.code, IMMURE_ERR_POLICY);
    ck_assert_int_eq(immure_policy_open(im, "{\"limits\": {}}", &policy, &err),
                     0);
    ck_assert_int_eq(run_code(im, policy, "print(1)", NULL),
                     -1 - IMMURE_ERR_POLICY);
    struct immure_call *call;
    const struct immure_job job = job_of("print(1)");
    ck_assert_int_eq(immure_submit(im, 77, &job, NULL, &call, &err), -1);
    ck_assert_int_eq(err.code, IMMURE_ERR_USAGE);
    immure_close(im);
}
END_TEST

START_TEST(closed_with_calls)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    const struct immure_job job = job_of("while True: pass");
    struct immure_call *a = submit(im, policy, &job, NULL);
    struct immure_call *b = submit(im, policy, &job, NULL);
    immure_close(im);
    ck_assert_int_eq(verdict_of(a, NULL), -1 - IMMURE_ERR_GONE);
    immure_free(b);
}
END_TEST

START_TEST(signals_stay_the_programs)
{
    struct sigaction before[32] = {0}, after = {0};
    unsigned policy;
    for (int i = 1; i < 32; i++)
        sigaction(i, NULL, &before[i]);
    struct immure *im = open_context(0, &policy);
    ck_assert_int_eq(run_code(im, policy, "print(1)", NULL), IMMURE_OK);
    for (int i = 1; i < 32; i++) {
        sigaction(i, NULL, &after);
        ck_assert(after.sa_handler == before[i].sa_handler);
    }
    immure_close(im);
}
END_TEST

int
main(void)
{
    TCase *tc = tcase_create("trouble");
    tcase_add_test(tc, dead_supervisor);
    tcase_add_test(tc, dead_zygote_under_load);
    tcase_add_test(tc, zygotes_are_replaced);
    tcase_add_test(tc, drained);
    tcase_add_test(tc, many_threads);
    tcase_add_test(tc, forked);
    tcase_add_test(tc, ends_with_its_process);
    tcase_add_test(tc, refused_policy);
    tcase_add_test(tc, closed_with_calls);
    tcase_add_test(tc, signals_stay_the_programs);
    return run_suite("libimmure: trouble", tc);
}
