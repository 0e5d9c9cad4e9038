/* The root directory of guests: empty, read-only, of no disk. */
#ifndef IMMURE_WALL_ROOT_H
#define IMMURE_WALL_ROOT_H

#include <stdbool.h>

#include "host/wall/wall.h"

/* Before Landlock, whose domains forbid it, and while this process has the
 * rights.  Descriptors of old directories stay ways out: wall_guest() closes
 * them. */
int root_close(struct wall *wall, struct err *err);

/* The steps to another root, which view.c takes as well.  False with errno. */

/* Nothing that is mounted from here on shows outside; fails in a chroot. */
bool root_make_private(void);
/* A tmpfs over some folder, which becomes the working directory. */
bool root_mount_tmpfs(unsigned long flags, const char *options);
/* The working directory becomes the root, and the old root is gone. */
bool root_pivot(void);

#endif
