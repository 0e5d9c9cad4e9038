/* The broker's own wall.  It is trusted with addresses and secrets, but what
 * servers and guests send it is not: if a library of its falls to that, this
 * is what is left to it.
 *
 * Always: no_new_privs, no capability, not dumpable, no core file, and the
 * system calls of broker_syscalls[].  Where the kernel has Landlock: no file
 * but those that names and certificates are looked up in, and what the
 * policy's gateways name. */
#ifndef IMMURE_CONFINE_H
#define IMMURE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "host/err.h"

enum { CONFINE_PATHS = 64 };

struct confine_path {
    char *path; /* malloc'd; a file, or a folder with all below */
    bool writable;
};

struct confine {
    struct confine_path paths[CONFINE_PATHS];
    size_t npaths;
};

/* Before anything is read that is not the operator's: of this process, and
 * not yet of its files and calls. */
int confine_early(struct err *err);

/* A file or folder that a gateway needs. */
int confine_allow(struct confine *confine, const char *path, bool writable,
                  struct err *err);

/* For good.  With one thread only; a library that looks at its environment or
 * its files once must have. */
int confine_close(const struct confine *confine, struct err *err);

void confine_clear(struct confine *confine);

#endif
