/* The operator's packages: where the interpreter finds them.
 *
 * Their folders come by a descriptor of their own.  The paths are used and
 * wiped before the interpreter starts: no guest has them in its memory. */
#ifndef IMMURE_ZYGOTE_PACKAGES_H
#define IMMURE_ZYGOTE_PACKAGES_H

#include <stddef.h>

#include "host/err.h"
#include "host/wall/wall.h"
#include "host/wire/control.h"

struct packages {
    char *text; /* malloc'd */
    const char *paths[CONTROL_PACKAGES_MAX];
    size_t count;
};

/* Read and close CONTROL_FD_PACKAGES. */
int packages_read(struct packages *out, struct err *err);

/* Wipe the paths and free them. */
void packages_clear(struct packages *packages);
#define OWNED_PACKAGES __attribute__((cleanup(packages_clear))) struct packages

/* After the namespaces stand, before the interpreter starts: show the folders
 * as WALL_PACKAGES "/1", ... and hide all else; where the mount namespace does
 * not allow that, as /proc/self/fd/PACKAGES_FD + 1, ..., with the rest of the
 * file system in sight.  Nothing happens without packages. */
int packages_show(const struct packages *packages, struct wall *wall,
                  struct err *err);

/* Close what packages_show() opened: once all is imported. */
void packages_hide(const struct packages *packages);

enum { PACKAGES_FD = 63 };

#endif
