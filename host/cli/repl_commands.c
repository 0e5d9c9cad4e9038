/* The REPL's own commands: lines that begin with a colon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/cli.h"
#include "host/cli/nearest.h"
#include "host/cli/output.h"
#include "host/cli/repl.h"
#include "host/cli/slurp.h"

enum { WORDS_MAX = 32, PROGRAM_MAX = 16 << 20 };

struct repl_command {
    const char *name, *operands, *help;
    int least, most; /* words behind the name */
    int (*run)(struct repl *r, const char **words, struct err *err);
};

/* --- a policy for the guests ---------------------------------------------- */

/* A guest of it runs, or *err says why there is none. */
static int
try_policy(struct repl *r, const char *policy, struct err *err)
{
    struct immure_result result = {0};
    bool dead;
    if (guest_use(&r->guest, policy, err) != 0 ||
        guest_run(&r->guest, "pass", true, false, &result, &dead, err) != 0)
        return -1;
    immure_result_clear(&result);
    return 0;
}

static int
replay(struct repl *r, struct err *err)
{
    bool stopped;
    if (guest_replay(&r->guest, true, repl_tell_change, r, &stopped, err) != 0)
        return -1;
    if (stopped)
        repl_print(r, "stopped: not all inputs have run again");
    return 0;
}

/* With a policy that no guest can have, all stays as it was. */
static int
use_policy(struct repl *r, struct desk_answer *new, struct err *err)
{
    if (try_policy(r, new->policy, err) == 0) {
        repl_print(r, new->text);
        free(r->policy);
        r->policy = take_str(&new->policy);
        return replay(r, err);
    }
    static const char *const undo[] = {"undo", NULL};
    OWNED_ANSWER answer = {0};
    repl_print_head(r, err->msg);
    repl_print(r, "the policy is as it was");
    if (desk_ask(&r->desk, undo, &answer, err) != 0 ||
        guest_use(&r->guest, r->policy, err) != 0)
        return -1;
    return replay(r, err);
}

int
repl_ask(struct repl *r, const char *const *words, struct err *err)
{
    OWNED_ANSWER answer = {0};
    if (desk_ask(&r->desk, words, &answer, err) != 0)
        return err->code == ERR_USAGE ? (repl_print(r, err->msg), 0) : -1;
    if (answer.policy != NULL)
        return use_policy(r, &answer, err);
    if (answer.known)
        repl_print(r, answer.text);
    else
        repl_print_head(r, answer.text);
    return 0;
}

/* --- commands: words[0] is the name without its colon --------------------- */

static int
ask(struct repl *r, const char **words, struct err *err)
{
    return repl_ask(r, words, err);
}

static int
limits(struct repl *r, const char **words, struct err *err)
{
    if (repl_ask(r, words, err) != 0)
        return -1;
    if (words[1] == NULL && r->usage != NULL)
        repl_print(r, r->usage);
    return 0;
}

static int
usage(struct repl *r, const char **words, struct err *err)
{
    (void)words, (void)err;
    repl_print(r, r->usage ? r->usage : "no input has run yet");
    return 0;
}

static int
layers(struct repl *r, const char **words, struct err *err)
{
    char name[] = "doctor";
    char *argv[] = {name, NULL};
    const struct cli cli = {.argc = 1, .argv = argv};
    int status;
    (void)words;
    if (cmd_doctor(&cli, &status, err) != 0)
        repl_print(r, err->msg);
    return 0;
}

static int
trace(struct repl *r, const char **words, struct err *err)
{
    (void)err;
    if (strcmp(words[1], "on") != 0 && strcmp(words[1], "off") != 0) {
        repl_print(r, "write :trace on, or :trace off");
        return 0;
    }
    r->trace = strcmp(words[1], "on") == 0;
    repl_print(r, r->trace
                      ? "each denial is told as it happens, also what the "
                        "code catches, and what each input used"
                      : "each input tells the denial that ended it");
    return 0;
}

static int
reset(struct repl *r, const char **words, struct err *err)
{
    (void)words;
    if (guest_reset(&r->guest, err) != 0)
        return -1;
    repl_print(r, "a fresh guest; earlier inputs are forgotten, the policy "
                  "stays");
    return 0;
}

static int
load(struct repl *r, const char **words, struct err *err)
{
    OWNED_STR text = NULL;
    size_t len;
    struct err why;
    const struct slurp what = {.path = words[1],
                               .fd = -1,
                               .label = "",
                               .max = PROGRAM_MAX,
                               .too_large = "over 16M, no program"};
    if (slurp_read(&what, &text, &len, &why) != 0) {
        repl_print(r, why.msg);
        return 0;
    }
    return repl_run(r, text, true, err);
}

static int
quit(struct repl *r, const char **words, struct err *err)
{
    (void)words, (void)err;
    r->leave = true;
    return 0;
}

static int help(struct repl *r, const char **words, struct err *err);

/* clang-format off */
static const struct repl_command commands[] = {
    {"why",      "NAME...",   "whether guests have a name, which rule says so, and what to do", 1, 0, ask},
    {"can",      "WORD...",   "the same in a line for each: names, system calls, layers, limits", 1, 0, ask},
    {"policy",   "[SECTION]", "the policy in effect, and where each value comes from", 0, 1, ask},
    {"allow",    "NAME...",   "let guests use a function or type, or import a module", 1, 0, ask},
    {"deny",     "NAME...",   "take one away", 1, 0, ask},
    {"limits",   "[NAME=VALUE]", "the limits, and what the last input used; or another limit", 0, 0, limits},
    {"usage",    "",          "what the last input used", 0, 0, usage},
    {"diff",     "",          "what your changes give to guests, and take from them", 0, 0, ask},
    {"save",     "FILE",      "write your changes as a policy", 1, 1, ask},
    {"trace",    "on|off",    "tell each denial as it happens, also those that the code catches", 1, 1, trace},
    {"probe",    "",          "try immure's own attacks on guests of this very policy", 0, 0, repl_probe},
#ifdef LAYER_TESTS
    {"break",    "wall",      "run the next input without the gate: what does the wall alone stop?", 1, 1, repl_break},
#endif
    {"layers",   "",          "try every layer of the wall on this machine", 0, 0, layers},
    {"syscalls", "",          "the system calls that are left to guests, and why", 0, 0, ask},
    {"load",     "FILE",      "run a file's program in the session", 1, 1, load},
    {"reset",    "",          "a fresh guest; forget the inputs", 0, 0, reset},
    {"help",     "",          "this list", 0, 0, help},
    {"quit",     "",          "leave; so does ^D", 0, 0, quit},
};
/* clang-format on */

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static int
help(struct repl *r, const char **words, struct err *err)
{
    (void)words, (void)err, (void)r;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        char left[48];
        snprintf(left, sizeof left, ":%s %s", commands[i].name,
                 commands[i].operands);
        output_print("  %-22s%s\n", left, commands[i].help);
    }
    output_print("All else is Python.  A changed policy gets a new guest, "
                 "which runs your inputs\nagain and tells what ends "
                 "differently.\n");
    return 0;
}

static const struct repl_command *
find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void
say_unknown(const struct repl *r, const char *name)
{
    char line[256];
    const char *near = NULL;
    for (size_t i = 0; i < COMMAND_COUNT && near == NULL; i++)
        if (nearest_is_typo(name, commands[i].name) ||
            (name[0] != '\0' &&
             strncmp(name, commands[i].name, strlen(name)) == 0))
            near = commands[i].name;
    if (near != NULL)
        snprintf(line, sizeof line, "no command :%.60s; did you mean :%s?",
                 name, near);
    else
        snprintf(line, sizeof line, "no command :%.60s; :help lists them",
                 name);
    repl_print_head(r, line);
}

int
repl_command(struct repl *r, const char *line, struct err *err)
{
    OWNED_STR copy = strdup(line + 1);
    const char *words[WORDS_MAX + 1] = {""};
    char *rest = NULL;
    int n = 0;
    for (char *word = copy ? strtok_r(copy, " \t", &rest) : NULL;
         word != NULL && n < WORDS_MAX; word = strtok_r(NULL, " \t", &rest))
        words[n++] = word;
    const struct repl_command *command = find(words[0]);
    if (command == NULL) {
        say_unknown(r, words[0]);
        return 0;
    }
    bool many = command->operands[0] != '\0' && command->most == 0;
    if (n - 1 < command->least || (n - 1 > command->most && !many)) {
        char said[128];
        snprintf(said, sizeof said, "write :%s %s", command->name,
                 command->operands);
        repl_print_head(r, said);
        return 0;
    }
    return command->run(r, words, err);
}

char **
repl_command_names(const char *begun)
{
    size_t n = 0;
    char **list = calloc(COMMAND_COUNT + 1, sizeof *list);
    for (size_t i = 0; list != NULL && i < COMMAND_COUNT; i++)
        if (strncmp(commands[i].name, begun + 1, strlen(begun + 1)) == 0)
            list[n++] = strdup(commands[i].name);
    return list;
}
