/* Look at the world from behind chosen layers of the wall. */
#ifndef IMMURE_TESTS_WALL_CONFINED_H
#define IMMURE_TESTS_WALL_CONFINED_H

#include <stdbool.h>

#include "host/wall/wall.h"

enum as {
    AS_STARTED, /* root, where the tests run as root */
    AS_NOBODY   /* an ordinary user, in any case */
};

enum stage {
    STAGE_CLOSED, /* after wall_close_root(), in the zygote */
    STAGE_GUEST,  /* after wall_guest(), in a fork of it */
    STAGE_SEALED, /* after wall_seal(), in a fork of it */
    STAGE_PLACED  /* after wall_in_place() */
};

struct scene {
    const char *name;
    enum as as;
    enum stage stage;
    unsigned layers; /* WALL_BIT()s to put up; all others are skipped */
    /* NULL, or what is wrong.  World is what the scene's caller passed. */
    const char *(*look)(const struct wall *wall, const void *world);
};

/* Run the scene; "" or what was wrong goes to complaint, which begins with
 * "missing" where this machine lacks one of the layers.  *out_uid is the uid
 * that the host saw at the end. */
void confined_run(const struct scene *scene, const void *world,
                  char complaint[256], long *out_uid);

/* Whether an ordinary user may have user namespaces here.  A chroot refuses
 * them, and with them all that needs them. */
bool confined_has_namespaces(void);

/* Become an ordinary user, if root.  In a child only. */
void confined_become_nobody(void);

/* Go on in a fork; the zygote waits for it and ends with its status. */
void confined_fork(void);

/* Wait for every child; the last status that is not 0, or 0. */
void confined_reap(int *out_status);

extern const struct wall_guest_limits confined_limits;

#endif
