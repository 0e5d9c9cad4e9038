/* Times and sizes: what is read, what is refused, what is shown. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "host/policy/units.h"

struct row {
    enum policy_limit limit;
    const char *text;
    uint64_t value;    /* where fails is NULL */
    const char *fails; /* part of the message */
};

/* clang-format off */
static const struct row rows[] = {
    {POLICY_CPU, "1ms", 1, NULL},
    {POLICY_CPU, "500ms", 500, NULL},
    {POLICY_CPU, "2s", 2000, NULL},
    {POLICY_CPU, "002s", 2000, NULL},
    {POLICY_CPU, "1m", 60000, NULL},
    {POLICY_CPU, "1440m", 86400000, NULL},
    {POLICY_CPU, "86400s", 86400000, NULL},
    {POLICY_CPU, "1441m", 0, "out of range: write 1ms to 1440m"},
    {POLICY_CPU, "0ms", 0, "out of range"},
    {POLICY_CPU, "2", 0, "has no unit (ms, s, m): write, for example, --cpu 2s"},
    {POLICY_CPU, "2h", 0, "has no unit of time"},
    {POLICY_CPU, "2M", 0, "has no unit of time"},
    {POLICY_CPU, "2S", 0, "has no unit of time"},
    {POLICY_CPU, "2sec", 0, "has no unit of time"},
    {POLICY_CPU, "", 0, "not a whole number"},
    {POLICY_CPU, "s", 0, "not a whole number"},
    {POLICY_CPU, "-1s", 0, "not a whole number"},
    {POLICY_CPU, "+1s", 0, "not a whole number"},
    {POLICY_CPU, " 1s", 0, "not a whole number"},
    {POLICY_CPU, "1 s", 0, "not a whole number"},
    {POLICY_CPU, "1.5s", 0, "not a whole number"},
    {POLICY_CPU, "1e3s", 0, "has no unit of time"},
    {POLICY_CPU, "1s ", 0, "has no unit of time"},
    {POLICY_CPU, "999999999999999m", 0, "out of range"},
    {POLICY_CPU, "18446744073709551617ms", 0, "out of range"},
    {POLICY_MEMORY, "1M", 1 << 20, NULL},
    {POLICY_MEMORY, "1024K", 1 << 20, NULL},
    {POLICY_MEMORY, "64G", 64ULL << 30, NULL},
    {POLICY_MEMORY, "1023K", 0, "out of range: write 1M to 64G"},
    {POLICY_MEMORY, "65G", 0, "out of range"},
    {POLICY_MEMORY, "999999999999999G", 0, "out of range"},
    {POLICY_MEMORY, "256MB", 0, "has no unit of size (K, M, G)"},
    {POLICY_MEMORY, "256m", 0, "has no unit of size"},
    {POLICY_MEMORY, "268435456", 0, "has no unit (K, M, G)"},
    {POLICY_FILES, "0K", 0, NULL},
    {POLICY_OUTPUT, "1K", 1024, NULL},
    {POLICY_OUTPUT, "0K", 0, "out of range: write 1K to 256M"},
};
/* clang-format on */

START_TEST(reads)
{
    const struct row *row = &rows[_i];
    struct err err = {0};
    uint64_t value = 4711;
    int done =
        units_parse(row->text, &policy_limit_rows[row->limit], &value, &err);
    ck_assert_msg(done == (row->fails ? -1 : 0), "\"%s\": %s", row->text,
                  err.msg);
    ck_assert_msg(value == (row->fails ? 4711 : row->value),
                  "\"%s\" is not %llu", row->text, (unsigned long long)value);
    if (row->fails != NULL)
        ck_assert_msg(strstr(err.msg, row->fails) != NULL, "\"%s\": %s",
                      row->text, err.msg);
}
END_TEST

static const struct {
    uint64_t value;
    enum policy_unit unit;
    const char *text;
} shown[] = {
    {0, POLICY_SIZE, "0K"},
    {1, POLICY_SIZE, "1 bytes"},
    {1024, POLICY_SIZE, "1K"},
    {1536, POLICY_SIZE, "1536 bytes"},
    {1 << 20, POLICY_SIZE, "1M"},
    {3ULL << 30, POLICY_SIZE, "3G"},
    {0, POLICY_FUEL, "0K"},
    {999, POLICY_FUEL, "999 steps"},
    {1000, POLICY_FUEL, "1K"},
    {1024, POLICY_FUEL, "1024 steps"},
    {50000000, POLICY_FUEL, "50M"},
    {0, POLICY_TIME, "0ms"},
    {1, POLICY_TIME, "1ms"},
    {1500, POLICY_TIME, "1500ms"},
    {2000, POLICY_TIME, "2s"},
    {60000, POLICY_TIME, "1m"},
    {90000, POLICY_TIME, "90s"},
    {UINT64_MAX, POLICY_TIME, "18446744073709551615ms"},
};

START_TEST(shows)
{
    char buf[UNITS_TEXT];
    ck_assert_str_eq(units_show(shown[_i].value, shown[_i].unit, buf),
                     shown[_i].text);
}
END_TEST

/* The examples in messages must be right themselves. */
START_TEST(examples)
{
    const struct policy_limit_row *row = &policy_limit_rows[_i];
    struct err err = {0};
    uint64_t value;
    ck_assert_msg(units_parse(row->example, row, &value, &err) == 0, "%s",
                  err.msg);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("units");
    TCase *t = tcase_create("units");
    tcase_add_loop_test(t, reads, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(t, shows, 0, sizeof shown / sizeof *shown);
    tcase_add_loop_test(t, examples, 0, POLICY_LIMIT_COUNT);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
