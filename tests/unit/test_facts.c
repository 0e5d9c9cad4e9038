/* The verdict: every kind of end, with what the guest claims about it. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "host/supervisor/facts.h"

#define EXITED(code) ((code) << 8)
#define SIGNALED(sig) (sig)
#define SILENT                                                                \
    {                                                                         \
        0                                                                     \
    }
#define SAYS(kind, code)                                                      \
    {                                                                         \
        .ended = true, .end = (kind), .status = (code)                        \
    }

struct row {
    const char *what;
    struct facts facts;
    struct claims claims;
    enum immure_verdict verdict;
    int exit_code, signal;
};

/* clang-format off */
static const struct row rows[] = {
    {"ok", {.wait_status = EXITED(0)}, SAYS(END_OK, 0), IMMURE_OK, 0, 0},
    {"sys.exit(3)", {.wait_status = EXITED(3)}, SAYS(END_EXIT, 3), IMMURE_EXIT, 3, 0},
    {"sys.exit(200)", {.wait_status = EXITED(200)}, SAYS(END_EXIT, 200), IMMURE_EXIT, 200, 0},
    {"exception", {.wait_status = EXITED(1)}, SAYS(END_ERROR, 1), IMMURE_ERROR, 1, 0},
    {"denied", {.wait_status = EXITED(126)}, SAYS(END_DENIED, 126), IMMURE_DENIED, 126, 0},
    {"exits 0 without a word", {.wait_status = EXITED(0)}, SILENT, IMMURE_ERROR, 1, 0},
    {"exits 7 without a word", {.wait_status = EXITED(7)}, SILENT, IMMURE_ERROR, 7, 0},
    {"says ok, exits 1", {.wait_status = EXITED(1)}, SAYS(END_OK, 0), IMMURE_ERROR, 1, 0},
    {"says error, exits 0", {.wait_status = EXITED(0)}, SAYS(END_ERROR, 1), IMMURE_ERROR, 1, 0},
    {"says exit 0", {.wait_status = EXITED(0)}, SAYS(END_EXIT, 0), IMMURE_ERROR, 1, 0},
    {"says ok, dies", {.wait_status = SIGNALED(SIGSEGV)}, SAYS(END_OK, 0), IMMURE_CRASHED, -1, SIGSEGV},
    {"SIGSYS", {.wait_status = SIGNALED(SIGSYS)}, SILENT, IMMURE_KILLED, -1, SIGSYS},
    {"SIGKILL of nobody's", {.wait_status = SIGNALED(SIGKILL)}, SILENT, IMMURE_KILLED, -1, SIGKILL},
    {"SIGXCPU", {.wait_status = SIGNALED(SIGXCPU)}, SILENT, IMMURE_CPU, -1, SIGXCPU},
    {"SIGABRT", {.wait_status = SIGNALED(SIGABRT)}, SILENT, IMMURE_CRASHED, -1, SIGABRT},
    {"wall, hard", {.wait_status = SIGNALED(SIGKILL), .limit = LIMIT_WALL, .hard = true}, SILENT, IMMURE_WALL, -1, SIGKILL},
    {"wall, swallowed", {.wait_status = EXITED(0), .limit = LIMIT_WALL}, SAYS(END_OK, 0), IMMURE_WALL, 0, 0},
    {"cpu", {.wait_status = EXITED(1), .limit = LIMIT_CPU}, SAYS(END_ERROR, 1), IMMURE_CPU, 1, 0},
    {"output", {.wait_status = SIGNALED(SIGKILL), .limit = LIMIT_OUTPUT}, SILENT, IMMURE_OUTPUT, -1, SIGKILL},
    {"report flood", {.wait_status = SIGNALED(SIGKILL), .limit = LIMIT_REPORT}, SILENT, IMMURE_OUTPUT, -1, SIGKILL},
    {"bad frame", {.wait_status = EXITED(0), .protocol_broken = true}, SAYS(END_OK, 0), IMMURE_KILLED, 0, 0},
    {"zygote lost", {.wait_status = SIGNALED(SIGKILL), .host_failed = true}, SILENT, IMMURE_INTERNAL, -1, SIGKILL},
};
/* clang-format on */

START_TEST(verdicts)
{
    const struct row *row = &rows[_i];
    int exit_code, sig;
    enum immure_verdict v =
        facts_verdict(&row->facts, &row->claims, &exit_code, &sig);
    ck_assert_msg(v == row->verdict, "%s: %s, not %s", row->what,
                  immure_verdict_name(v), immure_verdict_name(row->verdict));
    ck_assert_msg(exit_code == row->exit_code, "%s: exit %d", row->what,
                  exit_code);
    ck_assert_int_eq(sig, row->signal);
}
END_TEST

static int
take(struct claims *c, enum frame_type type, const void *data, size_t len)
{
    struct frame_header h = {type, 0, (uint32_t)len};
    return claims_take(c, &h, data, NULL);
}

START_TEST(order_of_claims)
{
    struct claims c;
    const uint8_t end[] = {END_OK, 0}, bad_end[] = {END_COUNT, 0};
    ck_assert_int_eq(claims_init(&c, NULL), 0);
    ck_assert_int_eq(take(&c, FRAME_END, end, 2), -1); /* before the seal */
    ck_assert_int_eq(take(&c, FRAME_SEALED, NULL, 0), 0);
    ck_assert_int_eq(take(&c, FRAME_SEALED, NULL, 0), -1);
    ck_assert_int_eq(take(&c, FRAME_BROKEN, "\1forged", 7), -1);
    ck_assert_int_eq(take(&c, FRAME_END, bad_end, 2), -1);
    ck_assert_int_eq(take(&c, FRAME_END, end, 1), -1);
    ck_assert_int_eq(take(&c, FRAME_END, end, 2), 0);
    ck_assert_int_eq(take(&c, FRAME_LIMIT, "memory", 6), -1); /* too late */
    claims_clear(&c);
}
END_TEST

START_TEST(frames_are_counted)
{
    struct claims c;
    int taken = 0;
    ck_assert_int_eq(claims_init(&c, NULL), 0);
    ck_assert_int_eq(take(&c, FRAME_SEALED, NULL, 0), 0);
    while (taken < 10000 && take(&c, FRAME_LIMIT, "memory", 6) == 0)
        taken++;
    ck_assert_int_lt(taken, 1000);
    claims_clear(&c);
}
END_TEST

START_TEST(globals_keep_digits)
{
    static const char text[] = "{\"n\": 123456789012345678901234567890}";
    struct claims c;
    ck_assert_int_eq(claims_init(&c, NULL), 0);
    ck_assert_int_eq(take(&c, FRAME_SEALED, NULL, 0), 0);
    ck_assert_int_eq(take(&c, FRAME_GLOBALS, text, strlen(text)), 0);
    ck_assert_str_eq(c.globals, text);
    claims_clear(&c);
    ck_assert_int_eq(claims_init(&c, NULL), 0);
    ck_assert_int_eq(take(&c, FRAME_SEALED, NULL, 0), 0);
    ck_assert_int_eq(take(&c, FRAME_GLOBALS, "{}, \"verdict\": 1", 16), 0);
    ck_assert_ptr_null(c.globals);
    claims_clear(&c);
}
END_TEST

START_TEST(text_is_utf8)
{
    static const struct {
        const char *in, *out;
    } texts[] = {
        {"plain", "plain"},
        {"\xc3\xa9", "\xc3\xa9"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf0\x9f\x98", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *t =
            claims_text((const uint8_t *)texts[i].in, strlen(texts[i].in));
        ck_assert_str_eq(json_string_value(t), texts[i].out);
        json_decref(t);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("facts");
    TCase *t = tcase_create("facts");
    tcase_add_loop_test(t, verdicts, 0, sizeof rows / sizeof *rows);
    tcase_add_test(t, order_of_claims);
    tcase_add_test(t, frames_are_counted);
    tcase_add_test(t, globals_keep_digits);
    tcase_add_test(t, text_is_utf8);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
