/* Host user ids for guests, one each, that nobody else has: given out by the
 * supervisor when root started it.
 *
 * A guest's kernel objects are then its own user's: another guest, were its
 * filter to fail, could neither signal nor trace it, and RLIMIT_NPROC counts
 * it alone. */
#ifndef IMMURE_WALL_UIDS_H
#define IMMURE_WALL_UIDS_H

#include <sys/types.h>

#include "host/err.h"

struct uids;

/* *out is NULL where there are none to give, and *out_why the errno that said
 * so; that is no error. */
int uids_find(struct uids **out, int *out_why, struct err *err);
void uids_free(struct uids *uids);

/* One of WALL_UIDS_FIRST and up.  It is nobody else's until it is given back,
 * or this process has ended. */
int uids_take(struct uids *uids, uid_t *out, struct err *err);
void uids_give_back(struct uids *uids, uid_t uid);

#endif
