#include "host/cli/grade_show.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/grading.h"
#include "host/cli/output.h"

static double
number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static const char *
text(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : "";
}

static bool
truth(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* What a student may read of a test. */
static const char *
seen(const json_t *test, const char *key)
{
    return truth(test, "hidden") ? "" : text(test, key);
}

static json_t *
as_json(const json_t *result)
{
    return json_copy((json_t *)(uintptr_t)result);
}

static json_t *
each_test(const json_t *result, json_t *(*one)(const json_t *test))
{
    size_t i;
    json_t *test, *all = json_array();
    json_array_foreach(json_object_get(result, "tests"), i, test)
        json_array_append_new(all, one(test));
    return all;
}

static json_t *
gradescope_test(const json_t *test)
{
    return json_pack("{s:s, s:f, s:f, s:s, s:s, s:s}", "name",
                     text(test, "name"), "score", number(test, "points"),
                     "max_score", number(test, "max"), "status",
                     truth(test, "passed") ? "passed" : "failed", "output",
                     seen(test, "message"), "visibility",
                     truth(test, "hidden") ? "hidden" : "visible");
}

static json_t *
as_gradescope(const json_t *result)
{
    return json_pack("{s:f, s:o}", "score", number(result, "score"), "tests",
                     each_test(result, gradescope_test));
}

static json_t *
prairielearn_test(const json_t *test)
{
    return json_pack("{s:s, s:f, s:f, s:s, s:s}", "name", text(test, "name"),
                     "points", number(test, "points"), "max_points",
                     number(test, "max"), "message", seen(test, "message"),
                     "output", seen(test, "output"));
}

static json_t *
as_prairielearn(const json_t *result)
{
    double max = number(result, "max");
    return json_pack("{s:b, s:f, s:o}", "gradable", 1, "score",
                     max > 0 ? number(result, "score") / max : 0.0, "tests",
                     each_test(result, prairielearn_test));
}

static json_t *
otter_test(const json_t *test)
{
    return json_pack("{s:s, s:f, s:f, s:b, s:b, s:s}", "name",
                     text(test, "name"), "score", number(test, "points"),
                     "possible", number(test, "max"), "passed",
                     truth(test, "passed"), "hidden", truth(test, "hidden"),
                     "message", seen(test, "message"));
}

static json_t *
as_otter(const json_t *result)
{
    return json_pack("{s:f, s:f, s:o}", "total", number(result, "score"),
                     "possible", number(result, "max"), "results",
                     each_test(result, otter_test));
}

static json_t *
nbgrader_test(const json_t *test)
{
    return json_pack("{s:s, s:f, s:f, s:s}", "name", text(test, "name"),
                     "auto_score", number(test, "points"), "max_score",
                     number(test, "max"), "comment", seen(test, "message"));
}

static json_t *
as_nbgrader(const json_t *result)
{
    return json_pack("{s:s, s:f, s:f, s:o}", "student",
                     text(result, "student"), "score", number(result, "score"),
                     "max_score", number(result, "max"), "grades",
                     each_test(result, nbgrader_test));
}

/* XML 1.0 has no place for control characters but these three. */
static void
print_escaped(const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        const char *name = c == '&'   ? "&amp;"
                           : c == '<' ? "&lt;"
                           : c == '>' ? "&gt;"
                           : c == '"' ? "&quot;"
                                      : NULL;
        if (name != NULL)
            output_print("%s", name);
        else if (c >= ' ' || c == '\n' || c == '\t')
            output_print("%c", c);
    }
}

static void
print_junit_test(const json_t *test)
{
    output_print("  <testcase name=\"");
    print_escaped(text(test, "name"));
    if (truth(test, "passed")) {
        output_print("\"/>\n");
        return;
    }
    output_print("\">\n    <failure type=\"");
    print_escaped(text(test, "verdict"));
    output_print("\">");
    print_escaped(seen(test, "message"));
    output_print("</failure>\n  </testcase>\n");
}

static void
print_junit(const json_t *result)
{
    size_t i, failures = 0;
    json_t *test, *tests = json_object_get(result, "tests");
    json_array_foreach(tests, i, test)
        failures += !truth(test, "passed");
    output_print("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<testsuite name=\"");
    print_escaped(text(result, "student"));
    output_print("\" tests=\"%zu\" failures=\"%zu\">\n",
                 json_array_size(tests), failures);
    json_array_foreach(tests, i, test)
        print_junit_test(test);
    output_print("</testsuite>\n");
}

static const struct format {
    const char *name;
    json_t *(*make)(const json_t *result); /* or: */
    void (*print)(const json_t *result);
} formats[] = {
    {"json", as_json, NULL},
    {"otter", as_otter, NULL},
    {"nbgrader", as_nbgrader, NULL},
    {"gradescope", as_gradescope, NULL},
    {"prairielearn", as_prairielearn, NULL},
    {"junit", NULL, print_junit},
};

static const struct format *
find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

int
grade_format_check(const char *format, struct err *err)
{
    if (find(format) != NULL)
        return 0;
    return err_set(err, ERR_USAGE, 0,
                   "immure grade: no format \"%.50s\"; there are json, otter, "
                   "nbgrader, gradescope, prairielearn and junit",
                   format);
}

int
grade_show(const char *format, const json_t *result, struct err *err)
{
    const struct format *f = find(format);
    if (f->print != NULL) {
        f->print(result);
        return 0;
    }
    json_t *made = f->make(result);
    OWNED_STR out =
        made ? json_dumps(made, JSON_INDENT(2) | GRADING_NUMBERS) : NULL;
    json_decref(made);
    if (out == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    output_print("%s\n", out);
    return 0;
}
