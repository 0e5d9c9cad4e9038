/* What a sealed guest is held to, set from outside. */
#ifndef IMMURE_GUEST_LIMITS_H
#define IMMURE_GUEST_LIMITS_H

#include <sys/types.h>

#include "host/err.h"
#include "host/wire/control.h"

/* Lower the resource limits of a guest from those of `birth` to those of
 * `held`, none of which is higher, and raise its nice value.  No system call
 * is made for what is the same already.  A guest that has just died is no
 * error. */
int guest_limits_set(pid_t pid, const struct control_spawn *birth,
                     const struct control_spawn *held, struct err *err);

#endif
