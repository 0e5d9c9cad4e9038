/* libimmure from the outside: sessions. */
#include "tests/lib/api.h"

enum { SHORT_MS = 500 };

static int
step_within(struct immure_call *session, unsigned wall_ms, const char *code,
            const char *in_json)
{
    struct immure_job job = job_of(code);
    struct immure_result r;
    struct immure_err err;
    job.limits.wall_ms = wall_ms;
    if (immure_step(session, &job, &err) != 0 ||
        immure_wait(session, &r, &err) != 0)
        return -1 - (int)err.code;
    if (in_json != NULL)
        ck_assert_msg(strstr(r.json, in_json) != NULL, "no %s in %s", in_json,
                      r.json);
    int verdict = (int)r.verdict;
    immure_result_clear(&r);
    return verdict;
}

static int
step(struct immure_call *session, const char *code, const char *in_json)
{
    return step_within(session, SECONDS_MAX / 2 * 1000, code, in_json);
}

START_TEST(sessions)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_call *s;
    ck_assert_int_eq(immure_session(im, policy, NULL, &s, NULL), 0);
    ck_assert_int_eq(step(s, "x = 41", NULL), IMMURE_OK);
    ck_assert_int_eq(step(s, "print(x + 1)", "\"stdout\": \"42\\n\""),
                     IMMURE_OK);
    ck_assert_int_eq(step(s, "1 / 0", "ZeroDivisionError"), IMMURE_ERROR);
    ck_assert_int_eq(step(s, "import os; os.system('true')", "\"count\": 1"),
                     IMMURE_DENIED);
    ck_assert_int_eq(
        step_within(s, SHORT_MS, "while True: pass", "\"name\": \"wall\""),
        IMMURE_WALL);
    usleep(100000); /* long enough to be stopped between two steps */
    ck_assert_int_eq(step(s, "print(x)", "\"stdout\": \"41\\n\""), IMMURE_OK);
    ck_assert_int_eq(immure_reset(s, NULL), 0);
    ck_assert_int_eq(step(s, "print(x)", "NameError"), IMMURE_ERROR);
    ck_assert_int_eq(step(s, "raise SystemExit(3)", "\"exit_code\": 3"),
                     IMMURE_EXIT);
    ck_assert_int_eq(step(s, "print(x)", NULL), -1 - IMMURE_ERR_GONE);
    immure_free(s);
    immure_close(im);
}
END_TEST

/* Facts of a step, where it does not end the process. */
static uint64_t
usage_of(struct immure_call *s, const char *code, const char *name)
{
    struct immure_job job = job_of(code);
    struct immure_result r;
    ck_assert_int_eq(immure_step(s, &job, NULL), 0);
    ck_assert_int_eq(immure_wait(s, &r, NULL), 0);
    const char *at = strstr(r.json, name);
    ck_assert_ptr_nonnull(at);
    uint64_t value = strtoull(at + strlen(name), NULL, 10);
    immure_result_clear(&r);
    return value;
}

START_TEST(session_usage)
{
    const char *peak = "\"mem_peak\": ", *faults = "\"minor_faults\": ";
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_call *s;
    ck_assert_int_eq(immure_session(im, policy, NULL, &s, NULL), 0);
    uint64_t before = usage_of(s, "x = 1", peak);
    ck_assert_uint_gt(before, 1 << 20);
    ck_assert_uint_ge(usage_of(s, "x = b'1' * (64 << 20)", peak),
                      before + (60 << 20));
    ck_assert_uint_ge(usage_of(s, "y = b'1' * (16 << 20)", faults), 8);
    ck_assert_uint_le(usage_of(s, "z = 1", faults), 2000);
    immure_free(s);
    immure_close(im);
}
END_TEST

START_TEST(session_keeps_its_files)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_call *s;
    ck_assert_int_eq(immure_session(im, policy, NULL, &s, NULL), 0);
    ck_assert_int_eq(step(s, "open('a', 'w').write('1')",
                          "\"path\": \"/job/a\", \"size\": 1"),
                     IMMURE_OK);
    /* What a step only reads is not in its result. */
    ck_assert_int_eq(step(s, "print(open('a').read())", "\"files\": []"),
                     IMMURE_OK);
    ck_assert_int_eq(step(s, "import os; os.chdir('/tmp'); f = open('b', 'w')",
                          "\"path\": \"/tmp/b\""),
                     IMMURE_OK);
    ck_assert_int_eq(step(s, "f.write('22'); f.close(); print(os.getcwd())",
                          "\"path\": \"/tmp/b\", \"size\": 2"),
                     IMMURE_OK);
    ck_assert_int_eq(immure_reset(s, NULL), 0);
    ck_assert_int_eq(step(s,
                          "import os; print(os.getcwd(), os.listdir(), "
                          "os.listdir('/tmp'))",
                          "\"stdout\": \"/job [] []\\n\""),
                     IMMURE_OK);
    immure_free(s);
    immure_close(im);
}
END_TEST

/* One input: a value is printed and bound to _, and a function of an earlier
 * input is told with that input's line. */
START_TEST(session_of_inputs)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_call *s;
    static const struct {
        const char *name, *code, *in_json;
    } rows[] = {
        {"<input 1>", "6 * 7", "\"stdout\": \"42\\n\""},
        {"<input 2>", "_ + 1", "\"stdout\": \"43\\n\""},
        {"<input 3>", "None", "\"stdout\": \"\""},
        {"<input 4>", "def f():\n    1 / 0\n", "\"stdout\": \"\""},
        {"<input 5>", "f()", "    1 / 0\\n"},
        {"<input 6>", "x = 1; x", "\"stdout\": \"1\\n\""},
        {"<input 7>", "x\nx", "multiple statements"},
    };
    ck_assert_int_eq(immure_session(im, policy, NULL, &s, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct immure_job job = job_of(rows[i].code);
        struct immure_result r;
        job.interactive = true;
        job.filename = rows[i].name;
        ck_assert_int_eq(immure_step(s, &job, NULL), 0);
        ck_assert_int_eq(immure_wait(s, &r, NULL), 0);
        ck_assert_msg(strstr(r.json, rows[i].in_json) != NULL, "no %s in %s",
                      rows[i].in_json, r.json);
        immure_result_clear(&r);
    }
    immure_free(s);
    immure_close(im);
}
END_TEST

START_TEST(session_killed_at_its_limit)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_call *s;
    ck_assert_int_eq(immure_session(im, policy, NULL, &s, NULL), 0);
    ck_assert_int_eq(
        step_within(s, SHORT_MS, "sum(range(10**11))", "\"hard\""),
        IMMURE_WALL);
    ck_assert_int_eq(step(s, "print(1)", NULL), -1 - IMMURE_ERR_GONE);
    immure_free(s);
    immure_close(im);
}
END_TEST

START_TEST(session_interrupted)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_call *s;
    struct immure_result r;
    const struct immure_job job =
        job_of("print('up', flush=True)\nwhile True: pass");
    struct seen seen = {0};
    const struct immure_events events = {.output = on_output, .arg = &seen};
    ck_assert_int_eq(immure_session(im, policy, &events, &s, NULL), 0);
    ck_assert_int_eq(immure_step(s, &job, NULL), 0);
    while (seen.bytes == 0)
        ck_assert_int_eq(immure_dispatch(im, -1, NULL), 0);
    ck_assert_int_eq(immure_interrupt(s, NULL), 0);
    ck_assert_int_eq(immure_wait(s, &r, NULL), 0);
    ck_assert_int_eq(r.verdict, IMMURE_ERROR);
    ck_assert(strstr(r.json, "KeyboardInterrupt") != NULL);
    immure_result_clear(&r);
    ck_assert_int_eq(step(s, "print(2)", "\"stdout\": \"2\\n\""), IMMURE_OK);
    immure_free(s);
    immure_close(im);
}
END_TEST

static const char short_rest[] =
    "{\"limits\": {\"cpu_ms\": 2000, \"wall_ms\": 5000, \"memory\": 67108864, "
    "\"output\": 1000000, \"files\": 0}, \"pool\": {\"session_idle_ms\": 60}}";

START_TEST(session_rests_too_long)
{
    unsigned policy, id;
    struct immure *im = open_context(0, &policy);
    struct immure_call *s;
    ck_assert_int_eq(immure_policy_open(im, short_rest, &id, NULL), 0);
    ck_assert_int_eq(immure_session(im, id, NULL, &s, NULL), 0);
    ck_assert_int_eq(step(s, "x = 1", NULL), IMMURE_OK);
    usleep(300000);
    ck_assert_int_eq(step(s, "print(x)", NULL), -1 - IMMURE_ERR_GONE);
    immure_free(s);
    immure_close(im);
}
END_TEST

/* A guest that goes on computing behind its last step gets no time for it. */
START_TEST(session_computes_between_steps)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_call *s;
    ck_assert_int_eq(immure_session(im, policy, NULL, &s, NULL), 0);
    ck_assert_int_eq(step(s, "import time\nt = time.process_time()", NULL),
                     IMMURE_OK);
    sleep(1);
    ck_assert_int_eq(step(s, "assert time.process_time() - t < .5", NULL),
                     IMMURE_OK);
    immure_free(s);
    immure_close(im);
}
END_TEST

/* A brief step that calls a function: its verdict, and whether its result has
 * JSON, which then has in_json. */
static int
call_within(struct immure_call *session, const char *function,
            const char *input, const char *in_json)
{
    struct immure_job job = job_of("");
    struct immure_result r;
    struct immure_err err;
    job.function = function;
    job.input = (struct immure_bytes){input, strlen(input)};
    job.brief = job.yields = true;
    job.limits.wall_ms = 2 * SHORT_MS;
    job.limits.cpu_ms = 1000 * SECONDS_MAX;
    if (immure_step(session, &job, &err) != 0 ||
        immure_wait(session, &r, &err) != 0)
        return -1 - (int)err.code;
    if (in_json == NULL)
        ck_assert_str_eq(r.json, "");
    else
        ck_assert_msg(strstr(r.json, in_json) != NULL, "no %s in %s", in_json,
                      r.json);
    int verdict = (int)r.verdict;
    immure_result_clear(&r);
    return verdict;
}

START_TEST(session_calls_functions)
{
    static const char code[] =
        "seen = []\n"
        "def take(data): seen.append(data)\n"
        "def show(data): print(seen, data)\n"
        "def write(data): open('made', 'wb').write(data)\n"
        "def deny(data): import os; os.system('true')\n"
        "def swallow(data):\n"
        "    try: deny(data)\n"
        "    except Exception: pass\n"
        "def spin(data):\n"
        "    while True: pass\n";
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_call *s;
    ck_assert_int_eq(immure_session(im, policy, NULL, &s, NULL), 0);
    ck_assert_int_eq(step(s, code, NULL), IMMURE_OK);
    ck_assert_int_eq(call_within(s, "take", "a\n", NULL), IMMURE_OK);
    ck_assert_int_eq(call_within(s, "take", "", NULL), IMMURE_OK);
    ck_assert_int_eq(call_within(s, "show", "x", "[b'a\\\\n', b''] b'x'"),
                     IMMURE_OK);
    ck_assert_int_eq(call_within(s, "write", "y", NULL), IMMURE_OK);
    ck_assert_int_eq(step(s, "print(open('made').read())", "\"y\\n\""),
                     IMMURE_OK);
    ck_assert_int_eq(call_within(s, "deny", "", "posix.system"),
                     IMMURE_DENIED);
    ck_assert_int_eq(call_within(s, "swallow", "", "posix.system"), IMMURE_OK);
    ck_assert_int_eq(call_within(s, "nothing", "", "NameError"), IMMURE_ERROR);
    ck_assert_int_eq(call_within(s, "seen", "", "TypeError"), IMMURE_ERROR);
    ck_assert_int_eq(call_within(s, "spin", "", "\"name\": \"wall\""),
                     IMMURE_WALL);
    immure_free(s);
    immure_close(im);
}
END_TEST

START_TEST(session_calls_no_function_at_first)
{
    unsigned policy;
    struct immure *im = open_context(0, &policy);
    struct immure_job job = job_of("");
    struct immure_call *s;
    struct immure_err err;
    ck_assert_int_eq(immure_session(im, policy, NULL, &s, NULL), 0);
    ck_assert_int_eq(call_within(s, "print", "", "NameError"), IMMURE_ERROR);
    job.function = "print";
    ck_assert_int_eq(immure_submit(im, policy, &job, NULL, &s, &err), -1);
    ck_assert_int_eq(err.code, IMMURE_ERR_USAGE);
    immure_free(s);
    immure_close(im);
}
END_TEST

int
main(void)
{
    TCase *tc = tcase_create("sessions");
    tcase_add_test(tc, sessions);
    tcase_add_test(tc, session_usage);
    tcase_add_test(tc, session_calls_functions);
    tcase_add_test(tc, session_calls_no_function_at_first);
    tcase_add_test(tc, session_of_inputs);
    tcase_add_test(tc, session_keeps_its_files);
    tcase_add_test(tc, session_killed_at_its_limit);
    tcase_add_test(tc, session_interrupted);
    tcase_add_test(tc, session_rests_too_long);
    tcase_add_test(tc, session_computes_between_steps);
    return run_suite("libimmure: sessions", tc);
}
