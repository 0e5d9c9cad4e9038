/* Capabilities and securebits, by the raw calls. */
#ifndef IMMURE_WALL_CAPS_H
#define IMMURE_WALL_CAPS_H

#include <stdbool.h>

#include "host/wall/wall.h"

/* Is the capability effective in this process's user namespace? */
bool caps_has(unsigned capability);

/* Lock uid 0 out of its special treatment.  Before ids_change(), which needs
 * no fixup, and before caps_drop(). */
int caps_lock_securebits(struct wall *wall, struct err *err);

/* Empty the bounding and ambient sets, as far as this process may. */
int caps_drop_bounding(struct wall *wall, struct err *err);

/* Empty the effective, permitted and inheritable sets, and look. */
int caps_drop_all(struct err *err);

/* The same in a zygote, which may keep what its guests need to become users of
 * their own: they let go of it (ids.h). */
int caps_drop(struct wall *wall, struct err *err);

#endif
