/* Landlock: a domain with no rule in it. */
#ifndef IMMURE_WALL_LANDLOCK_H
#define IMMURE_WALL_LANDLOCK_H

#include "host/wall/wall.h"

/* After pivot_root(2), which a domain forbids, and after no_new_privs. */
int landlock_restrict(struct wall *wall, struct err *err);

/* In each guest: a domain of its own inside that one, so that it can neither
 * trace nor (ABI 6) signal its zygote and other guests. */
int landlock_part(struct wall *wall, struct err *err);

#endif
