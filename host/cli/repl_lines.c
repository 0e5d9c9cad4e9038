#include "host/cli/repl_lines.h"

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <wchar.h>

#include "host/cleanup.h"
#include "host/cli/output.h"

enum { HISTORY_LINES = 10000, LIST_WIDTH = 80 };

struct lines {
    EditLine *edit; /* NULL: a pipe */
    History *history;
    int signals;
    bool echo, interrupted;
    const char *prompt;
    char *line; /* malloc'd: of getline(3), or a copy of the edited one */
    size_t room;
    mbstate_t decoding;
    lines_complete *complete;
    void *arg;
};

static char *
prompt_of(EditLine *edit)
{
    struct lines *lines;
    el_get(edit, EL_CLIENTDATA, &lines);
    return (char *)(uintptr_t)lines->prompt; /* which libedit only reads */
}

/* A byte, or -1 at the end of input and when ^C came first. */
static int
read_byte(struct lines *lines)
{
    struct pollfd p[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                          {.fd = lines->signals, .events = POLLIN}};
    struct signalfd_siginfo info;
    unsigned char byte;
    while (poll(p, 2, -1) < 0)
        if (errno != EINTR)
            return -1;
    if (p[1].revents != 0 &&
        read(lines->signals, &info, sizeof info) == sizeof info) {
        lines->interrupted = true;
        return -1;
    }
    ssize_t n;
    do
        n = read(STDIN_FILENO, &byte, 1);
    while (n < 0 && errno == EINTR);
    return n == 1 ? byte : -1;
}

/* libedit's reader of characters.  0: the end. */
static int
read_character(EditLine *edit, wchar_t *out)
{
    struct lines *lines;
    el_get(edit, EL_CLIENTDATA, &lines);
    for (;;) {
        int byte = read_byte(lines);
        if (byte < 0)
            return lines->interrupted ? -1 : 0;
        char c = (char)byte;
        size_t n = mbrtowc(out, &c, 1, &lines->decoding);
        if (n == (size_t)-1) {
            lines->decoding = (mbstate_t){0};
            *out = L'?';
        }
        if (n != (size_t)-2)
            return 1;
    }
}

static void
free_list(char **list)
{
    for (char **each = list; list != NULL && *each != NULL; each++)
        free(*each);
    free(list);
}

static size_t
common_length(char *const *list)
{
    size_t n = strlen(list[0]);
    for (size_t i = 1; list[i] != NULL; i++)
        while (strncmp(list[0], list[i], n) != 0)
            n--;
    return n;
}

static void
print_columns(char *const *list)
{
    size_t widest = 1, at = 0;
    for (size_t i = 0; list[i] != NULL; i++)
        if (strlen(list[i]) > widest)
            widest = strlen(list[i]);
    size_t columns = LIST_WIDTH / (widest + 2) + (widest + 2 > LIST_WIDTH);
    output_print("\n");
    for (size_t i = 0; list[i] != NULL; i++) {
        bool last = list[i + 1] == NULL || (at + 1) % columns == 0;
        at++;
        output_print("%s%*s", list[i],
                     last ? 0 : (int)(widest + 2 - strlen(list[i])), "");
        if (last)
            output_print("\n");
    }
    fflush(stdout);
}

/* The part of the last word behind its last dot, which completions replace. */
static size_t
stem_length(const char *before)
{
    size_t n = 0, len = strlen(before);
    while (n < len && strchr(" \t.()[]{},:;=+-*/%&|^~<>@!'\"",
                             before[len - n - 1]) == NULL)
        n++;
    return n;
}

static unsigned char
on_tab(EditLine *edit, int key)
{
    struct lines *lines;
    (void)key;
    el_get(edit, EL_CLIENTDATA, &lines);
    const LineInfo *info = el_line(edit);
    OWNED_STR before =
        strndup(info->buffer, (size_t)(info->cursor - info->buffer));
    if (before == NULL || before[strspn(before, " \t")] == '\0')
        return el_insertstr(edit, "    ") == 0 ? CC_REFRESH : CC_ERROR;
    char **found = lines->complete(lines->arg, before);
    unsigned char answer = CC_ERROR;
    if (found != NULL && found[0] != NULL) {
        size_t stem = stem_length(before), common = common_length(found);
        if (common > stem) {
            found[0][common] = '\0';
            (void)el_insertstr(edit, found[0] + stem);
            answer = CC_REFRESH;
        } else if (found[1] != NULL) {
            print_columns(found);
            answer = CC_REDISPLAY;
        }
    }
    free_list(found);
    return answer;
}

static int
open_editor(struct lines *lines, struct err *err)
{
    HistEvent event;
    lines->edit = el_init("immure", stdin, stdout, stderr);
    lines->history = history_init();
    if (lines->edit == NULL || lines->history == NULL)
        return err_set(err, ERR_SYSTEM, 0,
                       "this terminal can't be edited on: give the input "
                       "through a pipe");
    history(lines->history, &event, H_SETSIZE, HISTORY_LINES);
    history(lines->history, &event, H_SETUNIQUE, 1);
    el_set(lines->edit, EL_CLIENTDATA, lines);
    el_set(lines->edit, EL_PROMPT, prompt_of);
    el_set(lines->edit, EL_EDITOR, "emacs");
    el_set(lines->edit, EL_SIGNAL, 1);
    el_set(lines->edit, EL_HIST, history, lines->history);
    el_set(lines->edit, EL_GETCFN, read_character);
    el_set(lines->edit, EL_ADDFN, "immure-complete", "names", on_tab);
    el_set(lines->edit, EL_BIND, "^I", "immure-complete", NULL);
    el_set(lines->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(lines->edit, NULL); /* the person's ~/.editrc */
    return 0;
}

int
lines_open(int signals, bool echo, lines_complete *complete, void *arg,
           struct lines **out, struct err *err)
{
    struct lines *lines = calloc(1, sizeof *lines);
    if (lines == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    lines->signals = signals;
    lines->echo = echo;
    lines->complete = complete;
    lines->arg = arg;
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
        open_editor(lines, err) != 0) {
        lines_close(lines);
        return -1;
    }
    *out = lines;
    return 0;
}

static enum line_kind
read_edited(struct lines *lines, const char **out)
{
    int n;
    HistEvent event;
    lines->interrupted = false;
    lines->decoding = (mbstate_t){0};
    const char *got = el_gets(lines->edit, &n);
    if (lines->interrupted) {
        el_reset(lines->edit);
        output_print("\nKeyboardInterrupt\n");
        return LINE_INTERRUPT;
    }
    if (got == NULL || n <= 0) {
        output_print("\n");
        return LINE_END;
    }
    free(lines->line);
    lines->line = strndup(got, strcspn(got, "\n"));
    *out = lines->line ? lines->line : "";
    if ((*out)[strspn(*out, " \t")] != '\0')
        history(lines->history, &event, H_ENTER, *out);
    return LINE_TEXT;
}

enum line_kind
lines_read(struct lines *lines, const char *prompt, const char **out)
{
    lines->prompt = prompt;
    fflush(stdout);
    if (lines->edit != NULL)
        return read_edited(lines, out);
    ssize_t n = getline(&lines->line, &lines->room, stdin);
    if (n < 0)
        return LINE_END;
    lines->line[strcspn(lines->line, "\n")] = '\0';
    *out = lines->line;
    return LINE_TEXT;
}

/* No blank at the end of a line. */
void
lines_echo(const struct lines *lines, const char *prompt, const char *line)
{
    int n = (int)strlen(prompt) - (line[0] == '\0');
    if (lines->echo && lines->edit == NULL)
        output_print("%.*s%s\n", n, prompt, line);
    fflush(stdout);
}

bool
lines_are_edited(const struct lines *lines)
{
    return lines->edit != NULL;
}

bool
lines_pending(const struct lines *lines)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    return lines->edit == NULL || (poll(&p, 1, 0) == 1);
}

void
lines_close(struct lines *lines)
{
    if (lines == NULL)
        return;
    if (lines->edit != NULL)
        el_end(lines->edit);
    if (lines->history != NULL)
        history_end(lines->history);
    free(lines->line);
    free(lines);
}
