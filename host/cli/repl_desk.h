/* The desk: a trusted Python child that answers a policy author's questions
 * (host/policy/_immure_desk.py).  It is started once and stays. */
#ifndef IMMURE_REPL_DESK_H
#define IMMURE_REPL_DESK_H

#include <stdbool.h>
#include <stdio.h>

#include "host/cli/options.h"
#include "host/cli/tool.h"

struct desk {
    FILE *ask, *answers;
    struct tool_talk talk;
};

struct desk_answer {
    bool known; /* false: text says what is wrong */
    char *text; /* malloc'd */
    char *
        policy; /* malloc'd JSON of the policy in effect from now on, or NULL */
};

/* Start it over the policy of the options, and take its first answer. */
int desk_start(struct desk *desk, const struct options *options,
               struct desk_answer *out, struct err *err);

/* One question and its words, ended by NULL. */
int desk_ask(struct desk *desk, const char *const *words,
             struct desk_answer *out, struct err *err);

void desk_stop(struct desk *desk);
void desk_answer_clear(struct desk_answer *answer);

#define OWNED_ANSWER                                                          \
    __attribute__((cleanup(desk_answer_clear))) struct desk_answer

#endif
