/* Host user ids for guests, one each, that nobody else has: given out by the
 * supervisor, to root's guests of a range of immure's own, to an ordinary
 * user's of what /etc/subuid and /etc/subgid give him.
 *
 * A guest's kernel objects are then its own user's: another guest, were its
 * filter to fail, could neither signal nor trace it, and RLIMIT_NPROC counts
 * it alone. */
#ifndef IMMURE_WALL_UIDS_H
#define IMMURE_WALL_UIDS_H

#include <sys/types.h>

#include "host/wall/wall.h"

struct uids;

/* *out is NULL where there are none to give, for the reason in *why; that is
 * no error.  Asks the user database for this user's name. */
int uids_find(struct uids **out, struct err *why, struct err *err);
void uids_free(struct uids *uids);

/* For the walls of its zygotes; none of NULL. */
struct wall_uids uids_range(const struct uids *uids);

/* One of the range.  It is nobody else's until it is given back,
 * or this process has ended. */
int uids_take(struct uids *uids, uid_t *out, struct err *err);
void uids_give_back(struct uids *uids, uid_t uid);

#endif
