#include "host/wall/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
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

/* As ids inside and outside: the range is the same in both. */
static void
write_map(char out[96], unsigned nobody, int has_uids)
{
    int n = snprintf(out, 96, "%d %u 1\n", IDS_NOBODY, nobody);
    if (has_uids)
        snprintf(out + n, 96 - (size_t)n, "%d %d %d\n", WALL_UIDS_FIRST,
                 WALL_UIDS_FIRST, WALL_UIDS_COUNT);
}

int
userns_write_maps(pid_t pid, const struct wall *wall)
{
    char uid_map[96], gid_map[96];
    write_map(uid_map, wall->uid, wall->has_uids);
    write_map(gid_map, wall->gid, wall->has_uids);
    /* "deny" first: an ordinary user may write no gid_map without it, and a
       group that denies something could be left (CVE-2014-8989). */
    int failed = write_file(pid, "setgroups", "deny");
    if (failed == 0)
        failed = write_file(pid, "uid_map", uid_map);
    if (failed == 0)
        failed = write_file(pid, "gid_map", gid_map);
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
    int refused = userns_write_maps(pid, wall);
    send_int(ours, refused);
    int answer = receive_int(ours);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return refused != 0 ? refused : answer;
}

static _Noreturn void
map_parent(int sock, pid_t parent, const struct wall *wall)
{
    if (receive_int(sock) == 0)
        send_int(sock, userns_write_maps(parent, wall));
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
