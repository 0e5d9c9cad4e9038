#include "host/wall/layers.h"

#include <errno.h>
#include <stdio.h>

/* clang-format off */
const struct wall_layer_info wall_layers[WALL_LAYER_COUNT] = {
    [WALL_SECCOMP] = {
        "seccomp",
        "every system call but the few in the table; any other kills",
        "a kernel >= 4.14 with CONFIG_SECCOMP_FILTER, and a container whose "
        "own filter allows seccomp(2)"},
    [WALL_NO_NEW_PRIVS] = {
        "no_new_privs",
        "gaining rights from setuid programs and file capabilities",
        "a kernel >= 3.5"},
    [WALL_RLIMITS] = {
        "rlimits",
        "using up memory, CPU time, descriptors, processes and disk",
        "any kernel has it"},
    [WALL_DESCRIPTORS] = {
        "descriptors",
        "reaching what the host had open",
        "any kernel has it"},
    [WALL_ENVIRONMENT] = {
        "environment",
        "reading the operator's environment variables from memory",
        "any kernel has it"},
    [WALL_USER_NS] = {
        "user_ns",
        "holding any right over what belongs to the host",
        "CONFIG_USER_NS, /proc, no chroot, sysctl "
        "user.max_user_namespaces > 0; Debian: "
        "kernel.unprivileged_userns_clone=1; Ubuntu 24.04: an AppArmor "
        "profile with 'userns,' or "
        "kernel.apparmor_restrict_unprivileged_userns=0"},
    [WALL_MOUNT_NS] = {
        "mount_ns",
        "seeing or changing the host's mounts",
        "user_ns, or CAP_SYS_ADMIN"},
    [WALL_PID_NS] = {
        "pid_ns",
        "naming a process of the host; and ends guests with their zygote",
        "user_ns or CAP_SYS_ADMIN, and CONFIG_PID_NS; immure host cannot "
        "have it: a process cannot change its own"},
    [WALL_NET_NS] = {
        "net_ns",
        "reaching any network, loopback and abstract sockets of the host",
        "user_ns or CAP_SYS_ADMIN, and CONFIG_NET_NS"},
    [WALL_IPC_NS] = {
        "ipc_ns",
        "System V and POSIX queues, semaphores and memory of the host",
        "user_ns or CAP_SYS_ADMIN, and CONFIG_IPC_NS"},
    [WALL_UTS_NS] = {
        "uts_ns",
        "reading the host's name",
        "user_ns or CAP_SYS_ADMIN, and CONFIG_UTS_NS"},
    [WALL_CGROUP_NS] = {
        "cgroup_ns",
        "reading the paths of the host's control groups",
        "user_ns or CAP_SYS_ADMIN, and a kernel >= 4.6"},
    [WALL_TIME_NS] = {
        "time_ns",
        "reading how long the host has been up",
        "user_ns or CAP_SYS_ADMIN, a kernel >= 5.6 with CONFIG_TIME_NS, and "
        "/proc mounted; immure host cannot have it: its clocks would jump"},
    [WALL_EMPTY_ROOT] = {
        "empty_root",
        "naming any file: the root is an empty read-only tmpfs",
        "mount_ns, or CAP_SYS_ADMIN and CAP_SYS_CHROOT and a kernel >= 5.2"},
    [WALL_LANDLOCK] = {
        "landlock",
        "opening any file; from ABI 4 TCP, from ABI 6 signals and abstract "
        "sockets",
        "a kernel >= 5.13 with CONFIG_SECURITY_LANDLOCK, and landlock in "
        "CONFIG_LSM or in the boot parameter lsm="},
    [WALL_CAPABILITIES] = {
        "capabilities",
        "using or regaining root's rights; and the host uid 0",
        "any kernel has it"},
    [WALL_SECUREBITS] = {
        "securebits",
        "treating uid 0 as special, for good",
        "CAP_SETPCAP, which user_ns gives"},
    [WALL_MDWE] = {
        "mdwe",
        "making memory executable that was or is writable",
        "a kernel >= 6.3"},
    [WALL_MSEAL] = {
        "mseal",
        "making code, constants and relocated pointers writable, or "
        "replacing their pages",
        "a kernel >= 6.10, 64 bits"},
    [WALL_DUMPABLE] = {
        "dumpable",
        "core dumps, and being traced by processes of the same user",
        "any kernel has it"},
    [WALL_SPECULATION] = {
        "speculation",
        "steering branch prediction of other processes, and of this one by "
        "them",
        "a processor and kernel with per-process control of indirect branch "
        "speculation (boot parameter spectre_v2_user=prctl)"},
    [WALL_OWN_UID] = {
        "own_uid",
        "sharing a host user, and its signals, traces and limits, with other "
        "guests",
        "being started by root, with /run writable; or user_ns and ids of the "
        "user's own: newuidmap and newgidmap in /usr/bin (Debian: apt install "
        "uidmap), and usermod --add-subuids 524288-589823 --add-subgids "
        "524288-589823 USER; immure host cannot have it"},
    [WALL_CGROUP] = {
        "cgroup",
        "page tables, pipes and other kernel memory beyond the memory limit; "
        "processes",
        "a control group that is immure's own: systemd-run --user --scope -p "
        "Delegate=yes immure ...; Delegate=yes in a unit; root, with cgroup "
        "v1"},
};
/* clang-format on */

int
layer_missing(struct wall *wall, enum wall_layer layer, int why)
{
    wall->missing[layer] = why;
    return 0;
}

int
layer_failed(struct err *err, enum wall_layer layer, int why, const char *what)
{
    return err_set(err, ERR_WALL, why,
                   "wall layer %s (it stops %s) did not go up: %s",
                   wall_layers[layer].name, wall_layers[layer].stops, what);
}

bool
layer_errno_is_lack(int why)
{
    return why == ENOSYS || why == EINVAL || why == EPERM || why == EACCES ||
           why == ENOSPC || why == EUSERS || why == EOPNOTSUPP ||
           why == ENOENT || why == ENODEV;
}

static int
say_missing(const struct wall *wall, enum wall_layer layer, const char *by,
            struct err *err)
{
    return err_set(err, ERR_WALL, wall->missing[layer],
                   "wall layer %s is missing and %s needs it (it stops %s). "
                   "To get it: %s",
                   wall_layers[layer].name, by, wall_layers[layer].stops,
                   wall_layers[layer].get);
}

static int
check(const struct wall *wall, unsigned wanted, const char *by,
      struct err *err)
{
    unsigned lacking = wanted & ~wall->held & ~wall->skip;
    for (unsigned i = 0; i < WALL_LAYER_COUNT; i++)
        if (lacking & WALL_BIT(i))
            return say_missing(wall, i, by, err);
    return 0;
}

int
layers_check_required(const struct wall *wall, unsigned decided,
                      struct err *err)
{
    return check(wall, wall->require & decided, "the policy's [wall] require",
                 err);
}

enum wall_floor
wall_floor_of(enum wall_layer layer)
{
    if (WALL_BIT(layer) & WALL_FLOOR)
        return WALL_NEEDED;
    return WALL_BIT(layer) & WALL_FLOOR_ONE_OF ? WALL_ONE_OF : WALL_BEYOND;
}

int
layers_check_floor(const struct wall *wall, unsigned decided, struct err *err)
{
    if (wall->stays_root)
        return check(wall, (WALL_FLOOR & decided) | WALL_FLOOR_ONE_OF,
                     "a wall around uid 0, which maps no other id,", err);
    if (((wall->held | wall->skip) & WALL_FLOOR_ONE_OF) == 0)
        return err_set(err, ERR_WALL, wall->missing[WALL_LANDLOCK],
                       "the wall's floor needs empty_root or landlock, to "
                       "stop guests opening files. For landlock: %s. For "
                       "empty_root, user_ns: %s",
                       wall_layers[WALL_LANDLOCK].get,
                       wall_layers[WALL_USER_NS].get);
    return check(wall, WALL_FLOOR & decided, "the wall's floor", err);
}

const char *
wall_held_names(const struct wall *wall, char *buf, size_t len)
{
    size_t used = 0;
    if (len > 0)
        buf[0] = '\0';
    for (unsigned i = 0; i < WALL_LAYER_COUNT; i++) {
        if (!layer_held(wall, i) || used >= len)
            continue;
        int n = snprintf(buf + used, len - used, "%s%s", used ? " " : "",
                         wall_layers[i].name);
        used += n > 0 ? (size_t)n : 0;
    }
    return buf;
}
