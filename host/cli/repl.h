/* immure repl, among its files. */
#ifndef IMMURE_REPL_H
#define IMMURE_REPL_H

#include "host/cli/options.h"
#include "host/cli/repl_desk.h"
#include "host/cli/repl_guest.h"
#include "host/cli/repl_lines.h"

struct repl {
    struct desk desk;
    struct repl_guest guest;
    struct lines *lines; /* owned */
    int signals;         /* signalfd with SIGINT, owned */
    bool trace;          /* tell each denial as it happens */
    bool without_gate;   /* the next input is to run so, see repl_break() */
    bool colour;
    bool leave;
    char *policy; /* malloc'd JSON of the policy in effect */
    char *usage;  /* malloc'd: what the last input used, or NULL */
};

/* Run one input and show what came of it. */
int repl_run(struct repl *r, const char *code, bool program, struct err *err);

/* Ask the desk, show what it says, and act upon a new policy.  words is ended
 * by NULL. */
int repl_ask(struct repl *r, const char *const *words, struct err *err);

/* A line that begins with a colon. */
int repl_command(struct repl *r, const char *line, struct err *err);

/* The command :probe. */
int repl_probe(struct repl *r, const char **words, struct err *err);

/* The command :break, and the input behind it. */
int repl_break(struct repl *r, const char **words, struct err *err);
int repl_run_without_gate(struct repl *r, const char *code, struct err *err);

/* Names of commands that begin so; as lines_complete. */
char **repl_command_names(const char *begun);

/* immure's own words on stdout: control characters are replaced, a head is
 * red on a terminal. */
void repl_print(const struct repl *r, const char *text);
void repl_print_head(const struct repl *r, const char *text);

/* arg is a struct repl; as guest_changed. */
void repl_tell_change(void *arg, size_t number, const char *before,
                      const char *now, const char *code);

/* arg is a struct repl; as the denied of struct repl_guest. */
void repl_tell_denial(void *arg, const json_t *denial);

/* What a guest's result says beyond its own output. */
void repl_show(struct repl *r, const struct immure_result *result);

#endif
