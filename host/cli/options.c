#include "host/cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/nearest.h"

/* getopt_long's values: the row's index above every letter. */
enum { ROWS_MAX = 48, LONG_BASE = 256 };

struct parser {
    enum option_command command;
    struct option longs[ROWS_MAX];
    char letters[4 + 2 * ROWS_MAX];
    bool given[ROWS_MAX];
};

/* "+": options end at the first operand; ":": a missing argument is told
 * apart from an unknown option. */
static void
parser_init(struct parser *p, enum option_command command)
{
    size_t rows = 0, at = 2;
    *p = (struct parser){.command = command, .letters = "+:"};
    for (size_t i = 0; i < option_row_count && rows < ROWS_MAX - 1; i++) {
        const struct option_row *row = &option_rows[i];
        if (!(row->commands & (unsigned)command))
            continue;
        if (row->name != NULL)
            p->longs[rows++] = (struct option){
                row->name, row->arg ? required_argument : no_argument, NULL,
                LONG_BASE + (int)i};
        if (row->letter == 0)
            continue;
        p->letters[at++] = row->letter;
        if (row->arg != NULL)
            p->letters[at++] = ':';
    }
}

static const struct option_row *
find_letter(char letter, enum option_command command)
{
    for (size_t i = 0; i < option_row_count; i++)
        if (option_rows[i].letter == letter &&
            (option_rows[i].commands & (unsigned)command))
            return &option_rows[i];
    return NULL;
}

static const struct option_row *
find_name(const char *name, size_t length, enum option_command command)
{
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (row->name != NULL && (row->commands & (unsigned)command) &&
            strlen(row->name) == length &&
            memcmp(row->name, name, length) == 0)
            return row;
    }
    return NULL;
}

const char *
options_nearest(const char *name, enum option_command command)
{
    const char *best = NULL;
    unsigned least = 64;
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (row->name == NULL || !(row->commands & (unsigned)command))
            continue;
        unsigned distance = nearest_distance(name, row->name);
        bool begins = name[0] && strncmp(name, row->name, strlen(name)) == 0;
        if (begins)
            distance = 0;
        if (distance < least && (begins || nearest_is_typo(name, row->name))) {
            best = row->name;
            least = distance;
        }
    }
    return best;
}

static int
fail_unknown(const char *word, enum option_command command, struct err *err)
{
    char name[64];
    const char *begin = word + strspn(word, "-");
    snprintf(name, sizeof name, "%.*s", (int)strcspn(begin, "="), begin);
    const char *own = command == FOR_HOST ? "host" : "repl";
    if (command != FOR_RUN && find_name(name, strlen(name), FOR_RUN))
        return err_set(err, ERR_USAGE, 0,
                       "option --%s is not one of immure %s; see immure %s "
                       "--help",
                       name, own, own);
    const char *near = options_nearest(name, command);
    if (near != NULL)
        return err_set(err, ERR_USAGE, 0,
                       "unknown option %.*s; did you mean --%s?",
                       (int)strcspn(word, "="), word, near);
    return err_set(err, ERR_USAGE, 0, "unknown option %.*s; see immure --help",
                   (int)strcspn(word, "="), word);
}

static int
fail_argument(const struct option_row *row, struct err *err)
{
    if (row->name == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "-%c needs an argument: write -%c %s", row->letter,
                       row->letter, row->arg);
    return err_set(err, ERR_USAGE, 0, "--%s needs an argument: write --%s %s",
                   row->name, row->name, row->arg);
}

/* What getopt_long answered for `word`: its row, or NULL and *err. */
static const struct option_row *
read_answer(const struct parser *p, int answer, const char *word,
            struct err *err)
{
    bool is_long = strncmp(word, "--", 2) == 0;
    const struct option_row *row =
        is_long ? find_name(word + 2, strcspn(word + 2, "="), p->command)
                : find_letter(
                      (char)(answer == ':' || answer == '?' ? optopt : answer),
                      p->command);
    /* getopt_long takes --js for --json; a new option would change what such
     * a command line means. */
    if (row == NULL)
        fail_unknown(word, p->command, err);
    else if (answer == ':')
        fail_argument(row, err);
    else if (answer == '?')
        err_set(err, ERR_USAGE, 0, "--%s takes no argument", row->name);
    return answer == ':' || answer == '?' ? NULL : row;
}

static int
set_option(struct parser *p, const struct option_row *row, struct options *out,
           struct err *err)
{
    size_t i = (size_t)(row - option_rows);
    if (p->given[i] && !row->repeats)
        return err_set(err, ERR_USAGE, 0,
                       "--%s is given twice; the first would have no effect",
                       row->name);
    p->given[i] = true;
    return row->set(out, optarg, err);
}

static int
check_together(const struct options *o, struct err *err)
{
    if (o->report != NULL && o->report_fd >= 0)
        return err_set(err, ERR_USAGE, 0,
                       "--report and --report-fd: the result goes to one "
                       "place, choose one");
    if (o->json && o->report_fd == 1)
        return err_set(err, ERR_USAGE, 0,
                       "--json and --report-fd 1: both write the result to "
                       "stdout, choose one");
    if (o->json && o->explain)
        return err_set(err, ERR_USAGE, 0,
                       "--explain has no effect with --json: the denials are "
                       "in the result object, with their line and fix");
    return 0;
}

int
options_parse(int argc, char **argv, enum option_command command,
              struct options *out, struct err *err)
{
    struct parser p;
    parser_init(&p, command);
    *out = (struct options){.report_fd = -1};
    optind = 0; /* glibc: start anew, and read "+" again */
    opterr = 0;
    for (;;) {
        const char *word = argv[optind > 0 ? optind : 1];
        int answer = getopt_long(argc, argv, p.letters, p.longs, NULL);
        if (answer == -1)
            break;
        const struct option_row *row = read_answer(&p, answer, word, err);
        if (row == NULL || set_option(&p, row, out, err) != 0)
            return -1;
        if (row->last || out->help || out->version)
            break;
    }
    out->operands = optind;
    return out->help || out->version ? 0 : check_together(out, err);
}

void
options_clear(struct options *options)
{
    free(options->files.items);
    free(options->dirs.items);
    free(options->env.items);
    free(options->imports.items);
    free(options->folders.items);
    free(options->grants.items);
    free(options->gateways.items);
    *options = (struct options){.report_fd = -1};
}
