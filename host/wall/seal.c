/* The order of the layers: this is the one place that has it. */
#include <stdlib.h>
#include <unistd.h>

#include "host/wall/caps.h"
#include "host/wall/environment.h"
#include "host/wall/fds.h"
#include "host/wall/filter.h"
#include "host/wall/ids.h"
#include "host/wall/landlock.h"
#include "host/wall/layers.h"
#include "host/wall/mseal.h"
#include "host/wall/namespaces.h"
#include "host/wall/prctls.h"
#include "host/wall/rlimits.h"
#include "host/wall/root.h"
#include "host/wall/wall.h"

struct step {
    int (*up)(struct wall *wall, struct err *err);
};

static const struct step entering[] = {
    {prctls_stay_dumpable}, /* else the files of /proc/self are root's */
    {environment_clear},    /* before the interpreter copies it */
    {namespaces_enter},     /* last: it goes on in another process */
};

static const struct step entering_in_place[] = {
    {prctls_stay_dumpable},
    {environment_clear},
    {namespaces_enter_in_place},
};

static const struct step closing[] = {
    {filter_build},         /* while libseccomp could still open a file */
    {root_close},           /* needs rights, and Landlock forbids it */
    {caps_lock_securebits}, /* needs CAP_SETPCAP */
    {caps_drop_bounding},   /* needs CAP_SETPCAP */
    {ids_change},           /* needs CAP_SETUID; the bits keep the sets */
    {caps_drop},            /* nothing more needs a capability */
    {prctls_no_new_privs},  /* Landlock and seccomp need it */
    {landlock_restrict},    /* nothing opens a file from here on */
    {prctls_mdwe},          /* all code is loaded */
    {mseal_images},
    {prctls_speculation},
    {rlimits_measure}, /* guests fork from this state */
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static int
take(struct wall *wall, const struct step *steps, size_t count,
     struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (steps[i].up(wall, err) != 0)
            return -1;
    return 0;
}

int
wall_enter_namespaces(struct wall *wall, struct err *err)
{
    if (prctls_check_one_thread(err) != 0)
        return -1;
    return take(wall, entering, COUNT(entering), err);
}

/* What the zygote must have before it forks any guest. */
static int
check_closed(const struct wall *wall, struct err *err)
{
    if (layer_wanted(wall, WALL_SECCOMP) && wall->program == NULL)
        return layers_check_floor(wall, WALL_BIT(WALL_SECCOMP), err);
    if (layers_check_floor(wall, ~WALL_GUEST_LAYERS, err) != 0)
        return -1;
    return layers_check_required(
        wall, ~(WALL_GUEST_LAYERS | WALL_OUTSIDE_LAYERS), err);
}

int
wall_close_root(struct wall *wall, struct err *err)
{
    if (take(wall, closing, COUNT(closing), err) != 0)
        return -1;
    /* From here on parent is that of guests: this process. */
    wall->parent = getpid();
    return check_closed(wall, err);
}

static int
confine_guest(struct wall *wall, const struct wall_guest_limits *limits,
              struct err *err)
{
    if (prctls_check_one_thread(err) != 0 ||
        ids_become_own(wall, limits, err) != 0 ||
        prctls_follow_parent(wall, err) != 0 || /* a change of ids ends it */
        landlock_part(wall, err) != 0 || fds_close(wall, limits, err) != 0 ||
        rlimits_nice(limits, err) != 0)
        return -1;
    return rlimits_set(wall, limits, err);
}

int
wall_guest(struct wall *wall, const struct wall_guest_limits *limits,
           struct err *err)
{
    return confine_guest(wall, limits, err);
}

int
wall_in_place(struct wall *wall, const struct wall_guest_limits *limits,
              struct err *err)
{
    if (prctls_check_one_thread(err) != 0 ||
        take(wall, entering_in_place, COUNT(entering_in_place), err) != 0 ||
        take(wall, closing, COUNT(closing), err) != 0 ||
        check_closed(wall, err) != 0)
        return -1;
    return confine_guest(wall, limits, err);
}

int
wall_seal(struct wall *wall, struct err *err)
{
    const unsigned before = ~(WALL_BIT(WALL_SECCOMP) | WALL_OUTSIDE_LAYERS);
    if (prctls_undumpable(wall, err) != 0 ||
        layers_check_floor(wall, before, err) != 0 ||
        layers_check_required(wall, before, err) != 0)
        return -1;
    return filter_install(wall, err);
}

unsigned
wall_guest_layers(const struct wall *wall)
{
    return WALL_GUEST_LAYERS & ~wall->skip;
}

void
wall_clear(struct wall *wall)
{
    free(wall->program);
    *wall = (struct wall){0};
}
