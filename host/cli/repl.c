/* immure repl: a person at a guest. */
#include "host/cli/repl.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/cli.h"
#include "host/cli/help.h"
#include "host/cli/output.h"
#include "host/cli/repl_questions.h"
#include "host/cli/say.h"

#define PROMPT ">>> "
#define MORE "... "

/* Lines that are not an input yet. */
struct block {
    char *text;    /* malloc'd, or NULL */
    unsigned held; /* empty lines behind it that may end it */
};

static void
block_clear(struct block *block)
{
    free(block->text);
    *block = (struct block){0};
}

/* --- inputs --------------------------------------------------------------- */

static size_t
count_alive(const struct repl_guest *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->ninputs; i++)
        n += !g->inputs[i].deadly;
    return n;
}

/* The session's guest is gone. */
static int
revive(struct repl *r, struct err *err)
{
    bool stopped;
    char line[128];
    size_t n = count_alive(&r->guest);
    if (guest_replay(&r->guest, false, repl_tell_change, r, &stopped, err) !=
        0)
        return -1;
    if (n == 0)
        snprintf(line, sizeof line,
                 "that guest is gone; the next input has "
                 "a new one");
    else
        snprintf(line, sizeof line,
                 "that guest is gone; a new one has run the other %zu "
                 "input%s again%s",
                 n, n > 1 ? "s" : "", stopped ? ", up to your ^C" : "");
    repl_print(r, line);
    return 0;
}

int
repl_run(struct repl *r, const char *code, bool program, struct err *err)
{
    struct immure_result result = {0};
    bool dead;
    if (r->without_gate)
        return repl_run_without_gate(r, code, err);
    if (guest_run(&r->guest, code, program, true, &result, &dead, err) != 0) {
        /* An input has ended it with sys.exit(): only now is that seen. */
        if (err->code != ERR_GONE ||
            !guest_mark_last(&r->guest, r->guest.ninputs) ||
            revive(r, err) != 0 ||
            guest_run(&r->guest, code, program, true, &result, &dead, err) !=
                0)
            return -1;
    }
    repl_show(r, &result);
    immure_result_clear(&result);
    return dead ? revive(r, err) : 0;
}

/* --- lines ---------------------------------------------------------------- */

static char *
joined(const struct block *block, const char *line)
{
    char *text = NULL;
    if (block->text == NULL)
        return strdup(line);
    return asprintf(&text, "%s%.*s\n%s", block->text, (int)block->held,
                    "\n\n\n\n\n\n\n\n", line) < 0
               ? NULL
               : text;
}

enum state { COMPLETE, INCOMPLETE, WRONG, SPLIT };

/* A guest that can't say counts the input as complete. */
static enum state
ask_state(struct repl *r, const char *text)
{
    static const struct {
        const char *word;
        enum state state;
    } rows[] = {
        {"incomplete", INCOMPLETE}, {"wrong", WRONG}, {"split", SPLIT}};
    OWNED_STR said = NULL;
    struct err err;
    (void)guest_ask(&r->guest, false, repl_state, text, &said, &err);
    for (size_t i = 0; said != NULL && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(said, rows[i].word) == 0)
            return rows[i].state;
    return COMPLETE;
}

static bool
is_blank(const char *line)
{
    return line[strspn(line, " \t\r\f")] == '\0';
}

/* Run what has been collected, closed as by an empty line. */
static int
run_block(struct repl *r, struct block *block, struct err *err)
{
    OWNED_STR whole = joined(block, "");
    for (unsigned i = 0; i < block->held; i++)
        lines_echo(r->lines, MORE, "");
    block_clear(block);
    if (whole == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return repl_run(r, whole, false, err);
}

static int
take_first(struct repl *r, struct block *block, const char *line,
           struct err *err)
{
    lines_echo(r->lines, PROMPT, line);
    if (is_blank(line))
        return 0;
    if (line[0] == ':')
        return repl_command(r, line, err);
    if (ask_state(r, line) != INCOMPLETE)
        return repl_run(r, line, false, err);
    block->text = strdup(line);
    return block->text ? 0 : err_set(err, ERR_MEMORY, 0, "out of memory");
}

/* In a pipe or a paste an empty line ends a block only where the next line is
 * not indented: functions there have empty lines of their own. */
static int
take_more(struct repl *r, struct block *block, const char *line,
          struct err *err)
{
    enum { HELD_MOST = 8 };
    bool blank = is_blank(line), indented = strchr(" \t", line[0]) != NULL;
    if (blank && lines_pending(r->lines) && block->held < HELD_MOST) {
        block->held++;
        return 0;
    }
    if (block->held > 0 && !blank && !indented) {
        OWNED_STR closed = joined(block, "");
        if (closed != NULL && ask_state(r, closed) == COMPLETE)
            return run_block(r, block, err) != 0
                       ? -1
                       : take_first(r, block, line, err);
    }
    OWNED_STR whole = joined(block, line);
    if (whole == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    enum state state = ask_state(r, whole);
    for (unsigned i = 0; i < block->held && state != SPLIT; i++)
        lines_echo(r->lines, MORE, "");
    if (state != SPLIT)
        lines_echo(r->lines, MORE, line);
    switch (state) {
    case INCOMPLETE:
        block_clear(block);
        block->text = take_str(&whole);
        return 0;
    case SPLIT:
        return run_block(r, block, err) != 0 ? -1
                                             : take_first(r, block, line, err);
    case COMPLETE:
    case WRONG:
        break;
    }
    block_clear(block);
    return repl_run(r, whole, false, err);
}

static int
take_line(struct repl *r, struct block *block, const char *line,
          struct err *err)
{
    return block->text ? take_more(r, block, line, err)
                       : take_first(r, block, line, err);
}

static int
loop(struct repl *r, struct err *err)
{
    __attribute__((cleanup(block_clear))) struct block block = {0};
    while (!r->leave) {
        const char *line;
        switch (lines_read(r->lines, block.text ? MORE : PROMPT, &line)) {
        case LINE_INTERRUPT:
            block_clear(&block);
            break;
        case LINE_END:
            return block.text ? run_block(r, &block, err) : 0;
        case LINE_TEXT:
            if (take_line(r, &block, line, err) != 0)
                return -1;
            break;
        }
    }
    return 0;
}

/* --- completion ----------------------------------------------------------- */

static bool
is_name(const char *s)
{
    for (; *s != '\0'; s++)
        if (!((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z') &&
            !(*s >= '0' && *s <= '9') && *s != '_' && (unsigned char)*s < 0x80)
            return false;
    return true;
}

static char **
split_lines(char *text)
{
    size_t n = 0;
    char *rest = NULL;
    for (const char *s = text; *s != '\0'; s++)
        n += *s == '\n';
    char **list = calloc(n + 2, sizeof *list);
    if (list == NULL)
        return NULL;
    n = 0;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        list[n] = is_name(line) ? strdup(line) : NULL;
        n += list[n] != NULL;
    }
    return list;
}

static char **
complete(void *arg, const char *before)
{
    struct repl *r = arg;
    OWNED_STR said = NULL;
    struct err err;
    if (before[0] == ':' && strchr(before, ' ') == NULL)
        return repl_command_names(before);
    (void)guest_ask(&r->guest, true, repl_complete, before, &said, &err);
    return said ? split_lines(said) : NULL;
}

/* --- from start to end ---------------------------------------------------- */

static void
repl_clear(struct repl *r)
{
    lines_close(r->lines);
    guest_close(&r->guest);
    desk_stop(&r->desk);
    cleanup_fd(&r->signals);
    free(r->policy);
    free(r->usage);
}

/* ^C comes as a byte of a descriptor: here nothing happens behind a back. */
static int
take_signals(struct repl *r, struct err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return err_set(err, ERR_SYSTEM, errno, "block SIGINT");
    r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (r->signals < 0)
        return err_set(err, ERR_SYSTEM, errno, "make a signalfd");
    return 0;
}

static int
start(struct repl *r, const struct options *o, struct err *err)
{
    OWNED_ANSWER first = {0};
    if (take_signals(r, err) != 0 ||
        guest_open(&r->guest, r->signals, NULL, NULL, err) != 0 ||
        desk_start(&r->desk, o, &first, err) != 0 ||
        guest_use(&r->guest, first.policy, err) != 0)
        return -1;
    r->policy = take_str(&first.policy);
    r->guest.denied = repl_tell_denial;
    r->guest.denied_arg = r;
    return lines_open(r->signals, o->echo, complete, r, &r->lines, err);
}

static void
greet(const struct repl *r, const struct options *o)
{
    output_print("immure %s, policy %s.  :help lists commands, ^D leaves.\n",
                 PACKAGE_VERSION, o->policy ? o->policy : "pure");
    (void)r;
}

int
cmd_repl(const struct cli *cli, int *out_status, struct err *err)
{
    OWNED_OPTIONS o = {0};
    __attribute__((cleanup(repl_clear))) struct repl r = {.signals = -1};
    setlocale(LC_CTYPE, "");
    if (options_parse(cli->argc, cli->argv, FOR_REPL, &o, err) != 0)
        return -1;
    if (o.help || o.version) {
        *out_status = o.help ? help_repl() : help_version();
        return 0;
    }
    if (o.operands < cli->argc)
        return err_set(err, ERR_USAGE, 0,
                       "immure repl takes no file: \"%s\"; write :load %s "
                       "inside it",
                       cli->argv[o.operands], cli->argv[o.operands]);
    if (start(&r, &o, err) != 0)
        return -1;
    r.colour = lines_are_edited(r.lines) && getenv("NO_COLOR") == NULL;
    if (lines_are_edited(r.lines))
        greet(&r, &o);
    *out_status = 0;
    if (loop(&r, err) != 0)
        return -1;
    return output_flush(out_status);
}
