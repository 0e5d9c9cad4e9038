#include "host/cli/grade_report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/buf.h"
#include "host/cleanup.h"
#include "host/cli/grade_page.h"
#include "host/fd.h"

enum { ERRORS_SHOWN = 20, STUDENTS_SHOWN = 5000, BUCKETS = 10 };

/* The page as it grows; after a failure nothing more is added. */
struct page {
    struct buf text;
    struct err *err;
    bool failed;
};

static void
put_bytes(struct page *p, const char *s, size_t len)
{
    p->failed = p->failed || buf_add(&p->text, s, len, p->err) != 0;
}

static void __attribute__((format(printf, 2, 3)))
put(struct page *p, const char *fmt, ...)
{
    char line[512];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    put_bytes(p, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}

/* As text of HTML, in elements and in quoted attributes. */
static void
put_text(struct page *p, const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'')
            put(p, "&#%d;", c);
        else if (c < ' ' || c == 0x7f)
            put_bytes(p, " ", 1);
        else
            put_bytes(p, s, 1);
    }
}

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

/* How a verdict looks. */
static const struct look {
    const char *verdict, *class;
} looks[] = {
    {"ok", "ok"},       {"wrong", "wrong"}, {"error", "error"},
    {"cpu", "time"},    {"wall", "time"},   {"memory", "dead"},
    {"output", "dead"}, {"killed", "dead"}, {"crashed", "dead"},
    {"exit", "dead"},   {"denied", "dead"},
};

static const char *
class_of(const char *verdict, double part)
{
    if (part > 0 && part < 1)
        return "part";
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (strcmp(looks[i].verdict, verdict) == 0)
            return looks[i].class;
    return "dead";
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Numbers of an array, in order; malloc'd, or NULL. */
static double *
sorted(const json_t *array)
{
    size_t n = json_array_size(array);
    double *values = calloc(n + 1, sizeof *values);
    for (size_t i = 0; values != NULL && i < n; i++)
        values[i] = json_number_value(json_array_get(array, i));
    if (values != NULL)
        qsort(values, n, sizeof *values, compare);
    return values;
}

static double
percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

static void
put_card(struct page *p, const char *value, const char *what)
{
    put(p, "<div class=\"card\"><b>%s</b><span>%s</span></div>\n", value,
        what);
}

static void
put_summary(struct page *p, const struct tally *t)
{
    size_t i, full = 0, none = 0;
    json_t *student, *parts = json_array();
    char value[64];
    json_array_foreach(t->students, i, student) {
        double part =
            percent(number(student, "score"), number(student, "max"));
        json_array_append_new(parts, json_real(part));
        full += part >= 100;
        none += part <= 0;
    }
    double *values = sorted(parts);
    put(p, "<div class=\"cards\">\n");
    snprintf(value, sizeof value, "%zu", t->count);
    put_card(p, value, "submissions");
    snprintf(value, sizeof value, "%.1f %%", percent(t->score, t->max));
    put_card(p, value, "mean");
    snprintf(value, sizeof value, "%.1f %%",
             values && t->count > 0 ? values[t->count / 2] : 0);
    put_card(p, value, "median");
    snprintf(value, sizeof value, "%zu", full);
    put_card(p, value, "have all points");
    snprintf(value, sizeof value, "%zu", none);
    put_card(p, value, "have none");
    put(p, "</div>\n<h2>Points</h2>\n<div class=\"histogram\">\n");
    size_t buckets[BUCKETS] = {0}, most = 1;
    for (i = 0; values != NULL && i < t->count; i++) {
        size_t at = (size_t)(values[i] / (100.0 / BUCKETS));
        at = at < BUCKETS ? at : BUCKETS - 1;
        most = ++buckets[at] > most ? buckets[at] : most;
    }
    for (i = 0; i < BUCKETS; i++)
        put(p,
            "<div>%zu<i style=\"height:%.1f%%\"></i>%zu-%zu&#8239;%%</div>\n",
            buckets[i], 75.0 * (double)buckets[i] / (double)most,
            i * (100 / BUCKETS), (i + 1) * (100 / BUCKETS));
    put(p, "</div>\n");
    free(values);
    json_decref(parts);
}

static void
put_key(struct page *p)
{
    put(p, "<p class=\"key\"><i class=\"ok\"></i>passed"
           "<i class=\"part\"></i>in part<i class=\"wrong\"></i>wrong, or an "
           "exception<i class=\"time\"></i>out of time"
           "<i class=\"dead\"></i>its process ended</p>\n");
}

static void
put_rate(struct page *p, const json_t *test)
{
    const char *word;
    json_t *count;
    double seen = number(test, "seen");
    put(p, "<div class=\"rate\">");
    put(p, "<i class=\"ok\" style=\"width:%.2f%%\"></i>",
        percent(number(test, "passed"), seen));
    json_object_foreach(json_object_get(test, "verdicts"), word, count)
        if (strcmp(word, "ok") != 0)
            put(p, "<i class=\"%s\" style=\"width:%.2f%%\"></i>",
                class_of(word, 0), percent(json_number_value(count), seen));
    put(p, "</div>");
}

static void
put_verdicts(struct page *p, const json_t *test)
{
    const char *word;
    json_t *count;
    const char *between = "";
    json_object_foreach(json_object_get(test, "verdicts"), word, count) {
        if (strcmp(word, "ok") == 0)
            continue;
        put(p, "%s", between);
        put_text(p, word);
        put(p, "&nbsp;%.0f", json_number_value(count));
        between = ", ";
    }
}

static void
put_tests(struct page *p, const struct tally *t)
{
    size_t i;
    json_t *test;
    put(p, "<h2>Tests</h2>\n");
    put_key(p);
    put(p, "<div class=\"scroll\"><table>\n<tr><th>test<th class=\"n\">passed"
           "<th><th class=\"n\">points<th>failures<th class=\"n\">median"
           "<th class=\"n\">longest</tr>\n");
    json_array_foreach(t->tests, i, test) {
        double seen = number(test, "seen");
        json_t *times = json_object_get(test, "ms");
        size_t n = json_array_size(times);
        double *ms = sorted(times);
        put(p, "<tr><td><code>");
        put_text(p, text(test, "name"));
        put(p, "</code><td class=\"n\">%.1f&#8239;%%<td>",
            percent(number(test, "passed"), seen));
        put_rate(p, test);
        put(p, "<td class=\"n\">%.1f&#8239;%%<td>",
            percent(number(test, "points"), seen * number(test, "max")));
        put_verdicts(p, test);
        put(p, "<td class=\"n\">%.0f&#8239;ms<td class=\"n\">%.0f&#8239;ms",
            ms && n > 0 ? ms[n / 2] : 0, ms && n > 0 ? ms[n - 1] : 0);
        put(p, "</tr>\n");
        free(ms);
    }
    put(p, "</table></div>\n");
}

struct named {
    const char *name;
    json_t *of;
};

static int
by_count(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    double m = number(x->of, "count"), n = number(y->of, "count");
    return m != n ? (m < n) - (m > n) : strcmp(x->name, y->name);
}

static void
put_error(struct page *p, const struct named *error)
{
    const char *name;
    json_t *count;
    size_t shown = 0;
    put(p, "<tr><td class=\"n\">%.0f<td><code>", number(error->of, "count"));
    put_text(p, error->name);
    put(p, "</code><td><code>");
    json_object_foreach(json_object_get(error->of, "tests"), name, count) {
        if (shown++ == 3) {
            put(p, " ...");
            break;
        }
        put(p, "%s", shown > 1 ? ", " : "");
        put_text(p, name);
    }
    put(p, "</code><td><code>");
    put_text(p, text(error->of, "student"));
    put(p, "</code></tr>\n");
}

static void
put_errors(struct page *p, const struct tally *t)
{
    size_t n = 0, count = json_object_size(t->errors);
    const char *name;
    json_t *error;
    struct named *all = calloc(count + 1, sizeof *all);
    if (all == NULL || count == 0) {
        free(all);
        return;
    }
    json_object_foreach(t->errors, name, error)
        all[n++] = (struct named){name, error};
    qsort(all, n, sizeof *all, by_count);
    put(p, "<h2>Commonest errors</h2>\n<div class=\"scroll\"><table>\n"
           "<tr><th class=\"n\">times<th>verdict and message<th>in"
           "<th>for example</tr>\n");
    for (size_t i = 0; i < n && i < ERRORS_SHOWN; i++)
        put_error(p, &all[i]);
    put(p, "</table></div>\n");
    free(all);
}

static void
put_slowest(struct page *p, const struct tally *t)
{
    size_t i;
    json_t *row;
    put(p, "<h2>Slowest</h2>\n<div class=\"scroll\"><table>\n"
           "<tr><th class=\"n\">time<th>submission<th>test<th>verdict</tr>\n");
    json_array_foreach(t->slowest, i, row) {
        put(p, "<tr><td class=\"n\">%.0f&#8239;ms<td><code>",
            number(row, "ms"));
        put_text(p, text(row, "student"));
        put(p, "</code><td><code>");
        put_text(p, text(row, "test"));
        put(p, "</code><td>");
        put_text(p, text(row, "verdict"));
        put(p, "</tr>\n");
    }
    put(p, "</table></div>\n");
}

static int
by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static void
put_student(struct page *p, const json_t *student)
{
    size_t i;
    json_t *cell;
    double score = number(student, "score"), max = number(student, "max");
    put(p, "<tr><td><code>");
    put_text(p, text(student, "name"));
    put(p,
        "</code><td class=\"n\">%g/%g<td class=\"n\">%.0f&#8239;%%<td>"
        "<div class=\"cells\">",
        score, max, percent(score, max));
    json_array_foreach(json_object_get(student, "tests"), i, cell) {
        put(p, "<i class=\"%s\" title=\"",
            class_of(text(cell, "verdict"), number(cell, "part")));
        put_text(p, text(cell, "name"));
        put(p, ": ");
        put_text(p, text(cell, "verdict"));
        put(p, "\"></i>");
    }
    put(p, "</div></tr>\n");
}

static void
put_students(struct page *p, const struct tally *t)
{
    size_t i, n = 0, count = json_array_size(t->students);
    json_t *student;
    struct named *all = calloc(count + 1, sizeof *all);
    if (all == NULL)
        return;
    json_array_foreach(t->students, i, student)
        all[n++] = (struct named){text(student, "name"), student};
    qsort(all, n, sizeof *all, by_name);
    put(p, "<h2>Submissions</h2>\n");
    put_key(p);
    put(p, "<div class=\"scroll\"><table>\n<tr><th>submission"
           "<th class=\"n\">points<th class=\"n\"><th>tests</tr>\n");
    for (i = 0; i < n && i < STUDENTS_SHOWN; i++)
        put_student(p, all[i].of);
    put(p, "</table></div>\n");
    if (n > STUDENTS_SHOWN)
        put(p, "<p class=\"key\">%zu more are in the results alone.</p>\n",
            n - STUDENTS_SHOWN);
    free(all);
}

static void
put_page(struct page *p, const struct tally *t, const char *tests)
{
    char date[64] = "";
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) != NULL)
        strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", &utc);
    put(p, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\""
           "default-src 'none'; style-src 'unsafe-inline'\">\n<title>");
    put_text(p, tests);
    put(p, "</title>\n<style>\n");
    put_bytes(p, grade_page_style, strlen(grade_page_style));
    put(p, "</style>\n<h1>");
    put_text(p, tests);
    put(p, "</h1>\n<p class=\"about\">immure grade, %s</p>\n", date);
    put_summary(p, t);
    put_tests(p, t);
    put_errors(p, t);
    put_slowest(p, t);
    put_students(p, t);
    put(p, "</html>\n");
}

static int
replace(const char *path, const struct buf *text_of, struct err *err)
{
    char next[PATH_MAX];
    if (snprintf(next, sizeof next, "%s.new", path) >= (int)sizeof next)
        return err_set(err, ERR_USAGE, ENAMETOOLONG,
                       "immure grade: --report \"%.100s\"", path);
    OWNED_FD fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_set(err, ERR_USAGE, errno,
                       "immure grade: --report: open \"%.100s\"", next);
    if (fd_write_all(fd, text_of->data, text_of->len, err) != 0) {
        unlink(next);
        return -1;
    }
    if (rename(next, path) != 0)
        return err_set(err, ERR_USAGE, errno,
                       "immure grade: --report: rename to \"%.100s\"", path);
    return 0;
}

int
grade_report(const struct tally *t, const char *tests, const char *path,
             struct err *err)
{
    struct page page = {.err = err};
    put_page(&page, t, tests);
    int done = page.failed ? -1 : replace(path, &page.text, err);
    buf_clear(&page.text);
    return done;
}
