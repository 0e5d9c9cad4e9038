/* What came of an input, for people. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/ending.h"
#include "host/cli/output.h"
#include "host/cli/repl.h"
#include "host/cli/say.h"

static const char *
text(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : "";
}

static void
print(const char *before, const char *said, const char *after)
{
    OWNED_STR clean = strdup(said);
    if (clean == NULL || clean[0] == '\0')
        return;
    say_clean(clean);
    output_print("%s%s%s\n", before, clean, after);
    fflush(stdout);
}

void
repl_print(const struct repl *r, const char *said)
{
    (void)r;
    print("", said, "");
}

void
repl_print_head(const struct repl *r, const char *said)
{
    const char *end = strchr(said, '\n');
    OWNED_STR head = strndup(said, end ? (size_t)(end - said) : strlen(said));
    if (head == NULL)
        return;
    print(r->colour ? "\033[31m" : "", head, r->colour ? "\033[0m" : "");
    if (end != NULL)
        repl_print(r, end + 1);
}

/* The desk knows the row behind a rule; without it the claim alone is told. */
static void
ask(struct repl *r, const char *const *words)
{
    OWNED_ANSWER answer = {0};
    struct err err;
    if (desk_ask(&r->desk, words, &answer, &err) != 0)
        say("%s", err.msg);
    else if (strncmp(answer.text, "denied", 6) == 0)
        repl_print_head(r, answer.text);
    else
        repl_print(r, answer.text);
}

static void
show_denial(struct repl *r, const json_t *denial)
{
    const char *const words[] = {"denial",
                                 text(denial, "what"),
                                 text(denial, "layer"),
                                 text(denial, "rule"),
                                 text(denial, "fix"),
                                 NULL};
    ask(r, words);
}

/* The denial that ended the input: the one its exception speaks of. */
static const json_t *
last_denial(const json_t *root)
{
    const char *said = text(json_object_get(root, "exception"), "message");
    json_t *denials = json_object_get(root, "denials");
    size_t i;
    json_t *denial, *found = NULL;
    json_array_foreach(denials, i, denial) {
        const char *what = text(denial, "what");
        if (found == NULL && strncmp(said, what, strlen(what)) == 0)
            found = denial;
    }
    return found ? found
                 : json_array_get(denials, json_array_size(denials) - 1);
}

void
repl_tell_denial(void *arg, const json_t *denial)
{
    struct repl *r = arg;
    if (r->trace)
        show_denial(r, denial);
}

static void
show_denials(struct repl *r, const json_t *root, enum immure_verdict verdict)
{
    if (!r->trace && verdict == IMMURE_DENIED && last_denial(root) != NULL)
        show_denial(r, last_denial(root));
}

static void
show_limit(struct repl *r, const json_t *limit)
{
    const char *const words[] = {"limit", text(limit, "name"), NULL};
    if (json_is_object(limit))
        ask(r, words);
}

static void
show_syscall(struct repl *r, const json_t *call)
{
    const char *const words[] = {"why", text(call, "name"), NULL};
    if (json_is_object(call))
        ask(r, words);
}

static double
number(const json_t *root, const char *table, const char *key)
{
    return json_number_value(
        json_object_get(json_object_get(root, table), key));
}

static void
note_usage(struct repl *r, const json_t *root)
{
    char line[160], memory[64] = "";
    double peak = number(root, "usage", "mem_peak");
    if (peak > 0) /* a guest that goes on is not weighed */
        snprintf(memory, sizeof memory, ", at most %.1f MB of memory",
                 peak / 1e6);
    snprintf(line, sizeof line,
             "the last input ended as \"%s\": cpu %.0f ms, wall %.0f ms%s, "
             "%.0f bytes of output",
             text(root, "verdict"), number(root, "usage", "cpu_ms"),
             number(root, "usage", "wall_ms"), memory,
             number(root, "usage", "output_bytes"));
    free(r->usage);
    r->usage = strdup(line);
}

void
repl_show(struct repl *r, const struct immure_result *result)
{
    json_t *root = json_loads(result->json,
                              JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
    fflush(stdout);
    ending_say(result);
    show_denials(r, root, result->verdict);
    show_limit(r, json_object_get(root, "limit"));
    show_syscall(r, json_object_get(root, "syscall"));
    note_usage(r, root);
    if (r->trace && r->usage != NULL)
        repl_print(r, r->usage);
    json_decref(root);
}

void
repl_tell_change(void *arg, size_t number, const char *before, const char *now,
                 const char *code)
{
    const struct repl *r = arg;
    OWNED_STR line = NULL;
    if (asprintf(&line, "input %zu: %.*s%s\n    was: %s\n    now: %s", number,
                 (int)strcspn(code, "\n"), code,
                 strchr(code, '\n') ? " ..." : "", before, now) < 0)
        line = NULL;
    else
        repl_print(r, line);
}
