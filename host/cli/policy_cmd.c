/* immure policy check|explain. */
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/cli.h"
#include "host/cli/help.h"
#include "host/cli/nearest.h"
#include "host/cli/output.h"
#include "host/cli/say.h"
#include "host/cli/tool.h"

struct action {
    const char *name;
    const char *operands; /* for the message without any */
    int (*run)(char *const *names, int *out_status, struct err *err);
};

/* All files are checked; one that is wrong is told like any other error. */
static int
check(char *const *names, int *out_status, struct err *err)
{
    const struct option_list none = {0};
    *out_status = 0;
    for (; *names != NULL; names++) {
        OWNED_POLICY policy = {0};
        if (tool_policy(*names, &none, &none, &policy, err) == 0) {
            output_print("%s: ok (sha256:%s)\n", *names, policy.sha256);
            continue;
        }
        if (err->code != ERR_POLICY)
            return -1;
        say("%s", err->msg);
        *out_status = STATUS_NOT_RUN;
    }
    return output_flush(out_status);
}

static int
explain(char *const *names, int *out_status, struct err *err)
{
    size_t n = 0;
    while (names[n] != NULL)
        n++;
    OWNED_BUF space = calloc(n + 3, sizeof(char *));
    const char **args = (const char **)(void *)space;
    if (args == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    args[0] = "explain";
    args[1] = "--";
    memcpy(args + 2, names, n * sizeof *names);
    return tool_run(args, NULL, out_status, err);
}

/* clang-format off */
static const struct action actions[] = {
    {"check",   "FILE...", check},
    {"explain", "NAME...", explain},
};
/* clang-format on */

enum { ACTION_COUNT = sizeof actions / sizeof *actions };

static int
fail_action(const char *word, struct err *err)
{
    for (size_t i = 0; i < ACTION_COUNT; i++)
        if (nearest_is_typo(word, actions[i].name))
            return err_set(err, ERR_USAGE, 0,
                           "immure policy has no \"%s\"; did you mean immure "
                           "policy %s?",
                           word, actions[i].name);
    return err_set(err, ERR_USAGE, 0,
                   "immure policy has no \"%s\"; write immure policy check "
                   "FILE or immure policy explain NAME",
                   word);
}

static bool
asks_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int
cmd_policy(const struct cli *cli, int *out_status, struct err *err)
{
    const char *word = cli->argc > 1 ? cli->argv[1] : NULL;
    if (word == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "immure policy: write immure policy check FILE or "
                       "immure policy explain NAME");
    if (asks_help(word) || (cli->argc > 2 && asks_help(cli->argv[2]))) {
        *out_status = help_policy();
        return 0;
    }
    const struct action *action = NULL;
    for (size_t i = 0; i < ACTION_COUNT; i++)
        if (strcmp(actions[i].name, word) == 0)
            action = &actions[i];
    if (action == NULL)
        return fail_action(word, err);
    char *const *names = cli->argv + 2;
    if (names[0] != NULL && strcmp(names[0], "--") == 0)
        names++;
    else if (names[0] != NULL && names[0][0] == '-')
        return err_set(err, ERR_USAGE, 0, "immure policy %s has no option %s",
                       action->name, names[0]);
    if (names[0] == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "immure policy %s: which? write immure policy %s %s",
                       action->name, action->name, action->operands);
    return action->run(names, out_status, err);
}
