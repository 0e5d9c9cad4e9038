/* libimmure from the outside: functions that guests may call. */
#include "tests/lib/api.h"

struct service {
    struct immure_call *last;
    unsigned calls;
    uint32_t serial;
    char function[65], data[256];
    bool silent;
};

/* Each function answers with what it was given, but for one that fails. */
static void
on_called(void *arg, struct immure_call *call, const char *function,
          uint32_t serial, const void *data, size_t len)
{
    struct service *s = arg;
    s->calls++;
    s->last = call;
    s->serial = serial;
    snprintf(s->function, sizeof s->function, "%s", function);
    snprintf(s->data, sizeof s->data, "%.*s", (int)len, (const char *)data);
    if (s->silent)
        return;
    bool fails = strcmp(function, "fails") == 0;
    const char *text = "sold out";
    ck_assert_int_eq(
        immure_answer(call, serial,
                      fails ? IMMURE_ANSWER_ERROR : IMMURE_ANSWER_VALUE,
                      fails ? text : data, fails ? strlen(text) : len, NULL),
        0);
}

static const struct immure_grant grants[] = {
    {"echo", 3, 1000}, {"fails", 1, 1000}, {"big", 100, 10 << 20}};

static struct immure_job
job_with(const char *code, size_t ngrants)
{
    struct immure_job job = job_of(code);
    job.grants = grants;
    job.ngrants = ngrants;
    return job;
}

static int
run_with(struct immure *im, unsigned policy, struct service *s,
         const char *code, size_t ngrants, const char *in_json)
{
    const struct immure_events events = {.called = on_called, .arg = s};
    const struct immure_job job = job_with(code, ngrants);
    return verdict_of(submit(im, policy, &job, &events), in_json);
}

START_TEST(called)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct service s = {0};
    static const char code[] =
        "from immure import gateway\n"
        "print(gateway.call('echo', 1, 'x', k=[2.5, None]))\n"
        "print(gateway.exchange('echo', b'bytes'))\n"
        "try: gateway.call('fails')\n"
        "except gateway.GatewayError as e: print('failed:', e)\n";
    ck_assert_int_eq(run_with(im, policy, &s, code, 3,
                              "\"stdout\": \"{'args': [1, 'x'], 'kwargs': "
                              "{'k': [2.5, None]}}\\nb'bytes'\\nfailed: sold "
                              "out\\n\""),
                     IMMURE_OK);
    ck_assert_uint_eq(s.calls, 3);
    ck_assert_str_eq(s.function, "fails");
    immure_close(im);
}
END_TEST

START_TEST(counted)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct service s = {0};
    static const char code[] = "from immure.gateway import exchange\n"
                               "for i in range(3): exchange('echo', b'abcd')\n"
                               "exchange('echo', b'x')\n";
    ck_assert_int_eq(
        run_with(im, policy, &s, code, 3,
                 "\"calls\": [{\"name\": \"echo\", \"count\": 3, \"bytes\": "
                 "24"),
        IMMURE_DENIED);
    ck_assert_uint_eq(s.calls, 3);
    static const char many[] = "from immure.gateway import exchange\n"
                               "exchange('echo', b'x' * 600)\n";
    ck_assert_int_eq(run_with(im, policy, &s, many, 1, "gateway.echo"),
                     IMMURE_DENIED);
    static const char large[] =
        "from immure.gateway import exchange\n"
        "for i in range(10): assert len(exchange('big', bytes(500000))) == "
        "500000\n";
    ck_assert_int_eq(run_with(im, policy, &s, large, 3, NULL), IMMURE_OK);
    immure_close(im);
}
END_TEST

START_TEST(not_granted)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct service s = {0};
    static const char code[] = "from immure import gateway\n"
                               "gateway.call('fails')\n";
    for (size_t n = 0; n < 2; n++)
        ck_assert_int_eq(
            run_with(im, policy, &s, code, n, "\"rule\": \"gateway.fails\""),
            IMMURE_DENIED);
    ck_assert_uint_eq(s.calls, 0);
    immure_close(im);
}
END_TEST

/* An answer that comes after its time is nobody's; the next one is right. */
START_TEST(given_up)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct service s = {.silent = true};
    const struct immure_events events = {.called = on_called, .arg = &s};
    struct immure_call *session;
    struct immure_result r;
    ck_assert_int_eq(immure_session(im, policy, &events, &session, NULL), 0);
    struct immure_job job = job_with(
        "from immure.gateway import exchange\n"
        "try: exchange('echo', b'first')\nexcept KeyboardInterrupt: x = 1\n",
        1);
    ck_assert_int_eq(immure_step(session, &job, NULL), 0);
    while (s.calls == 0)
        ck_assert_int_eq(immure_dispatch(im, -1, NULL), 0);
    ck_assert_int_eq(immure_interrupt(session, NULL), 0);
    ck_assert_int_eq(immure_wait(session, &r, NULL), 0);
    ck_assert_int_eq(r.verdict, IMMURE_OK);
    immure_result_clear(&r);
    ck_assert_int_eq(
        immure_answer(session, s.serial, IMMURE_ANSWER_VALUE, "late", 4, NULL),
        0);
    s.silent = false;
    job = job_with("print(x, exchange('echo', b'second'))", 1);
    ck_assert_int_eq(immure_step(session, &job, NULL), 0);
    ck_assert_int_eq(immure_wait(session, &r, NULL), 0);
    ck_assert_int_eq(r.verdict, IMMURE_OK);
    ck_assert_ptr_nonnull(strstr(r.json, "\"stdout\": \"1 b'second'"));
    immure_result_clear(&r);
    immure_free(session);
    immure_close(im);
}
END_TEST

/* The wall clock of a guest whose call nobody answers runs on. */
START_TEST(unanswered)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct service s = {.silent = true};
    const struct immure_events events = {.called = on_called, .arg = &s};
    struct immure_job job =
        job_with("from immure import gateway\ngateway.call('echo')\n", 1);
    job.limits.wall_ms = 300;
    ck_assert_int_eq(verdict_of(submit(im, policy, &job, &events), NULL),
                     IMMURE_WALL);
    immure_close(im);
}
END_TEST

/* Nobody is told of the calls: the guest is, and goes on. */
START_TEST(nobody_is_told)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    static const char code[] =
        "from immure import gateway\n"
        "for _ in range(3):\n"
        "    try: gateway.call('echo')\n"
        "    except gateway.GatewayError as e: print(str(e)[:14])\n";
    const struct immure_job job = job_with(code, 1);
    ck_assert_int_eq(verdict_of(submit(im, policy, &job, NULL),
                                "\"stdout\": \"nobody answers\\nnobody "
                                "answers\\nnobody answers\\n\""),
                     IMMURE_OK);
    immure_close(im);
}
END_TEST

struct denials {
    unsigned told;
    char last[512];
};

static void
on_denied(void *arg, struct immure_call *call, const void *json, size_t len)
{
    struct denials *d = arg;
    d->told++;
    snprintf(d->last, sizeof d->last, "%.*s", (int)len, (const char *)json);
    (void)immure_interrupt(call, NULL);
}

/* While the guest, which has caught it, runs on. */
START_TEST(denied)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct denials d = {0};
    const struct immure_events events = {.denied = on_denied, .arg = &d};
    struct immure_call *session;
    struct immure_result r;
    ck_assert_int_eq(immure_session(im, policy, &events, &session, NULL), 0);
    struct immure_job job = job_of("import os\n"
                                   "try:\n"
                                   "    try: os.system('ls')\n"
                                   "    except OSError: pass\n"
                                   "    while True: pass\n"
                                   "except KeyboardInterrupt: pass\n");
    ck_assert_int_eq(immure_step(session, &job, NULL), 0);
    ck_assert_int_eq(immure_wait(session, &r, NULL), 0);
    ck_assert_int_eq(r.verdict, IMMURE_OK);
    ck_assert_uint_eq(d.told, 1);
    ck_assert_ptr_nonnull(strstr(d.last, "\"rule\":\"posix.system\""));
    ck_assert_ptr_nonnull(strstr(d.last, "\"line\":3"));
    immure_result_clear(&r);
    immure_free(session);
    immure_close(im);
}
END_TEST

START_TEST(wrong_grants)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    static const struct immure_grant wrong[][2] = {
        {{"a b", 1, 1}, {"c", 1, 1}},
        {{"", 1, 1}, {"c", 1, 1}},
        {{"c", 1, 1}, {"c", 1, 1}}};
    struct immure_call *call;
    struct immure_err err;
    for (size_t i = 0; i < 3; i++) {
        struct immure_job job = job_of("");
        job.grants = wrong[i];
        job.ngrants = 2;
        ck_assert_int_eq(immure_submit(im, policy, &job, NULL, &call, &err),
                         -1);
        ck_assert_int_eq(err.code, IMMURE_ERR_USAGE);
    }
    immure_close(im);
}
END_TEST

int
main(void)
{
    TCase *tc = tcase_create("calls");
    tcase_add_test(tc, called);
    tcase_add_test(tc, counted);
    tcase_add_test(tc, not_granted);
    tcase_add_test(tc, given_up);
    tcase_add_test(tc, unanswered);
    tcase_add_test(tc, nobody_is_told);
    tcase_add_test(tc, denied);
    tcase_add_test(tc, wrong_grants);
    return run_suite("libimmure: calls", tc);
}
