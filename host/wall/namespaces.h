/* Every namespace this kernel and caller allow. */
#ifndef IMMURE_WALL_NAMESPACES_H
#define IMMURE_WALL_NAMESPACES_H

#include "host/wall/wall.h"

/* wall_enter_namespaces(): returns 0 only in the new process. */
int namespaces_enter(struct wall *wall, struct err *err);

/* All but the pid and time namespaces, in the calling process. */
int namespaces_enter_in_place(struct wall *wall, struct err *err);

#endif
