/* The guest of a session, and its inputs, which can be run again. */
#ifndef IMMURE_REPL_GUEST_H
#define IMMURE_REPL_GUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "host/err.h"
#include "host/lib/immure.h"

struct input {
    char *code;    /* malloc'd */
    char *outcome; /* malloc'd: what came of it, for people */
    bool program;  /* a whole program, not one statement */
    bool deadly;   /* its guest did not survive it */
};

struct repl_guest {
    struct immure *im;
    unsigned policy;
    bool open; /* policy is */
    struct immure_limits limits;
    struct immure_call *session, *helper;
    int signals; /* signalfd with SIGINT; borrowed */
    bool quiet;  /* output of the guest is not passed on */
    /* Told of each denial of the session as it happens, or NULL. */
    void (*denied)(void *arg, const json_t *denial);
    void *denied_arg;
    struct input *inputs; /* malloc'd */
    size_t ninputs;
};

/* zygote and zygote_args as in struct immure_config; NULL: as installed. */
int guest_open(struct repl_guest *g, int signals, const char *zygote,
               const char *const *zygote_args, struct err *err);
void guest_close(struct repl_guest *g);

/* Guests of this policy from now on; the session starts anew. */
int guest_use(struct repl_guest *g, const char *policy_json, struct err *err);

/* Run an input.  *out_dead: the session's guest did not survive it.  The
 * input is kept when `keep`. */
int guest_run(struct repl_guest *g, const char *code, bool program, bool keep,
              struct immure_result *out, bool *out_dead, struct err *err);

/* A fresh guest runs the kept inputs again: all, or only those whose guest
 * survived.  changed() is told of outcomes that are not what they were; a ^C
 * ends it (*out_stopped). */
typedef void guest_changed(void *arg, size_t number, const char *before,
                           const char *now, const char *code);
int guest_replay(struct repl_guest *g, bool all, guest_changed *changed,
                 void *arg, bool *out_stopped, struct err *err);

/* The last of the first `end` inputs whose guest survived, as far as is known,
 * did not; false: there is none. */
bool guest_mark_last(struct repl_guest *g, size_t end);

/* The session forgets everything. */
int guest_reset(struct repl_guest *g, struct err *err);

/* A bounded question: `question` is run with _given (and _space, the guest's
 * names), in the session's guest or in one that runs nothing else.  *out is
 * malloc'd, what it printed: "" when there is no answer. */
int guest_ask(struct repl_guest *g, bool session, const char *question,
              const char *given, char **out, struct err *err);

#endif
