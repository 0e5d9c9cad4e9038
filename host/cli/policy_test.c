#include "host/cli/policy_test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/output.h"
#include "host/cli/tool.h"
#include "host/cli/trials.h"

struct suite {
    const char *name;
    json_t *root;  /* owned: {"policy", "cases", "widened"} */
    size_t number; /* of the case before its first */
    bool junit;
    unsigned failed;
};

static const char *
text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* --- output -------------------------------------------------------------- */

static void
print_xml(const char *s)
{
    for (; *s != '\0'; s++)
        if (*s == '<' || *s == '&' || *s == '"' || (unsigned char)*s < ' ')
            output_print("&#%d;", (unsigned char)*s < ' ' ? ' ' : *s);
        else
            output_print("%c", *s);
}

/* One line of TAP's: no control characters. */
static void
print_line(const char *s)
{
    for (; *s != '\0'; s++)
        output_print("%c", (unsigned char)*s < ' ' ? ' ' : *s);
    output_print("\n");
}

static void
print_case(const struct suite *s, size_t i, const json_t *c, const char *why)
{
    if (!s->junit) {
        output_print("%s %zu - %s: %s ", why ? "not ok" : "ok",
                     s->number + i + 1, s->name, text(c, "kind"));
        print_line(text(c, "name"));
        if (why != NULL) {
            output_print("# ");
            print_line(why);
        }
        return;
    }
    output_print("  <testcase classname=\"%s\" name=\"", text(c, "kind"));
    print_xml(text(c, "name"));
    output_print(why ? "\"><failure message=\"" : "\"/>\n");
    if (why != NULL) {
        print_xml(why);
        output_print("\"/></testcase>\n");
    }
}

/* What a policy's guests can do that those of `pure` cannot: where to look. */
static void
print_widened(const struct suite *s)
{
    size_t i;
    json_t *line;
    if (s->junit || s->failed == 0)
        return;
    json_array_foreach(json_object_get(s->root, "widened"), i, line) {
        output_print("# against pure: ");
        print_line(json_string_value(line));
    }
}

/* --- running ----------------------------------------------------------------
 */

static bool
tell(void *arg, size_t i, const json_t *c, const char *why)
{
    struct suite *s = arg;
    s->failed += why != NULL;
    print_case(s, i, c, why);
    return true;
}

static int
run_suite(struct suite *s, struct err *err)
{
    OWNED_STR policy = json_dumps(json_object_get(s->root, "policy"), 0);
    if (policy == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (trials_run(policy, json_object_get(s->root, "cases"), tell, s, err) !=
        0)
        return -1;
    print_widened(s);
    return 0;
}

static int
load(struct suite *s, const char *name, bool attacks, struct err *err)
{
    const char *const all[] = {"cases", "--", name, NULL};
    const char *const own[] = {"cases", "--no-attacks", "--", name, NULL};
    OWNED_STR said = NULL;
    int status;
    if (tool_run(attacks ? all : own, &said, &status, err) != 0)
        return -1;
    s->name = name;
    s->root = json_loads(said, 0, NULL);
    if (s->root == NULL)
        return err_set(err, ERR_POLICY, 0, "the assertions of %s: no JSON",
                       name);
    if (json_array_size(json_object_get(s->root, "cases")) == 0)
        return err_set(err, ERR_POLICY, 0,
                       "%s: nothing is asserted: write %.*s.test.toml", name,
                       (int)strcspn(name, "."), name);
    return 0;
}

static int
run_all(struct suite *suites, size_t n, bool junit, struct err *err)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        suites[i].number = total;
        suites[i].junit = junit;
        total += json_array_size(json_object_get(suites[i].root, "cases"));
    }
    output_print(junit ? "<testsuites tests=\"%zu\">\n" : "1..%zu\n", total);
    for (size_t i = 0; i < n; i++) {
        if (junit)
            output_print("<testsuite name=\"policy %zu\">\n", i + 1);
        if (run_suite(&suites[i], err) != 0)
            return -1;
        if (junit)
            output_print("</testsuite>\n");
    }
    if (junit)
        output_print("</testsuites>\n");
    return 0;
}

int
policy_test(char *const *names, const struct policy_test_options *options,
            int *out_status, struct err *err)
{
    size_t n = 0;
    while (names[n] != NULL)
        n++;
    struct suite *suites = calloc(n, sizeof *suites);
    int done = suites ? 0 : err_set(err, ERR_MEMORY, 0, "out of memory");
    for (size_t i = 0; i < n && done == 0; i++)
        done = load(&suites[i], names[i], !options->no_attacks, err);
    if (done == 0)
        done = run_all(suites, n, options->junit, err);
    *out_status = 0;
    for (size_t i = 0; suites != NULL && i < n; i++) {
        *out_status |= suites[i].failed > 0;
        json_decref(suites[i].root);
    }
    free(suites);
    return done == 0 ? output_flush(out_status) : -1;
}
