/* Errors of host/: one struct, filled in place, passed last.
 *
 * A function that can fail returns 0, or -1 with *err filled; there is no
 * third value.  err_set() never allocates, so it may be called after fork and
 * when memory is gone. */
#ifndef IMMURE_ERR_H
#define IMMURE_ERR_H

enum err_code {
    ERR_NONE = 0,
    ERR_USAGE,  /* the caller's words: options, files, sizes */
    ERR_POLICY, /* the policy file */
    ERR_WALL,   /* a kernel layer could not be put up */
    ERR_GATE,   /* the interpreter layer could not be closed */
    ERR_SYSTEM, /* a system call failed; sys_errno says how */
    ERR_MEMORY, /* out of memory */
    ERR_PROTO,  /* a malformed or oversized frame */
    ERR_GONE,   /* the other end is gone */
    ERR_BUSY,   /* no room for more now */
    ERR_CANCELLED,
};

struct err {
    enum err_code code;
    int sys_errno; /* 0, or the errno of the call that failed */
    char msg[512]; /* one line, no newline; names the object and the call */
};

/* Fill *err and return -1.  When sys_errno is not 0, ": " and its text are
 * appended.  err may be NULL. */
int err_set(struct err *err, enum err_code code, int sys_errno,
            const char *fmt, ...) __attribute__((format(printf, 4, 5)));

void err_clear(struct err *err);

#endif
