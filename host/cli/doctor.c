/* immure doctor: what of the wall holds on this machine. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/advice.h"
#include "host/cli/cli.h"
#include "host/cli/help.h"
#include "host/cli/nearest.h"
#include "host/cli/output.h"
#include "host/cli/tool.h"

enum { STATUS_BELOW = 1 };

struct asked {
    bool help, json;
    const char *policy;
};

static void
release_json(json_t **json)
{
    json_decref(*json);
}

#define OWNED_JSON __attribute__((cleanup(release_json))) json_t *

static const char *
text(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : "";
}

/* --- the command line --------------------------------------------------- */

static int
fail_option(const char *word, struct err *err)
{
    static const char *const known[] = {"--json", "--policy", "--help"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (nearest_is_typo(word, known[i]))
            return err_set(err, ERR_USAGE, 0,
                           "immure doctor has no %s; did you mean %s?", word,
                           known[i]);
    return err_set(err, ERR_USAGE, 0,
                   "immure doctor has no %s; see immure doctor --help", word);
}

static int
parse(const struct cli *cli, struct asked *out, struct err *err)
{
    for (int i = 1; i < cli->argc; i++) {
        const char *word = cli->argv[i];
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
            out->help = true;
        else if (strcmp(word, "--json") == 0)
            out->json = true;
        else if (strncmp(word, "--policy=", 9) == 0)
            out->policy = word + 9;
        else if (strcmp(word, "--policy") == 0 && i + 1 < cli->argc)
            out->policy = cli->argv[++i];
        else if (strcmp(word, "--policy") == 0)
            return err_set(err, ERR_USAGE, 0,
                           "--policy: which? write --policy FILE");
        else
            return fail_option(word, err);
    }
    return 0;
}

/* --- what the supervisor found, judged ---------------------------------- */

static bool
holds(const json_t *layer)
{
    return strcmp(text(layer, "state"), "holds") == 0;
}

static json_t *
layer_named(const json_t *report, const char *name)
{
    size_t i;
    json_t *layer;
    json_array_foreach(json_object_get(report, "layers"), i, layer) {
        if (strcmp(text(layer, "name"), name) == 0)
            return layer;
    }
    return NULL;
}

/* The floor: a guest did run, and each layer of it holds; of those that stand
 * in for each other one does, as nothing ran otherwise. */
static bool
is_above_floor(const json_t *report)
{
    size_t i;
    const json_t *layer;
    bool above = json_is_true(json_object_get(report, "runs")), one = false;
    json_array_foreach(json_object_get(report, "layers"), i, layer) {
        if (strcmp(text(layer, "floor"), "needed") == 0)
            above = above && holds(layer);
        else if (strcmp(text(layer, "floor"), "one of") == 0)
            one = one || holds(layer);
    }
    return above && one;
}

/* Names of layers that the policy requires and that do not hold. */
static int
find_lacking(const char *policy_name, const json_t *report, json_t *out,
             struct err *err)
{
    OWNED_POLICY policy = {0};
    size_t i;
    json_t *name;
    if (policy_name == NULL)
        return 0;
    if (tool_policy(policy_name, NULL, &policy, err) != 0)
        return -1;
    OWNED_JSON root = json_loads(policy.json, 0, NULL);
    const json_t *wall = json_object_get(root, "wall");
    json_array_foreach(json_object_get(wall, "require"), i, name) {
        const char *s = json_string_value(name);
        const json_t *layer = layer_named(report, s ? s : "");
        if (layer == NULL || !holds(layer))
            json_array_append(out, name);
    }
    return 0;
}

/* What this machine's settings say is better than the general advice. */
static void
advise(json_t *report)
{
    size_t i;
    json_t *layer, *trace = json_object_get(report, "trace");
    json_array_foreach(json_object_get(report, "layers"), i, layer) {
        const char *advice =
            holds(layer) ? NULL : advice_for(text(layer, "name"));
        if (advice != NULL)
            json_object_set_new(layer, "get", json_string(advice));
    }
    const char *advice = advice_for("trace");
    json_object_set_new(
        trace, "get",
        json_string(advice ? advice
                           : "kernel.yama.ptrace_scope under 3, and a "
                             "container whose filter allows ptrace(2)"));
}

/* --- for people --------------------------------------------------------- */

static void
print_wrapped(const char *head, const char *s)
{
    enum { INDENT = 26, WIDTH = 79 };
    int column = INDENT + (int)strlen(head);
    output_print("%*s%s", INDENT, "", head);
    while (*s != '\0') {
        int len = (int)strcspn(s, " ");
        if (column + len > WIDTH) {
            output_print("\n%*s", INDENT + (int)strlen(head), "");
            column = INDENT + (int)strlen(head);
        }
        output_print("%.*s", len, s);
        column += len + 1;
        s += len;
        if (*s == ' ') {
            s++;
            if (column + (int)strcspn(s, " ") <= WIDTH)
                output_print(" ");
        }
    }
    output_print("\n");
}

static void
print_layer(const json_t *layer)
{
    const char *floor = text(layer, "floor");
    const char mark = floor[0] == 'n' ? '*' : floor[0] == 'o' ? '+' : ' ';
    output_print("%c %-13s %-9s %s\n", mark, text(layer, "name"),
                 text(layer, "state"), text(layer, "stops"));
    if (holds(layer))
        return;
    if (text(layer, "why")[0] != '\0')
        print_wrapped("why: ", text(layer, "why"));
    else if (strcmp(text(layer, "state"), "absent") != 0)
        print_wrapped("why: could still ", text(layer, "tries"));
    print_wrapped("get: ", text(layer, "get"));
}

static void
print_trace(const json_t *trace)
{
    bool named = holds(trace);
    if (strcmp(text(trace, "state"), "untried") == 0)
        return;
    output_print("\nWhich system call a guest was killed for is %s\n",
                 named ? "told." : "not told here:");
    if (!named)
        print_wrapped("get: ", text(trace, "get"));
}

static void
print_verdict(const json_t *report, const json_t *lacking, bool above)
{
    size_t i;
    const json_t *name;
    if (!above)
        output_print("Below the floor (* all, + one of them): no guest runs "
                     "here.\n");
    else
        output_print("Above the floor (* all, + one of them): guests run "
                     "here.\n");
    if (text(report, "refusal")[0] != '\0')
        output_print("%s\n", text(report, "refusal"));
    json_array_foreach(lacking, i, name) {
        output_print("The policy requires %s, which does not hold.\n",
                     json_string_value(name));
    }
}

static void
print_table(const json_t *report, const json_t *lacking, bool above)
{
    size_t i;
    const json_t *layer;
    const char *system = text(report, "system");
    output_print("Linux %s %s%s%s\n\n  %-13s %-9s %s\n",
                 text(report, "kernel"), text(report, "machine"),
                 system[0] ? ", " : "", system, "LAYER", "STATE", "STOPS");
    json_array_foreach(json_object_get(report, "layers"), i, layer) {
        print_layer(layer);
    }
    print_trace(json_object_get(report, "trace"));
    print_verdict(report, lacking, above);
}

static int
print_json(const json_t *report, struct err *err)
{
    OWNED_STR whole = json_dumps(report, JSON_ENSURE_ASCII);
    if (whole == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    output_print("%s\n", whole);
    return 0;
}

static int
examine(const struct asked *asked, int *out_status, struct err *err)
{
    OWNED_STR said = NULL;
    char system[256];
    if (tool_doctor(&said, err) != 0)
        return -1;
    OWNED_JSON report = json_loads(said, 0, NULL);
    OWNED_JSON lacking = json_array();
    if (report == NULL || lacking == NULL)
        return err_set(err, ERR_MEMORY, 0, "read what the supervisor found");
    if (find_lacking(asked->policy, report, lacking, err) != 0)
        return -1;
    bool above = is_above_floor(report);
    advise(report);
    json_object_set_new(report, "system",
                        json_string(advice_system(system, sizeof system)));
    json_object_set_new(report, "above_floor", json_boolean(above));
    json_object_set(report, "lacking", lacking);
    if (!asked->json)
        print_table(report, lacking, above);
    else if (print_json(report, err) != 0)
        return -1;
    *out_status = above && json_array_size(lacking) == 0 ? 0 : STATUS_BELOW;
    return output_flush(out_status);
}

int
cmd_doctor(const struct cli *cli, int *out_status, struct err *err)
{
    struct asked asked = {0};
    if (parse(cli, &asked, err) != 0)
        return -1;
    if (asked.help) {
        *out_status = help_doctor();
        return 0;
    }
    return examine(&asked, out_status, err);
}
