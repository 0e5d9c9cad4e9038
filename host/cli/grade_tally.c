#include "host/cli/grade_tally.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/output.h"
#include "host/cli/say.h"

enum { ERROR_TEXT = 160, ERRORS_MAX = 5000 };

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

static void
add(json_t *object, const char *key, double n)
{
    json_object_set_new(object, key, json_real(number(object, key) + n));
}

int
tally_init(struct tally *t, struct err *err)
{
    *t = (struct tally){.tests = json_array(),
                        .students = json_array(),
                        .names = json_object(),
                        .errors = json_object(),
                        .slowest = json_array()};
    if (t->tests != NULL && t->students != NULL && t->names != NULL &&
        t->errors != NULL && t->slowest != NULL)
        return 0;
    tally_clear(t);
    return err_set(err, ERR_MEMORY, 0, "out of memory");
}

void
tally_clear(struct tally *t)
{
    json_decref(t->tests);
    json_decref(t->students);
    json_decref(t->names);
    json_decref(t->errors);
    json_decref(t->slowest);
    *t = (struct tally){0};
}

/* The row of a test, borrowed. */
static json_t *
row_of(struct tally *t, const json_t *test)
{
    const char *name = text(test, "name");
    json_t *place = json_object_get(t->names, name);
    if (place != NULL)
        return json_array_get(t->tests, (size_t)json_integer_value(place));
    json_object_set_new(t->names, name,
                        json_integer((json_int_t)json_array_size(t->tests)));
    json_t *row = json_pack("{s:s, s:f, s:f, s:f, s:f, s:{}, s:[]}", "name",
                            name, "max", number(test, "max"), "points", 0.0,
                            "seen", 0.0, "passed", 0.0, "verdicts", "ms");
    json_array_append_new(t->tests, row);
    return row;
}

/* The last line of a message that says something, with its verdict: what two
 * failures of one kind have in common. */
static void
name_error(const json_t *test, char *out, size_t cap)
{
    const char *message = text(test, "message");
    size_t end = strlen(message);
    while (end > 0 && (message[end - 1] == '\n' || message[end - 1] == ' '))
        end--;
    size_t start = end;
    while (start > 0 && message[start - 1] != '\n')
        start--;
    while (message[start] == ' ')
        start++;
    int len = (int)(end - start);
    snprintf(out, cap, "%s: %.*s", text(test, "verdict"),
             len > ERROR_TEXT ? ERROR_TEXT : len, message + start);
    /* A character may have been cut. */
    if (len > ERROR_TEXT)
        for (size_t n = strlen(out);
             n > 0 && ((unsigned char)out[n - 1] & 0xc0) == 0x80; n--)
            out[n - 1] = '\0';
    json_t *whole = json_string(out);
    if (whole == NULL)
        snprintf(out, cap, "%s", text(test, "verdict"));
    json_decref(whole);
}

static void
add_error(struct tally *t, const json_t *test, const char *student)
{
    char key[ERROR_TEXT + 32];
    name_error(test, key, sizeof key);
    json_t *error = json_object_get(t->errors, key);
    if (error == NULL) {
        if (json_object_size(t->errors) >= ERRORS_MAX)
            return;
        error = json_pack("{s:f, s:{}, s:s}", "count", 0.0, "tests", "student",
                          student);
        json_object_set_new(t->errors, key, error);
    }
    add(error, "count", 1);
    add(json_object_get(error, "tests"), text(test, "name"), 1);
}

static void
add_time(struct tally *t, const json_t *test, const char *student)
{
    double ms = number(test, "ms");
    size_t at = json_array_size(t->slowest);
    while (at > 0 && number(json_array_get(t->slowest, at - 1), "ms") < ms)
        at--;
    if (at >= TALLY_SLOWEST)
        return;
    json_array_insert_new(t->slowest, at,
                          json_pack("{s:s, s:s, s:s, s:f}", "student", student,
                                    "test", text(test, "name"), "verdict",
                                    text(test, "verdict"), "ms", ms));
    if (json_array_size(t->slowest) > TALLY_SLOWEST)
        json_array_remove(t->slowest, TALLY_SLOWEST);
}

static json_t *
add_test(struct tally *t, const json_t *test, const char *student)
{
    json_t *row = row_of(t, test);
    bool passed = json_is_true(json_object_get(test, "passed"));
    double max = number(test, "max"), points = number(test, "points");
    add(row, "seen", 1);
    add(row, "passed", passed);
    add(row, "points", points);
    add(json_object_get(row, "verdicts"), text(test, "verdict"), 1);
    json_array_append_new(json_object_get(row, "ms"),
                          json_real(number(test, "ms")));
    if (!passed)
        add_error(t, test, student);
    add_time(t, test, student);
    return json_pack("{s:s, s:s, s:f}", "name", text(test, "name"), "verdict",
                     text(test, "verdict"), "part",
                     passed    ? 1.0
                     : max > 0 ? points / max
                               : 0.0);
}

void
tally_add(struct tally *t, const json_t *result)
{
    size_t i;
    json_t *test, *cells = json_array();
    const char *student = text(result, "student");
    json_array_foreach(json_object_get(result, "tests"), i, test)
        json_array_append_new(cells, add_test(t, test, student));
    t->count++;
    t->score += number(result, "score");
    t->max += number(result, "max");
    json_array_append_new(t->students,
                          json_pack("{s:s, s:f, s:f, s:o}", "name", student,
                                    "score", number(result, "score"), "max",
                                    number(result, "max"), "tests", cells));
}

const char *
tally_most(const json_t *test)
{
    const char *word, *most = "";
    json_t *count;
    double n = 0;
    json_object_foreach(json_object_get(test, "verdicts"), word, count) {
        if (strcmp(word, "ok") == 0 || json_number_value(count) <= n)
            continue;
        n = json_number_value(count);
        most = word;
    }
    return most;
}

void
tally_print(const struct tally *t)
{
    enum { NAME_MAX_SHOWN = 40 };
    size_t i;
    json_t *test;
    int width = 4;
    json_array_foreach(t->tests, i, test) {
        int n = (int)strlen(text(test, "name"));
        width = n > width ? n : width;
    }
    width = width > NAME_MAX_SHOWN ? NAME_MAX_SHOWN : width;
    if (json_array_size(t->tests) > 0)
        output_print("%-*s  passed            points  most failures\n", width,
                     "test");
    json_array_foreach(t->tests, i, test) {
        double seen = number(test, "seen"), max = number(test, "max");
        OWNED_STR name = strdup(text(test, "name"));
        if (name != NULL)
            say_clean(name);
        output_print("%-*.*s  %5.0f/%-5.0f %3.0f %%  %3.0f %%  %s\n", width,
                     width, name ? name : "", number(test, "passed"), seen,
                     100 * number(test, "passed") / seen,
                     max > 0 ? 100 * number(test, "points") / (seen * max) : 0,
                     tally_most(test));
    }
}
