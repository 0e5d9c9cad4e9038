/* immure policy check|show|explain|diff|test. */
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/cli.h"
#include "host/cli/help.h"
#include "host/cli/nearest.h"
#include "host/cli/output.h"
#include "host/cli/policy_test.h"
#include "host/cli/say.h"
#include "host/cli/tool.h"

struct action {
    const char *name;
    const char *operands; /* for the message about too few or too many */
    int least, most;      /* operands; most 0: no bound */
    bool one;             /* its options have no effect together */
    const char *options[4];
    int (*run)(const struct action *action, char *const *options,
               char *const *names, int *out_status, struct err *err);
};

/* All files are checked; one that is wrong is told like any other error. */
static int
check(const struct action *action, char *const *options, char *const *names,
      int *out_status, struct err *err)
{
    (void)action, (void)options;
    *out_status = 0;
    for (; *names != NULL; names++) {
        OWNED_POLICY policy = {0};
        if (tool_policy(*names, NULL, &policy, err) == 0) {
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

static size_t
copy(const char **args, size_t n, char *const *words)
{
    for (; *words != NULL; words++)
        args[n++] = *words;
    return n;
}

static size_t
count(char *const *words)
{
    size_t n = 0;
    while (words[n] != NULL)
        n++;
    return n;
}

/* Run a tool whose words are ours: TOOL [ACTION] OPTION... -- NAME... */
static int
run_tool(const char *tool, const char *action, char *const *options,
         char *const *names, int *out_status, struct err *err)
{
    OWNED_BUF space =
        calloc(count(options) + count(names) + 4, sizeof(char *));
    const char **args = (const char **)(void *)space;
    size_t n = 0;
    if (args == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    args[n++] = tool;
    if (action != NULL)
        args[n++] = action;
    n = copy(args, n, options);
    args[n++] = "--";
    copy(args, n, names);
    return tool_run(args, NULL, out_status, err);
}

static int
explain(const struct action *action, char *const *options, char *const *names,
        int *out_status, struct err *err)
{
    (void)action;
    return run_tool("explain", NULL, options, names, out_status, err);
}

static int
show(const struct action *action, char *const *options, char *const *names,
     int *out_status, struct err *err)
{
    char pure[] = "pure";
    char *const standard[] = {pure, NULL};
    return run_tool("show", action->name, options, names[0] ? names : standard,
                    out_status, err);
}

static int
test(const struct action *action, char *const *options, char *const *names,
     int *out_status, struct err *err)
{
    struct policy_test_options given = {0};
    (void)action;
    for (; *options != NULL; options++)
        *(strcmp(*options, "--junit") == 0 ? &given.junit
                                           : &given.no_attacks) = true;
    return policy_test(names, &given, out_status, err);
}

/* clang-format off */
static const struct action actions[] = {
    {"check",   "FILE...",      1, 0, false, {0}, check},
    {"show",    "[FILE]",       0, 1, true, {"--effective", "--origin", "--json"}, show},
    {"explain", "NAME...",      1, 0, false, {0}, explain},
    {"diff",    "OLD NEW",      2, 2, false, {0}, show},
    {"test",    "FILE...",      1, 0, false, {"--junit", "--no-attacks"}, test},
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
                   "immure policy has no \"%s\"; it has check, show, explain, "
                   "diff and test",
                   word);
}

static bool
asks_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool
has_option(const struct action *action, const char *word)
{
    for (size_t i = 0; i < 4; i++)
        if (action->options[i] != NULL &&
            strcmp(action->options[i], word) == 0)
            return true;
    return false;
}

/* Options come first; one that is given twice is as one. */
static int
run_action(const struct action *action, char **words, int *out_status,
           struct err *err)
{
    OWNED_BUF space = calloc(count(words) + 1, sizeof(char *));
    char **options = (char **)(void *)space;
    size_t n = 0;
    if (options == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    for (; *words != NULL && words[0][0] == '-'; words++) {
        if (strcmp(*words, "--") == 0) {
            words++;
            break;
        }
        if (!has_option(action, *words))
            return err_set(err, ERR_USAGE, 0,
                           "immure policy %s has no option %s", action->name,
                           *words);
        options[n++] = *words;
    }
    if (n > 1 && action->one)
        return err_set(err, ERR_USAGE, 0,
                       "immure policy %s: %s and %s have no effect together",
                       action->name, options[0], options[1]);
    int given = (int)count(words);
    if (given < action->least || (action->most > 0 && given > action->most))
        return err_set(err, ERR_USAGE, 0,
                       "immure policy %s: which? write immure policy %s %s",
                       action->name, action->name, action->operands);
    return action->run(action, options, words, out_status, err);
}

int
cmd_policy(const struct cli *cli, int *out_status, struct err *err)
{
    const char *word = cli->argc > 1 ? cli->argv[1] : NULL;
    if (word == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "immure policy: write immure policy check FILE, or "
                       "show, explain, diff or test");
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
    return run_action(action, cli->argv + 2, out_status, err);
}
