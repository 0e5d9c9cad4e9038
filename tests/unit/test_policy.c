/* The effective policy as the host reads it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "host/lib/immure.h"
#include "host/policy/policy.h"

START_TEST(pure_has_the_documented_limits)
{
    const char *json = policy_builtin("pure");
    struct policy p;
    ck_assert_ptr_nonnull(json);
    ck_assert_int_eq(policy_parse(&p, json, NULL), 0);
    const struct immure_limits *d = &immure_default_limits;
    ck_assert_uint_eq(p.limits[POLICY_CPU].value, d->cpu_ms);
    ck_assert_uint_eq(p.limits[POLICY_WALL].value, d->wall_ms);
    ck_assert_uint_eq(p.limits[POLICY_MEMORY].value, d->memory);
    ck_assert_uint_eq(p.limits[POLICY_OUTPUT].value, d->output);
    ck_assert_uint_eq(p.limits[POLICY_FILES].value, d->files);
    ck_assert_uint_eq(strlen(p.sha256), 64);
    ck_assert_ptr_nonnull(strstr(p.limits[POLICY_CPU].origin, "pure:"));
    policy_clear(&p);
}
END_TEST

START_TEST(command_line_stands_above)
{
    struct policy p;
    ck_assert_int_eq(policy_parse(&p, policy_builtin("pure"), NULL), 0);
    ck_assert_int_eq(policy_override(&p, POLICY_WALL, 7, NULL), 0);
    ck_assert_uint_eq(p.limits[POLICY_WALL].value, 7);
    ck_assert_str_eq(p.limits[POLICY_WALL].origin, "command line");
    policy_clear(&p);
}
END_TEST

START_TEST(no_profile_of_that_name)
{
    ck_assert_ptr_null(policy_builtin("pur"));
    ck_assert_ptr_null(policy_builtin(""));
}
END_TEST

static const char *const bad[] = {
    "",
    "[]",
    "{}",
    "{\"limits\": {}}",
    "{\"limits\": {\"cpu_ms\": \"1\"}}",
    "{\"limits\": {\"cpu_ms\": -1, \"wall_ms\": 1, \"memory\": 1, "
    "\"output\": 1, \"files\": 1}}",
    "{\"limits\": {\"cpu_ms\": 1, \"wall_ms\": 1, \"memory\": 1, "
    "\"output\": 1}}",
};

START_TEST(refuses)
{
    struct policy p = {.json = NULL};
    struct err err = {0};
    ck_assert_int_eq(policy_parse(&p, bad[_i], &err), -1);
    ck_assert_int_eq(err.code, ERR_POLICY);
    ck_assert_ptr_null(p.json);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("policy");
    TCase *t = tcase_create("policy");
    tcase_add_test(t, pure_has_the_documented_limits);
    tcase_add_test(t, command_line_stands_above);
    tcase_add_test(t, no_profile_of_that_name);
    tcase_add_loop_test(t, refuses, 0, sizeof bad / sizeof *bad);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
