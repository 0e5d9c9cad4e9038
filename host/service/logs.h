/* The access log, in the combined format, and the error log. */
#ifndef IMMURE_LOGS_H
#define IMMURE_LOGS_H

#include <stddef.h>
#include <stdint.h>

#include "host/buf.h"
#include "host/err.h"

struct log {
    const char *path; /* borrowed; NULL: none, "-": stdout, "": stderr */
    int fd;           /* owned, unless it is a standard one; -1: none */
    struct buf out;   /* what is not yet written */
};

struct logs {
    struct log access, errors;
    int64_t second; /* that `stamp` is for */
    char stamp[32];
};

int logs_open(struct logs *logs, const char *access, const char *errors,
              struct err *err);
void logs_clear(struct logs *logs);

/* Open both anew, for whoever has renamed them: what is open stays on
 * failure. */
int logs_reopen(struct logs *logs, struct err *err);

/* Hand what is there to the kernel; once for each turn of the loop. */
void logs_flush(struct logs *logs);

/* One request.  Texts may hold anything; NULL is "-". */
struct log_line {
    const char *client, *method, *target, *version, *referer, *agent;
    unsigned status;
    uint64_t bytes; /* of the body */
};
void logs_access(struct logs *logs, const struct log_line *line);

/* "[time] [name] message", and then the lines of `text`, each behind a tab:
 * a guest's text can't look like a line of ours.  name and text may be NULL. */
void logs_error(struct logs *logs, const char *name, const char *text,
                const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
