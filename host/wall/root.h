/* The root directory of guests: empty, read-only, of no disk. */
#ifndef IMMURE_WALL_ROOT_H
#define IMMURE_WALL_ROOT_H

#include "host/wall/wall.h"

/* Before Landlock, whose domains forbid it, and while this process has the
 * rights.  Descriptors of old directories stay ways out: wall_guest() closes
 * them. */
int root_close(struct wall *wall, struct err *err);

#endif
