#include "host/cli/grade_show.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
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

/* What a student may read of a test, at most `most` bytes of it. */
static json_t *
seen(const json_t *test, const char *key, size_t most)
{
    const char *s = truth(test, "hidden") ? "" : text(test, key);
    size_t len = strlen(s);
    len = len < most ? len : most;
    while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
        len--; /* not within a character */
    return json_stringn(s, len);
}

/* How a result is shown: whose it is, and how much text a test may have. */
struct view {
    const json_t *result;
    const char *tests; /* name of the tests' file */
    size_t most;
};

/* A name without what is behind its last dot. */
static json_t *
stem(const char *name)
{
    const char *dot = strrchr(name, '.');
    return json_stringn(name, dot != NULL && dot > name ? (size_t)(dot - name)
                                                        : strlen(name));
}

static json_t *
as_json(const struct view *view)
{
    return json_copy((json_t *)(uintptr_t)view->result);
}

static json_t *
each_test(const struct view *view,
          json_t *(*one)(const struct view *view, const json_t *test))
{
    size_t i;
    json_t *test, *all = json_array();
    json_array_foreach(json_object_get(view->result, "tests"), i, test)
        json_array_append_new(all, one(view, test));
    return all;
}

/* Gradescope: "Autograder Specifications", results.json. */

static json_t *
gradescope_test(const struct view *view, const json_t *test)
{
    return json_pack(
        "{s:s, s:f, s:f, s:s, s:o, s:s, s:s}", "name", text(test, "name"),
        "score", number(test, "points"), "max_score", number(test, "max"),
        "status", truth(test, "passed") ? "passed" : "failed", "output",
        seen(test, "message", view->most), "output_format", "text",
        "visibility", truth(test, "hidden") ? "hidden" : "visible");
}

static json_t *
as_gradescope(const struct view *view)
{
    size_t i;
    json_t *test;
    double ms = 0;
    json_array_foreach(json_object_get(view->result, "tests"), i, test)
        ms += number(test, "ms");
    return json_pack("{s:f, s:f, s:s, s:o}", "score",
                     number(view->result, "score"), "execution_time",
                     ms / 1000, "stdout_visibility", "hidden", "tests",
                     each_test(view, gradescope_test));
}

/* PrairieLearn: "External Grading", results.json. */

static json_t *
prairielearn_test(const struct view *view, const json_t *test)
{
    return json_pack("{s:s, s:f, s:f, s:o, s:o}", "name", text(test, "name"),
                     "points", number(test, "points"), "max_points",
                     number(test, "max"), "message",
                     seen(test, "message", view->most), "output",
                     seen(test, "output", view->most));
}

static json_t *
as_prairielearn(const struct view *view)
{
    double max = number(view->result, "max");
    return json_pack("{s:b, s:f, s:o}", "gradable", 1, "score",
                     max > 0 ? number(view->result, "score") / max : 0.0,
                     "tests", each_test(view, prairielearn_test));
}

/* Otter: what otter.test_files.GradingResults.from_ottr_json() reads.  A case
 * is passed or not there: one that has a part of its points is two. */

static json_t *
otter_case(const struct view *view, const json_t *test, bool passed,
           double points)
{
    bool hidden = truth(test, "hidden");
    return json_pack(
        "{s:{s:s, s:s, s:b, s:f, s:n, s:n}, s:b, s:o}", "test_case", "name",
        text(test, "name"), "code", "", "hidden", hidden, "points", points,
        "success_message", "failure_message", "passed", passed, "error",
        passed || hidden ? json_null() : seen(test, "message", view->most));
}

static json_t *
otter_test(const struct view *view, const json_t *test)
{
    double points = number(test, "points"), max = number(test, "max");
    bool passed = truth(test, "passed");
    json_t *cases = json_array();
    if (passed || points > 0)
        json_array_append_new(cases, otter_case(view, test, true, points));
    if (!passed)
        json_array_append_new(cases,
                              otter_case(view, test, false, max - points));
    /* Otter takes the last dot, and what follows, for a file's kind. */
    return json_pack("{s:o, s:n, s:o}", "filename",
                     json_sprintf("%s.py", text(test, "name")), "points",
                     "test_case_results", cases);
}

static json_t *
as_otter(const struct view *view)
{
    return json_pack("{s:f, s:f, s:o}", "total", number(view->result, "score"),
                     "possible", number(view->result, "max"),
                     "test_file_results", each_test(view, otter_test));
}

/* nbgrader: what SubmittedAssignment.to_dict() and Grade.to_dict() of its API
 * give, and comments. */

static json_t *
nbgrader_test(const struct view *view, const json_t *test)
{
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:f, s:n, s:n, s:f, s:b, s:b, s:s, s:o}", "name",
        text(test, "name"), "notebook", stem(view->tests), "assignment",
        stem(view->tests), "student", stem(text(view->result, "student")),
        "auto_score", number(test, "points"), "manual_score", "extra_credit",
        "max_score", number(test, "max"), "needs_manual_grade", 0,
        "failed_tests", !truth(test, "passed"), "cell_type", "code", "comment",
        seen(test, "message", view->most));
}

static json_t *
as_nbgrader(const struct view *view)
{
    double score = number(view->result, "score");
    double max = number(view->result, "max");
    return json_pack(
        "{s:o, s:o, s:f, s:f, s:f, s:f, s:b, s:o}", "name", stem(view->tests),
        "student", stem(text(view->result, "student")), "score", score,
        "max_score", max, "code_score", score, "max_code_score", max,
        "needs_manual_grade", 0, "grades", each_test(view, nbgrader_test));
}

/* JUnit's XML, as Jenkins' junit-10.xsd has it. */

/* XML 1.0 has no place for control characters but these three, nor for U+FFFE
 * and U+FFFF; in an attribute a line end would become a space. */
static void
print_escaped(const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (strncmp(s, "\xef\xbf\xbe", 3) == 0 ||
            strncmp(s, "\xef\xbf\xbf", 3) == 0)
            s += 2;
        else if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\n' ||
                 c == '\t')
            output_print("&#%d;", c);
        else if (c >= ' ')
            output_print("%c", c);
    }
}

/* A failed assertion, an error, or neither. */
static const char *
junit_kind(const json_t *test)
{
    const char *verdict = text(test, "verdict");
    return truth(test, "passed")             ? NULL
           : strcmp(verdict, "skipped") == 0 ? "skipped"
           : strcmp(verdict, "wrong") == 0   ? "failure"
                                             : "error";
}

static void
print_junit_test(const json_t *test, const char *student)
{
    const char *kind = junit_kind(test);
    output_print("  <testcase name=\"");
    print_escaped(text(test, "name"));
    output_print("\" classname=\"");
    print_escaped(student);
    output_print("\" time=\"%.3f\"", number(test, "ms") / 1000);
    if (kind == NULL) {
        output_print("/>\n");
        return;
    }
    output_print(">\n    <%s", kind);
    if (strcmp(kind, "skipped") != 0) {
        output_print(" type=\"");
        print_escaped(text(test, "verdict"));
        output_print("\" message=\"%g of %g points\"", number(test, "points"),
                     number(test, "max"));
    }
    output_print(">");
    print_escaped(truth(test, "hidden") ? "" : text(test, "message"));
    output_print("</%s>\n  </testcase>\n", kind);
}

static size_t
count_kind(const json_t *tests, const char *kind)
{
    size_t i, n = 0;
    json_t *test;
    json_array_foreach(tests, i, test) {
        const char *other = junit_kind(test);
        n += other != NULL && strcmp(other, kind) == 0;
    }
    return n;
}

static void
print_junit(const json_t *result)
{
    size_t i;
    double ms = 0;
    json_t *test, *tests = json_object_get(result, "tests");
    json_array_foreach(tests, i, test)
        ms += number(test, "ms");
    output_print("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<testsuite name=\"");
    print_escaped(text(result, "student"));
    output_print("\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
                 "skipped=\"%zu\" time=\"%.3f\">\n",
                 json_array_size(tests), count_kind(tests, "failure"),
                 count_kind(tests, "error"), count_kind(tests, "skipped"),
                 ms / 1000);
    json_array_foreach(tests, i, test)
        print_junit_test(test, text(result, "student"));
    output_print("</testsuite>\n");
}

static const struct format {
    const char *name;
    size_t most;                              /* bytes of the whole; 0: any */
    json_t *(*make)(const struct view *view); /* or: */
    void (*print)(const json_t *result);
} formats[] = {
    {"json", 0, as_json, NULL},
    {"otter", 0, as_otter, NULL},
    {"nbgrader", 0, as_nbgrader, NULL},
    {"gradescope", 0, as_gradescope, NULL},
    {"prairielearn", 1000000, as_prairielearn, NULL},
    {"junit", 0, NULL, print_junit},
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

/* Texts are cut until the whole is no longer than it may be. */
static char *
make_text(const struct format *f, struct view *view)
{
    enum { FIRST = 64 << 10 };
    for (view->most = SIZE_MAX;;
         view->most = view->most > FIRST ? FIRST : view->most / 2) {
        json_t *made = f->make(view);
        char *out =
            made ? json_dumps(made, JSON_INDENT(2) | GRADING_NUMBERS) : NULL;
        json_decref(made);
        if (out == NULL || f->most == 0 || view->most == 0 ||
            strlen(out) <= f->most)
            return out;
        free(out);
    }
}

int
grade_show(const char *format, const char *tests, const json_t *result,
           struct err *err)
{
    const struct format *f = find(format);
    if (f->print != NULL) {
        f->print(result);
        return 0;
    }
    struct view view = {.result = result, .tests = tests};
    OWNED_STR out = make_text(f, &view);
    if (out == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    output_print("%s\n", out);
    return 0;
}
