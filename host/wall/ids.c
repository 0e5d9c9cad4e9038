#include "host/wall/ids.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/wall/caps.h"
#include "host/wall/layers.h"
#include "host/wall/prctls.h"

static void
close_map(FILE **map)
{
    if (*map != NULL)
        fclose(*map);
}

/* Does this user namespace have this id, as a user and as a group?  Asked of
 * the kernel, in a child: a map may not be there to read. */
static bool
can_become(uid_t id)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(syscall(SYS_setresgid, id, id, id) != 0 ||
              syscall(SYS_setresuid, id, id, id) != 0);
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return pid > 0 && status == 0;
}

/* Is our uid 0 that of the parent user namespace?  Where the map cannot be
 * read it is taken to be. */
static bool
is_root_outside(void)
{
    __attribute__((cleanup(close_map))) FILE *map =
        fopen("/proc/self/uid_map", "re");
    unsigned inside, outside, count;
    if (map == NULL)
        return true;
    while (fscanf(map, "%u %u %u", &inside, &outside, &count) == 3)
        if (inside == 0)
            return outside == 0;
    return false;
}

int
ids_choose(struct wall *wall, struct err *err)
{
    wall->uid = geteuid();
    wall->gid = getegid();
    wall->change_ids = 0;
    wall->has_uids = layer_wanted(wall, WALL_OWN_UID) && wall->uids.count > 0;
    if (wall->uid != 0)
        return 0;
    if (!can_become(IDS_NOBODY)) {
        /* Root of a user namespace that maps little but itself: that is no
           root on the host, unless it is mapped to it.  Then a guest is the
           host's uid 0, if without any right: it owns root's files, and what
           keeps it from them must be there twice (layers_check_floor). */
        wall->has_uids = 0;
        wall->stays_root = is_root_outside();
        return 0;
    }
    wall->uid = IDS_NOBODY;
    wall->gid = IDS_NOBODY;
    wall->change_ids = 1;
    if (setgroups(0, NULL) != 0)
        return layer_failed(err, WALL_CAPABILITIES, errno,
                            "leave root's supplementary groups");
    return 0;
}

static bool
ids_are(uid_t uid, gid_t gid)
{
    uid_t u[3];
    gid_t g[3];
    if (getresuid(&u[0], &u[1], &u[2]) != 0 ||
        getresgid(&g[0], &g[1], &g[2]) != 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (u[i] != uid || g[i] != gid)
            return false;
    return true;
}

int
ids_change(struct wall *wall, struct err *err)
{
    if (!wall->change_ids || (!layer_held(wall, WALL_USER_NS) &&
                              !layer_wanted(wall, WALL_CAPABILITIES)))
        return 0;
    if (setresgid(wall->gid, wall->gid, wall->gid) != 0)
        return layer_failed(err, WALL_CAPABILITIES, errno, "leave gid 0");
    if (setresuid(wall->uid, wall->uid, wall->uid) != 0)
        return layer_failed(err, WALL_CAPABILITIES, errno, "leave uid 0");
    if (!ids_are(wall->uid, wall->gid))
        return layer_failed(err, WALL_CAPABILITIES, 0, "uid 0 stayed");
    return prctls_after_ids(wall, err);
}

/* 1, 0, or -1 where the map cannot be read. */
static int
covers(const char *path, uid_t first, unsigned count)
{
    __attribute__((cleanup(close_map))) FILE *map = fopen(path, "re");
    unsigned inside, outside, n;
    if (map == NULL)
        return -1;
    while (fscanf(map, "%u %u %u", &inside, &outside, &n) == 3)
        if (first >= inside && first - inside < n &&
            count <= n - (first - inside))
            return 1;
    return 0;
}

bool
ids_maps(uid_t first, unsigned count)
{
    int users = covers("/proc/self/uid_map", first, count);
    int groups = covers("/proc/self/gid_map", first, count);
    if (users < 0 || groups < 0)
        return can_become(first) && can_become(first + count - 1);
    return users && groups;
}

bool
ids_can_keep(const struct wall *wall)
{
    return wall->change_ids && layer_wanted(wall, WALL_SECUREBITS) &&
           caps_has(CAP_SETUID) && caps_has(CAP_SETGID) &&
           caps_has(CAP_SETPCAP);
}

static int
become(uid_t uid, struct err *err)
{
    const gid_t gid = uid;
    if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
        return layer_failed(err, WALL_OWN_UID, errno, "become its user");
    if (!ids_are(uid, gid))
        return layer_failed(err, WALL_OWN_UID, 0, "the user before stayed");
    return 0;
}

int
ids_become_own(struct wall *wall, struct err *err)
{
    if (layer_wanted(wall, WALL_OWN_UID) && !wall->has_uids)
        layer_missing(wall, WALL_OWN_UID,
                      wall->uids.count > 0 ? EPERM : ENOENT);
    if (!wall->has_uids)
        return 0;
    if (wall->limits.uid != 0) {
        if (become(wall->limits.uid, err) != 0)
            return -1;
        layer_up(wall, WALL_OWN_UID);
    } else {
        layer_missing(wall, WALL_OWN_UID, ENOENT);
    }
    return caps_drop_all(err);
}
