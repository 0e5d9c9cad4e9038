/* Descriptors: a guest has 0 to nofile-1, and no directory among them. */
#ifndef IMMURE_WALL_FDS_H
#define IMMURE_WALL_FDS_H

#include "host/wall/wall.h"

/* In the zygote, while there is a /proc: which numbers guests may have to
 * close one by one, where close_range(2) is refused. */
int fds_measure(struct wall *wall, struct err *err);

int fds_close(struct wall *wall, struct err *err);

#endif
