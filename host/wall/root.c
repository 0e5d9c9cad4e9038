#include "host/wall/root.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/wall/caps.h"
#include "host/wall/layers.h"

#define MOUNT_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* One inode is the root directory itself. */
static const char tmpfs_options[] = "mode=0555,size=4k,nr_inodes=1";

/* Some directory to mount on, for the moment until the old root is gone. */
static const char *const places[] = {"/tmp", "/usr", "/etc", "/dev", "/proc"};

bool
root_mount_tmpfs(unsigned long flags, const char *options)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (mount("immure", places[i], "tmpfs", flags, options) == 0)
            return chdir(places[i]) == 0;
    return false;
}

/* In a chroot / is no mount point: it cannot be made private, so mounting
 * could show on the host, and pivot_root(2) refuses it. */
bool
root_make_private(void)
{
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* The old root ends up mounted over the new one, and is then unmounted with
 * all that is below it: nothing of it can be named any more. */
bool
root_pivot(void)
{
    return syscall(SYS_pivot_root, ".", ".") == 0 &&
           umount2(".", MNT_DETACH) == 0;
}

static bool
pivot(const struct wall *wall)
{
    return layer_held(wall, WALL_MOUNT_NS) && root_make_private() &&
           root_mount_tmpfs(MOUNT_FLAGS, tmpfs_options) && root_pivot();
}

/* Where pivot_root(2) cannot work: a tmpfs that is mounted nowhere, and chroot
 * into it.  Rights that break a chroot (CAP_SYS_CHROOT) are dropped next, and
 * a descriptor of an old directory would be one more way out. */
static bool
chroot_into_detached(void)
{
    OWNED_FD fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
    if (fs < 0 ||
        syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "mode", "0555", 0) ||
        syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "size", "4k", 0) ||
        syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "nr_inodes", "1", 0) ||
        syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
        return false;
    OWNED_FD root = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
                                 MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
                                     MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    return root >= 0 && fchdir(root) == 0 && chroot(".") == 0;
}

static void
close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

/* Look: no entry, none to be made, and `..` leads nowhere. */
static bool
is_empty(const char *path)
{
    __attribute__((cleanup(close_dir))) DIR *dir = opendir(path);
    const struct dirent *entry;
    if (dir == NULL)
        return false;
    while ((entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0)
            return false;
    return true;
}

static bool
is_closed(void)
{
    return chdir("/") == 0 && is_empty("/") && is_empty("/..") &&
           is_empty(".") && mkdir("/x", 0700) != 0 && errno == EROFS;
}

int
root_close(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_EMPTY_ROOT))
        return 0;
    if (!layer_held(wall, WALL_USER_NS) && !caps_has(CAP_SYS_ADMIN))
        return layer_missing(wall, WALL_EMPTY_ROOT, EPERM);
    if (!pivot(wall) && !chroot_into_detached())
        return layer_errno_is_lack(errno)
                   ? layer_missing(wall, WALL_EMPTY_ROOT, errno)
                   : layer_failed(err, WALL_EMPTY_ROOT, errno,
                                  "change the root");
    if (!is_closed())
        return layer_failed(err, WALL_EMPTY_ROOT, 0,
                            "the root changed, and is not empty");
    layer_up(wall, WALL_EMPTY_ROOT);
    return 0;
}
