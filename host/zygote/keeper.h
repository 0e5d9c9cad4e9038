/* Where ptrace(2) is refused: the parent that learns how a guest ended. */
#ifndef IMMURE_KEEPER_H
#define IMMURE_KEEPER_H

#include <sys/types.h>

#include "host/wall/wall.h"

/* In the keeper, before the fork of its guest: die with the zygote, which
 * wall->parent names, and be what wall->parent names from now on. */
int keeper_begin(struct wall *wall, struct err *err);

/* Wait for the guest, send its struct control_ended over hello_fd, stay until
 * the supervisor has closed the other end.  Guest's pipes must end with the
 * guest: descriptors 0 to 3 are closed here. */
_Noreturn void keeper_watch(pid_t guest, int hello_fd);

#endif
