#include "host/wall/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/wall/caps.h"
#include "host/wall/ids.h"
#include "host/wall/layers.h"
#include "host/wall/prctls.h"
#include "host/wall/userns.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static int name_host(void);
static int start_clocks(void);

/* Those that a process enters by itself; user and pid come before.  `settle`
 * is 0 or an errno. */
static const struct {
    enum wall_layer layer;
    int flag;
    bool in_place; /* can be changed under a running interpreter */
    int (*settle)(void);
} rows[] = {
    {WALL_MOUNT_NS, CLONE_NEWNS, true, NULL},
    {WALL_NET_NS, CLONE_NEWNET, true, NULL}, /* loopback stays down */
    {WALL_IPC_NS, CLONE_NEWIPC, true, NULL},
    {WALL_UTS_NS, CLONE_NEWUTS, true, name_host},
    {WALL_CGROUP_NS, CLONE_NEWCGROUP, true, NULL},
    {WALL_TIME_NS, CLONE_NEWTIME, false, start_clocks},
};

/* Their files in /proc/self/ns, to see that a change took place. */
static const struct {
    enum wall_layer layer;
    const char *file;
} files[] = {
    {WALL_USER_NS, "user"},     {WALL_MOUNT_NS, "mnt"}, {WALL_PID_NS, "pid"},
    {WALL_NET_NS, "net"},       {WALL_IPC_NS, "ipc"},   {WALL_UTS_NS, "uts"},
    {WALL_CGROUP_NS, "cgroup"}, {WALL_TIME_NS, "time"},
};
enum { FILES = sizeof files / sizeof files[0] };

#define ALL_NAMESPACES                                                        \
    (WALL_BIT(WALL_USER_NS) | WALL_BIT(WALL_MOUNT_NS) |                       \
     WALL_BIT(WALL_PID_NS) | WALL_BIT(WALL_NET_NS) | WALL_BIT(WALL_IPC_NS) |  \
     WALL_BIT(WALL_UTS_NS) | WALL_BIT(WALL_CGROUP_NS) |                       \
     WALL_BIT(WALL_TIME_NS))

struct inodes {
    ino_t of[FILES]; /* 0: cannot be seen */
};

static void
look(struct inodes *out)
{
    for (size_t i = 0; i < FILES; i++) {
        char path[64];
        struct stat st;
        snprintf(path, sizeof path, "/proc/self/ns/%s", files[i].file);
        out->of[i] = stat(path, &st) == 0 ? st.st_ino : 0;
    }
}

static int
check_changed(const struct wall *wall, const struct inodes *before,
              struct err *err)
{
    struct inodes now;
    look(&now);
    for (size_t i = 0; i < FILES; i++)
        if (layer_held(wall, files[i].layer) && before->of[i] != 0 &&
            before->of[i] == now.of[i])
            return layer_failed(err, files[i].layer, 0,
                                "the kernel took the call and nothing "
                                "changed");
    return 0;
}

static int
name_host(void)
{
    static const char name[] = "immure";
    if (sethostname(name, sizeof name - 1) != 0 || setdomainname("", 0) != 0)
        return errno;
    return 0;
}

static int
write_offsets(void)
{
    struct timespec monotonic, boot;
    char text[96];
    if (clock_gettime(CLOCK_MONOTONIC, &monotonic) != 0 ||
        clock_gettime(CLOCK_BOOTTIME, &boot) != 0)
        return errno;
    int n = snprintf(text, sizeof text, "monotonic %lld 0\nboottime %lld 0\n",
                     -(long long)monotonic.tv_sec, -(long long)boot.tv_sec);
    OWNED_FD fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, (size_t)n) != n)
        return errno;
    return 0;
}

/* unshare(2) makes a time namespace for children only; offsets can be set
 * until the first process enters, and that is this one. */
static int
start_clocks(void)
{
    int failed = write_offsets();
    if (failed != 0)
        return failed;
    OWNED_FD ns =
        open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWTIME) != 0)
        return errno;
    return 0;
}

/* May this process make namespaces now? */
static bool
is_able(const struct wall *wall)
{
    return layer_held(wall, WALL_USER_NS) || caps_has(CAP_SYS_ADMIN);
}

static int
enter_row(struct wall *wall, size_t i, struct err *err)
{
    enum wall_layer layer = rows[i].layer;
    if (!is_able(wall))
        return layer_missing(wall, layer, EPERM);
    if (unshare(rows[i].flag) != 0)
        return layer_errno_is_lack(errno)
                   ? layer_missing(wall, layer, errno)
                   : layer_failed(err, layer, errno, "unshare(2)");
    int failed = rows[i].settle ? rows[i].settle() : 0;
    /* No /proc, or a security module that keeps us from it.  Children are in
       the new one, with the host's clocks. */
    if (layer == WALL_TIME_NS && layer_errno_is_lack(failed))
        return layer_missing(wall, layer, failed);
    if (failed != 0)
        return layer_failed(err, layer, failed, "settle in it");
    layer_up(wall, layer);
    return 0;
}

/* Once the user and pid namespaces stand, or do not. */
static int
enter_rows(struct wall *wall, bool in_place, const struct inodes *before,
           struct err *err)
{
    if (layer_held(wall, WALL_USER_NS)) {
        wall->uid = IDS_NOBODY;
        wall->gid = IDS_NOBODY;
    } else if (!ids_can_keep(wall)) {
        wall->has_uids = 0;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!layer_wanted(wall, rows[i].layer))
            continue;
        if (in_place && !rows[i].in_place)
            layer_missing(wall, rows[i].layer, 0);
        else if (enter_row(wall, i, err) != 0)
            return -1;
    }
    if (check_changed(wall, before, err) != 0)
        return -1;
    return layers_check_required(wall, ALL_NAMESPACES, err);
}

/* Is a user namespace wanted, and to be had? */
static bool
can_have_user(struct wall *wall)
{
    if (!layer_wanted(wall, WALL_USER_NS))
        return false;
    int refused = userns_try(wall);
    layer_missing(wall, WALL_USER_NS, refused);
    return refused == 0;
}

/* The clone(2) that makes the new process; *flags loses what the kernel lacks.
 * CLONE_PARENT: a child of our parent, which watches and traces it. */
static pid_t
clone_inside(struct wall *wall, unsigned long *flags)
{
    pid_t pid = userns_clone(CLONE_PARENT | *flags);
    if (pid >= 0 || (*flags & CLONE_NEWPID) == 0 ||
        !layer_errno_is_lack(errno))
        return pid;
    layer_missing(wall, WALL_PID_NS, errno);
    *flags &= ~(unsigned long)CLONE_NEWPID;
    return userns_clone(CLONE_PARENT | *flags);
}

/* The launcher's word to the process that goes on. */
struct mapped {
    int failed; /* errno, or 0 */
    bool uids;
};

static _Noreturn void
launcher(int sock, pid_t pid, unsigned long flags, const struct wall *wall)
{
    struct mapped mapped = {.uids = wall->has_uids != 0};
    if ((flags & CLONE_NEWUSER) != 0)
        mapped.failed = userns_write_maps(pid, wall, &mapped.uids);
    fd_write_all(sock, &mapped, sizeof mapped, NULL);
    _exit(0);
}

static int
begin_inside(struct wall *wall, int sock, unsigned long flags, struct err *err)
{
    struct mapped mapped;
    if (fd_read_full(sock, &mapped, sizeof mapped, err) != 0)
        return -1;
    if (mapped.failed != 0)
        return layer_failed(err, WALL_USER_NS, mapped.failed, "map its ids");
    wall->has_uids = mapped.uids;
    if ((flags & CLONE_NEWUSER) != 0)
        layer_up(wall, WALL_USER_NS);
    if ((flags & CLONE_NEWPID) == 0)
        return 0;
    if (getpid() != 1)
        return layer_failed(err, WALL_PID_NS, 0, "it gave no pid 1");
    layer_up(wall, WALL_PID_NS);
    return 0;
}

static unsigned long
first_flags(struct wall *wall)
{
    unsigned long flags = can_have_user(wall) ? CLONE_NEWUSER : 0;
    if (!layer_wanted(wall, WALL_PID_NS))
        return flags;
    if (flags != 0 || is_able(wall))
        return flags | CLONE_NEWPID;
    layer_missing(wall, WALL_PID_NS, EPERM);
    return flags;
}

int
namespaces_enter(struct wall *wall, struct err *err)
{
    struct inodes before;
    int pair[2];
    if (ids_choose(wall, err) != 0 || fd_seqpacket_pair(pair, err) != 0)
        return -1;
    OWNED_FD ours = pair[0];
    OWNED_FD theirs = pair[1];
    look(&before);
    pid_t parent = getppid();
    unsigned long flags = first_flags(wall);
    pid_t pid = clone_inside(wall, &flags);
    if (pid < 0)
        return layer_failed(err, WALL_PID_NS, errno, "clone(2)");
    if (pid > 0)
        launcher(ours, pid, flags, wall);
    close(take_fd(&ours));
    wall->parent = (flags & CLONE_NEWPID) != 0 ? 0 : parent;
    if (begin_inside(wall, theirs, flags, err) != 0 ||
        prctls_follow_parent(wall, err) != 0)
        return -1;
    return enter_rows(wall, false, &before, err);
}

int
namespaces_enter_in_place(struct wall *wall, struct err *err)
{
    struct inodes before;
    if (ids_choose(wall, err) != 0)
        return -1;
    wall->has_uids = 0; /* one that becomes a guest itself has no zygote */
    look(&before);
    wall->parent = getppid();
    if (can_have_user(wall)) {
        if (userns_unshare(wall, err) != 0)
            return -1;
        layer_up(wall, WALL_USER_NS);
    }
    return enter_rows(wall, true, &before, err);
}
