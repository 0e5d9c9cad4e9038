/* The log of what guests called outside: one line of JSON a call, in the
 * operator's file.  A call that can't be logged ends its guest. */
#ifndef IMMURE_AUDIT_H
#define IMMURE_AUDIT_H

#include "host/supervisor/calls.h"

enum { AUDIT_REFUSALS_MAX = 1000 }; /* lines of a job's refused calls */

struct audit {
    int fd; /* owned; -1: no log is kept */
};

/* Append to a file, which is made if need be. */
int audit_open(struct audit *audit, const char *path, struct err *err);
void audit_close(struct audit *audit);

struct audit_call {
    const char *policy; /* its hash */
    uint16_t job;
    struct span name;
    bool gateway;      /* of the policy's; else the client's function */
    size_t sent, came; /* bytes */
    uint64_t ns;
    enum answer_status status;
};

int audit_write(const struct audit *audit, const struct audit_call *call,
                struct err *err);

#endif
