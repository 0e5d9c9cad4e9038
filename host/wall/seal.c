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
    {prctls_check_one_thread},
    {prctls_stay_dumpable},  /* else the files of /proc/self are root's */
    {rlimits_end_real_time}, /* a control group may refuse one that is */
    {environment_clear},     /* before the interpreter copies it */
    {namespaces_enter},      /* last: it goes on in another process */
};

static const struct step entering_in_place[] = {
    {prctls_check_one_thread},   {prctls_stay_dumpable},
    {rlimits_end_real_time},     {environment_clear},
    {namespaces_enter_in_place},
};

static const struct step closing[] = {
    {filter_build},         /* while libseccomp could still open a file */
    {fds_measure},          /* while there may be a /proc */
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

/* In each guest, for its own limits. */
static const struct step confining[] = {
    {prctls_check_one_thread},
    {ids_become_own},       /* with what the zygote kept for it */
    {prctls_follow_parent}, /* a change of ids has ended it */
    {landlock_part},        /* makes a descriptor */
    {fds_close},
    {rlimits_nice},
    {rlimits_set}, /* from here on nothing more is to be had */
};

static int check_before_seal(struct wall *wall, struct err *err);

static const struct step sealing[] = {
    {prctls_undumpable}, /* the tracer has seized it */
    {check_before_seal},
    {filter_install}, /* last: it forbids the others */
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

int
wall_guest(struct wall *wall, const struct wall_guest_limits *limits,
           struct err *err)
{
    wall->limits = *limits;
    return take(wall, confining, COUNT(confining), err);
}

int
wall_in_place(struct wall *wall, const struct wall_guest_limits *limits,
              struct err *err)
{
    if (take(wall, entering_in_place, COUNT(entering_in_place), err) != 0 ||
        take(wall, closing, COUNT(closing), err) != 0 ||
        check_closed(wall, err) != 0)
        return -1;
    return wall_guest(wall, limits, err);
}

static int
check_before_seal(struct wall *wall, struct err *err)
{
    const unsigned before = ~(WALL_BIT(WALL_SECCOMP) | WALL_OUTSIDE_LAYERS);
    if (layers_check_floor(wall, before, err) != 0)
        return -1;
    return layers_check_required(wall, before, err);
}

int
wall_seal(struct wall *wall, struct err *err)
{
    return take(wall, sealing, COUNT(sealing), err);
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
