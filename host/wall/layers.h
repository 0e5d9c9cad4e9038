/* What every layer's file says about itself: wanted, up, missing, failed.
 *
 * Missing means that this kernel or this caller cannot have the layer; the
 * floor decides later whether the wall stands without it.  Failed means that
 * it is there and did not go up: always an error. */
#ifndef IMMURE_WALL_LAYERS_H
#define IMMURE_WALL_LAYERS_H

#include <stdbool.h>

#include "host/wall/wall.h"

/* Layers that go up in each guest, not in the zygote. */
#define WALL_GUEST_LAYERS                                                     \
    (WALL_BIT(WALL_RLIMITS) | WALL_BIT(WALL_DESCRIPTORS) |                    \
     WALL_BIT(WALL_DUMPABLE) | WALL_BIT(WALL_SECCOMP) |                       \
     WALL_BIT(WALL_OWN_UID))

/* Layers that go up outside. */
#define WALL_OUTSIDE_LAYERS WALL_BIT(WALL_CGROUP)

/* What must hold, beside one of the second set. */
#define WALL_FLOOR                                                            \
    (WALL_BIT(WALL_SECCOMP) | WALL_BIT(WALL_NO_NEW_PRIVS) |                   \
     WALL_BIT(WALL_RLIMITS) | WALL_BIT(WALL_ENVIRONMENT) |                    \
     WALL_BIT(WALL_DESCRIPTORS))

#define WALL_FLOOR_ONE_OF (WALL_BIT(WALL_EMPTY_ROOT) | WALL_BIT(WALL_LANDLOCK))

static inline bool
layer_wanted(const struct wall *wall, enum wall_layer layer)
{
    return (wall->skip & WALL_BIT(layer)) == 0;
}

static inline bool
layer_held(const struct wall *wall, enum wall_layer layer)
{
    return (wall->held & WALL_BIT(layer)) != 0;
}

static inline void
layer_up(struct wall *wall, enum wall_layer layer)
{
    wall->held |= WALL_BIT(layer);
}

/* Note that the layer cannot be had; why is an errno.  Returns 0. */
int layer_missing(struct wall *wall, enum wall_layer layer, int why);

/* The layer is there and `what` failed: -1 and ERR_WALL. */
int layer_failed(struct err *err, enum wall_layer layer, int why,
                 const char *what);

/* Does errno say that the kernel or the caller's rights lack something,
 * rather than that something broke? */
bool layer_errno_is_lack(int why);

/* Every layer of `wall->require` among `decided` is up, or is skipped. */
int layers_check_required(const struct wall *wall, unsigned decided,
                          struct err *err);

/* The same for the floor: `decided` of WALL_FLOOR, and the one of two. */
int layers_check_floor(const struct wall *wall, unsigned decided,
                       struct err *err);

#endif
