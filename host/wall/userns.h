/* User namespaces: may we have one, and who is who in it. */
#ifndef IMMURE_WALL_USERNS_H
#define IMMURE_WALL_USERNS_H

#include <sys/types.h>

#include "host/wall/wall.h"

/* fork without the C library's handlers, with the flags of clone(2) and
 * SIGCHLD.  The child may only make system calls until it is alone. */
pid_t userns_clone(unsigned long flags);

/* Try it all in a child: make a user namespace, map its ids, and use a right
 * that it gives.  0, or the errno of what was refused.  A namespace alone
 * proves nothing: Ubuntu 24.04 grants it and refuses every right in it. */
int userns_try(const struct wall *wall);

/* Setuid programs of shadow-utils (newuidmap(1)). */
#define USERNS_NEWUIDMAP "/usr/bin/newuidmap"
#define USERNS_NEWGIDMAP "/usr/bin/newgidmap"

/* From outside: map wall->uid and gid to IDS_NOBODY in the new user namespace
 * of `pid`, for good; and if *uids the wall's uids as well: false afterwards
 * where that was refused.  0, or an errno. */
int userns_write_maps(pid_t pid, const struct wall *wall, bool *uids);

/* Enter a new user namespace without leaving the process. */
int userns_unshare(struct wall *wall, struct err *err);

#endif
