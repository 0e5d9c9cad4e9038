#include "host/wall/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/wall/ids.h"
#include "host/wall/layers.h"

pid_t
userns_clone(unsigned long flags)
{
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

static int
write_file(pid_t pid, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    OWNED_FD fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    size_t len = strlen(text);
    return write(fd, text, len) == (ssize_t)len ? 0 : errno;
}

/* An ordinary user may map no id but his own; these may map what /etc/subuid
 * and /etc/subgid give him. */
static int
run_helper(const char *path, pid_t pid, char ids[6][16])
{
    char number[16];
    char *const argv[] = {(char *)(uintptr_t)path,
                          number,
                          ids[0],
                          ids[1],
                          ids[2],
                          ids[3],
                          ids[4],
                          ids[5],
                          NULL};
    char *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    int status;
    pid_t helper;
    snprintf(number, sizeof number, "%d", (int)pid);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    int failed = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null",
                                                  O_WRONLY, 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (failed == 0)
        failed = posix_spawn(&helper, path, &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return failed;
    while (waitpid(helper, &status, 0) < 0)
        if (errno != EINTR)
            return errno;
    return status == 0 ? 0 : EPERM;
}

/* For users and for groups.  On the outside `nobody` is who starts guests, and
 * `first` of what they can become. */
struct map {
    const char *file, *helper;
    unsigned nobody, first;
};

static int
write_map(pid_t pid, const struct map *map, const struct wall *wall,
          bool *uids)
{
    char text[128];
    int n = snprintf(text, sizeof text, "%d %u 1\n", IDS_NOBODY, map->nobody);
    if (*uids && wall->change_ids) {
        snprintf(text + n, sizeof text - (size_t)n, "%u %u %u\n",
                 wall->uids.first, map->first, wall->uids.count);
    } else if (*uids) {
        const unsigned numbers[6] = {IDS_NOBODY, map->nobody,
                                     1,          wall->uids.first,
                                     map->first, wall->uids.count};
        char ids[6][16];
        for (int i = 0; i < 6; i++)
            snprintf(ids[i], sizeof ids[i], "%u", numbers[i]);
        if (run_helper(map->helper, pid, ids) == 0)
            return 0;
        *uids = false;
    }
    return write_file(pid, map->file, text);
}

int
userns_write_maps(pid_t pid, const struct wall *wall, bool *uids)
{
    const struct map maps[] = {
        {"uid_map", USERNS_NEWUIDMAP, wall->uid, wall->uids.first},
        {"gid_map", USERNS_NEWGIDMAP, wall->gid, wall->uids.gids},
    };
    /* "deny" first: an ordinary user may write no gid_map without it, and a
       group that denies something could be left (CVE-2014-8989). */
    int failed = write_file(pid, "setgroups", "deny");
    for (int i = 0; i < 2 && failed == 0; i++)
        failed = write_map(pid, &maps[i], wall, uids);
    return failed;
}

static int
send_int(int sock, int value)
{
    return fd_write_all(sock, &value, sizeof value, NULL);
}

/* The other end's answer, or ECHILD where it died. */
static int
receive_int(int sock)
{
    int value;
    return fd_read_full(sock, &value, sizeof value, NULL) == 0 ? value
                                                               : ECHILD;
}

static _Noreturn void
try_rights(int sock)
{
    int refused = receive_int(sock);
    if (refused == 0 &&
        (unshare(CLONE_NEWNS) != 0 ||
         mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0))
        refused = errno;
    send_int(sock, refused);
    _exit(0);
}

int
userns_try(const struct wall *wall)
{
    int pair[2];
    if (fd_seqpacket_pair(pair, NULL) != 0)
        return errno;
    OWNED_FD ours = pair[0];
    OWNED_FD theirs = pair[1];
    pid_t pid = userns_clone(CLONE_NEWUSER);
    if (pid < 0)
        return errno;
    if (pid == 0) {
        close(take_fd(&ours));
        try_rights(theirs);
    }
    close(take_fd(&theirs));
    bool uids = false;
    int refused = userns_write_maps(pid, wall, &uids);
    send_int(ours, refused);
    int answer = receive_int(ours);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return refused != 0 ? refused : answer;
}

static _Noreturn void
map_parent(int sock, pid_t parent, const struct wall *wall)
{
    bool uids = false;
    if (receive_int(sock) == 0)
        send_int(sock, userns_write_maps(parent, wall, &uids));
    _exit(0);
}

/* Root cannot map another id than its own from inside (user_namespaces(7)),
 * so a child that stays outside does it for everyone. */
int
userns_unshare(struct wall *wall, struct err *err)
{
    int pair[2];
    if (fd_seqpacket_pair(pair, err) != 0)
        return -1;
    OWNED_FD ours = pair[0];
    OWNED_FD theirs = pair[1];
    pid_t parent = getpid();
    pid_t pid = userns_clone(0);
    if (pid < 0)
        return layer_failed(err, WALL_USER_NS, errno, "fork a helper");
    if (pid == 0) {
        close(take_fd(&ours));
        map_parent(theirs, parent, wall);
    }
    close(take_fd(&theirs));
    int failed = unshare(CLONE_NEWUSER) == 0 ? 0 : errno;
    send_int(ours, failed);
    if (failed == 0)
        failed = receive_int(ours);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (failed != 0)
        return layer_failed(err, WALL_USER_NS, failed, "enter it");
    return 0;
}
