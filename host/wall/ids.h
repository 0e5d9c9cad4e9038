/* Which host user a guest is: never root. */
#ifndef IMMURE_WALL_IDS_H
#define IMMURE_WALL_IDS_H

#include <stdbool.h>

#include "host/wall/wall.h"

/* The uid and gid of every guest inside a user namespace; on the host that of
 * a guest that root started ("nobody": it owns no files). */
enum { IDS_NOBODY = 65534 };

/* Fill wall->uid, gid (as this namespace numbers them) and change_ids, and
 * leave root's supplementary groups. */
int ids_choose(struct wall *wall, struct err *err);

/* Become wall->uid and gid, where this process is root.  Clears dumpable and
 * the parent-death signal in the kernel, and puts both back. */
int ids_change(struct wall *wall, struct err *err);

/* Does this user namespace have these ids, as users and as groups?  Root's
 * question. */
bool ids_maps(uid_t first, unsigned count);

/* Can root's zygote, in no user namespace of its own, keep the right to become
 * other users when it leaves uid 0 itself? */
bool ids_can_keep(const struct wall *wall);

/* In a guest: become limits->uid, its own, and let go of what the zygote kept
 * for that. */
int ids_become_own(struct wall *wall, struct err *err);

#endif
