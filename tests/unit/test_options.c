/* The option table: its rows, and what the parser makes of a command line. */
#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/nearest.h"
#include "host/cli/options.h"

enum { WORDS_MAX = 8 };

struct row {
    enum option_command command;
    const char *words[WORDS_MAX];
    const char *fails; /* part of the message, or NULL */
    int operands;      /* where fails is NULL */
};

/* clang-format off */
static const struct row rows[] = {
    {FOR_RUN, {NULL}, NULL, 1},
    {FOR_RUN, {"x.py", "--json"}, NULL, 1},
    {FOR_RUN, {"--json", "x.py"}, NULL, 2},
    {FOR_RUN, {"--cpu", "1s", "--wall=2s", "x.py"}, NULL, 4},
    {FOR_RUN, {"-c", "code", "--json"}, NULL, 3},
    {FOR_RUN, {"-ccode", "--json"}, NULL, 2},
    {FOR_RUN, {"-m", "mod", "-m"}, NULL, 3},
    {FOR_RUN, {"--", "--json"}, NULL, 2},
    {FOR_RUN, {"-", "x"}, NULL, 1},
    {FOR_RUN, {"--seed", "-5", "x"}, NULL, 3},
    {FOR_RUN, {"--file", "a", "--file", "b"}, NULL, 5},
    {FOR_RUN, {"-h", "--nonsense"}, NULL, 2},
    {FOR_HOST, {"--cpu", "1s", "x.py", "--json"}, NULL, 3},
    {FOR_RUN, {"--jso"}, "unknown option --jso; did you mean --json?", 0},
    {FOR_RUN, {"--j"}, "did you mean --json?", 0},
    {FOR_RUN, {"--glob=x"}, "unknown option --glob; did you mean --globals?", 0},
    {FOR_RUN, {"--xyzzy"}, "see immure --help", 0},
    {FOR_RUN, {"-z"}, "unknown option -z", 0},
    {FOR_RUN, {"--json=1"}, "--json takes no argument", 0},
    {FOR_RUN, {"--memory"}, "--memory needs an argument: write --memory SIZE", 0},
    {FOR_RUN, {"-m"}, "-m needs an argument: write -m MODULE", 0},
    {FOR_RUN, {"--json", "--json"}, "--json is given twice", 0},
    {FOR_RUN, {"--env-var", "A=1", "--env-var", "A=2"}, "--env-var A is given twice", 0},
    {FOR_RUN, {"--allow-import", "a", "--allow-import", "a"}, "given twice", 0},
    {FOR_RUN, {"--report", "a", "--report-fd", "3"}, "choose one", 0},
    {FOR_RUN, {"--json", "--explain"}, "no effect", 0},
    {FOR_RUN, {"--nice", "20"}, "out of range", 0},
    {FOR_RUN, {"--nice", ""}, "not a whole number", 0},
    {FOR_RUN, {"--seed", "9223372036854775808"}, "out of range", 0},
    {FOR_RUN, {"--report-fd", "1x"}, "not a whole number", 0},
    {FOR_HOST, {"--stdin", "x"}, "not one of immure host", 0},
    {FOR_HOST, {"-c", "x"}, "unknown option -c", 0},
};
/* clang-format on */

START_TEST(parses)
{
    const struct row *row = &rows[_i];
    char words[WORDS_MAX][32] = {"run"};
    char *argv[WORDS_MAX + 2] = {words[0]};
    int argc = 1;
    for (; row->words[argc - 1] != NULL; argc++)
        argv[argc] = strcpy(words[argc], row->words[argc - 1]);
    struct options o;
    struct err err = {0};
    int done = options_parse(argc, argv, row->command, &o, &err);
    ck_assert_msg(done == (row->fails ? -1 : 0), "row %d: %s", _i, err.msg);
    if (row->fails != NULL)
        ck_assert_msg(strstr(err.msg, row->fails) != NULL, "row %d: %s", _i,
                      err.msg);
    else
        ck_assert_int_eq(o.operands, row->operands);
    options_clear(&o);
}
END_TEST

START_TEST(sets_values)
{
    char run[] = "run", cpu[] = "--cpu=3s", seed[] = "--seed=-1",
         file[] = "--file=a=b", fd[] = "--report-fd=4";
    char *argv[] = {run, cpu, seed, file, fd, NULL};
    struct options o;
    ck_assert_int_eq(options_parse(5, argv, FOR_RUN, &o, NULL), 0);
    ck_assert(o.limit_given[POLICY_CPU] && !o.limit_given[POLICY_WALL]);
    ck_assert_uint_eq(o.limits[POLICY_CPU], 3000);
    ck_assert(o.seeded && o.seed == -1);
    ck_assert_uint_eq(o.files.count, 1);
    ck_assert_str_eq(o.files.items[0], "a=b");
    ck_assert_int_eq(o.report_fd, 4);
    options_clear(&o);
}
END_TEST

/* Each row is whole, fits the help text, and its name occurs once. */
START_TEST(row_is_whole)
{
    const struct option_row *row = &option_rows[_i];
    ck_assert(row->name != NULL || row->letter != 0);
    ck_assert(row->set != NULL && row->commands != 0);
    ck_assert(isalpha((unsigned char)row->help[0]));
    for (const char *line = row->help; line != NULL;) {
        size_t length = strcspn(line, "\n");
        ck_assert_uint_lt(length, 80 - 26);
        line = line[length] ? line + length + 1 : NULL;
    }
    for (size_t i = 0; i < option_row_count; i++)
        ck_assert(i == (size_t)_i || row->name == NULL ||
                  option_rows[i].name == NULL ||
                  strcmp(row->name, option_rows[i].name) != 0);
}
END_TEST

static const struct {
    const char *a, *b;
    unsigned distance;
} distances[] = {
    {"", "", 0},         {"a", "", 1},       {"", "abc", 3},
    {"cpu", "cpu", 0},   {"cpus", "cpu", 1}, {"pcu", "cpu", 1},
    {"jsno", "json", 1}, {"wal", "wall", 1}, {"kitten", "sitting", 3},
};

START_TEST(distance)
{
    ck_assert_uint_eq(nearest_distance(distances[_i].a, distances[_i].b),
                      distances[_i].distance);
    ck_assert_uint_eq(nearest_distance(distances[_i].b, distances[_i].a),
                      distances[_i].distance);
}
END_TEST

START_TEST(distance_of_long_texts)
{
    char text[200];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!nearest_is_typo(text, "json"));
    text[63] = '\0';
    ck_assert_uint_eq(nearest_distance(text, text), 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("options");
    TCase *t = tcase_create("options");
    tcase_add_loop_test(t, parses, 0, sizeof rows / sizeof *rows);
    tcase_add_test(t, sets_values);
    tcase_add_loop_test(t, row_is_whole, 0, (int)option_row_count);
    tcase_add_loop_test(t, distance, 0, sizeof distances / sizeof *distances);
    tcase_add_test(t, distance_of_long_texts);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
