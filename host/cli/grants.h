/* --grant: functions outside that the guest may call. */
#ifndef IMMURE_GRANTS_H
#define IMMURE_GRANTS_H

#include <sys/types.h>

#include "host/cli/options.h"
#include "host/lib/immure.h"

/* What stands behind a granted name. */
struct service {
    char *name;
    char *command; /* exec: run by sh(1) */
    char *canned;  /* stub: JSON text; one of the two is NULL */
    pid_t pid;     /* 0: not started */
    int sock;      /* both its stdin and its stdout; -1 */
};

struct grants {
    struct immure_grant *rows; /* count of them, as services */
    struct service *services;
    size_t count;
};

/* NAME=exec:COMMAND or NAME=stub:JSON, each. */
int grants_read(const struct option_list *given, struct grants *out,
                struct err *err);

/* The event `called`; wall_ms: how long a command has for an answer. */
void grants_answer(struct grants *grants, uint64_t wall_ms,
                   struct immure_call *call, const char *function,
                   uint32_t serial, const void *data, size_t len);

/* Ends the commands that were started. */
void grants_clear(struct grants *grants);

#define OWNED_GRANTS __attribute__((cleanup(grants_clear))) struct grants

#endif
