/* Descriptors: a guest has 0 to nofile-1, and no directory among them. */
#ifndef IMMURE_WALL_FDS_H
#define IMMURE_WALL_FDS_H

#include "host/wall/wall.h"

int fds_close(struct wall *wall, const struct wall_guest_limits *limits,
              struct err *err);

#endif
