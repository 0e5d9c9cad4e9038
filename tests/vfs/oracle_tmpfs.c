/* A tmpfs that nobody else sees, with absolute paths inside it. */
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/vfs/oracle.h"

static int
write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n < 0 ? -1 : 0;
}

/* As an ordinary user: a user namespace in which we are VFS_UID. */
static int
unshare_as_user(void)
{
    char map[64];
    uid_t uid = getuid();
    gid_t gid = getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
        write_text("/proc/self/setgroups", "deny") != 0)
        return -1;
    snprintf(map, sizeof map, "%d %u 1", VFS_UID, uid);
    if (write_text("/proc/self/uid_map", map) != 0)
        return -1;
    snprintf(map, sizeof map, "%d %u 1", VFS_UID, gid);
    return write_text("/proc/self/gid_map", map);
}

/* Without them permissions count. */
static int
drop_capabilities(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    return (int)syscall(SYS_capset, &header, data);
}

int
oracle_enter_tmpfs(void)
{
    char options[64];
    bool root = getuid() == 0;
    if (root ? unshare(CLONE_NEWNS) != 0 : unshare_as_user() != 0)
        return -1;
    snprintf(options, sizeof options, "mode=0755,uid=%d,gid=%d", VFS_UID,
             VFS_UID);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", "/tmp", "tmpfs", 0, options) != 0 ||
        chroot("/tmp") != 0 || chdir("/") != 0)
        return -1;
    if (root && (setresgid(VFS_UID, VFS_UID, VFS_UID) != 0 ||
                 setresuid(VFS_UID, VFS_UID, VFS_UID) != 0))
        return -1;
    return drop_capabilities();
}
