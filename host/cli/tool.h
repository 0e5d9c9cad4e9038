/* Trusted Python tools: short-lived children, `immure-zygote --tool NAME`. */
#ifndef IMMURE_TOOL_H
#define IMMURE_TOOL_H

#include <stddef.h>
#include <sys/types.h>

#include "host/cli/options.h"

/* Run a tool.  out_text gets its stdout (malloc'd); NULL: its stdout and
 * stderr are ours.  *out_status is its exit status; with out_text a status
 * other than 0 is an error, whose text is the tool's stderr. */
int tool_run(const char *const *args, char **out_text, int *out_status,
             struct err *err);

/* A tool that is talked to: ends when `in` is closed. */
struct tool_talk {
    pid_t pid;        /* the caller's to wait for */
    int in, out, err; /* owned by the caller; err: a memory file */
};
int tool_start(const char *const *args, struct tool_talk *out,
               struct err *err);

/* It ended unasked: what it said on stderr becomes *err. */
int tool_fail(const struct tool_talk *talk, struct err *err);

/* What holds on this machine: the JSON of `immure-supervisor --doctor`. */
int tool_doctor(char **out_text, struct err *err);

/* The effective policy of a file or a profile, with modules, folders of
 * packages and gateways from the command line; NULL: none.  No child is
 * started for a profile as it was shipped. */
int tool_policy(const char *given, const struct options *options,
                struct policy *out, struct err *err);

#endif
