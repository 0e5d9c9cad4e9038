#include "host/cli/policy_test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/output.h"
#include "host/cli/tool.h"
#include "host/lib/immure.h"
#include "host/policy/policy.h"

enum { AT_ONCE = 2, WHY_TEXT = 512 };

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

static bool
is_denied_by(const json_t *result, const char *rule)
{
    size_t i;
    json_t *denial;
    json_array_foreach(json_object_get(result, "denials"), i, denial)
        if (strcmp(text(denial, "rule"), rule) == 0)
            return true;
    return false;
}

/* False with why when the result is not what the case asserts. */
static bool
holds(const json_t *c, const json_t *result, char why[WHY_TEXT])
{
    const char *verdict = text(c, "verdict"), *rule = text(c, "rule");
    const char *output = text(c, "output"), *got = text(result, "verdict");
    const char *printed = text(result, "stdout");
    if (rule != NULL && !is_denied_by(result, rule)) {
        snprintf(why, WHY_TEXT, "%s was not denied: the verdict is %s", rule,
                 got);
        return false;
    }
    if (verdict != NULL && strcmp(verdict, got) != 0) {
        snprintf(why, WHY_TEXT, "the verdict is %s, not %s", got, verdict);
        return false;
    }
    if (output == NULL || strcmp(output, printed ? printed : "") == 0)
        return true;
    snprintf(why, WHY_TEXT, "it printed \"%.200s\", not \"%.200s\"",
             printed ? printed : "", output);
    return false;
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

struct runner {
    struct immure *im;
    struct immure_call **calls;
    size_t count;
};

static void
runner_clear(struct runner *r)
{
    for (size_t i = 0; i < r->count; i++)
        immure_free(r->calls[i]);
    free(r->calls);
    immure_close(r->im);
}

static int
failed(struct err *err, const struct immure_err *why)
{
    return err_set(err, ERR_WALL, 0, "%s", why->msg);
}

static int
submit_all(struct runner *r, const json_t *cases, const char *policy_json,
           struct err *err)
{
    OWNED_POLICY policy = {0};
    struct immure_err why;
    unsigned id;
    size_t i;
    json_t *c;
    if (policy_parse(&policy, policy_json, err) != 0)
        return -1;
    const struct policy_value *l = policy.limits;
    const struct immure_limits limits = {
        l[POLICY_CPU].value, l[POLICY_WALL].value, l[POLICY_MEMORY].value,
        l[POLICY_OUTPUT].value, l[POLICY_FILES].value};
    if (immure_policy_open(r->im, policy_json, &id, &why) != 0)
        return failed(err, &why);
    r->calls =
        calloc(json_array_size(cases) + 1, sizeof(struct immure_call *));
    if (r->calls == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    json_array_foreach(cases, i, c) {
        const char *code = text(c, "code");
        const struct immure_job job = {.code = {code, strlen(code)},
                                       .limits = limits};
        if (immure_submit(r->im, id, &job, NULL, &r->calls[i], &why) != 0)
            return failed(err, &why);
        r->count++;
    }
    return 0;
}

static int
judge(struct suite *s, struct immure_call *call, size_t i, const json_t *c,
      struct err *err)
{
    struct immure_result result;
    struct immure_err cause;
    char why[WHY_TEXT];
    if (immure_wait(call, &result, &cause) != 0)
        return failed(err, &cause);
    json_t *root = json_loads(result.json, JSON_ALLOW_NUL, NULL);
    bool held = root != NULL && holds(c, root, why);
    s->failed += !held;
    print_case(s, i, c, held ? NULL : why);
    json_decref(root);
    immure_result_clear(&result);
    return 0;
}

static int
run_suite(struct suite *s, struct err *err)
{
    const struct immure_config config = {.guests = AT_ONCE};
    __attribute__((cleanup(runner_clear))) struct runner r = {0};
    struct immure_err why;
    size_t i;
    json_t *c, *cases = json_object_get(s->root, "cases");
    OWNED_STR policy = json_dumps(json_object_get(s->root, "policy"), 0);
    if (policy == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (immure_open(&config, &r.im, &why) != 0)
        return failed(err, &why);
    if (submit_all(&r, cases, policy, err) != 0)
        return -1;
    json_array_foreach(cases, i, c)
        if (judge(s, r.calls[i], i, c, err) != 0)
            return -1;
    print_widened(s);
    return 0;
}

static int
load(struct suite *s, const char *name, struct err *err)
{
    const char *const args[] = {"cases", "--", name, NULL};
    OWNED_STR said = NULL;
    int status;
    if (tool_run(args, &said, &status, err) != 0)
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
policy_test(char *const *names, bool junit, int *out_status, struct err *err)
{
    size_t n = 0;
    while (names[n] != NULL)
        n++;
    struct suite *suites = calloc(n, sizeof *suites);
    int done = suites ? 0 : err_set(err, ERR_MEMORY, 0, "out of memory");
    for (size_t i = 0; i < n && done == 0; i++)
        done = load(&suites[i], names[i], err);
    if (done == 0)
        done = run_all(suites, n, junit, err);
    *out_status = 0;
    for (size_t i = 0; suites != NULL && i < n; i++) {
        *out_status |= suites[i].failed > 0;
        json_decref(suites[i].root);
    }
    free(suites);
    return done == 0 ? output_flush(out_status) : -1;
}
