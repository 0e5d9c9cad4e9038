/* The operator's environment: gone from memory, not only from environ. */
#ifndef IMMURE_WALL_ENVIRONMENT_H
#define IMMURE_WALL_ENVIRONMENT_H

#include "host/wall/wall.h"

int environment_clear(struct wall *wall, struct err *err);

#endif
