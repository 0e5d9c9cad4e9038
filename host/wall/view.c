/* The operator's packages are imported in a file system that holds them, the
 * interpreter and its libraries, and nothing else.
 *
 * What they are called on the host does not show: a package's code keeps its
 * path (co_filename, __file__, the link map of the dynamic linker) for as long
 * as guests live.  Here that path is WALL_PACKAGES. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/wall/layers.h"
#include "host/wall/root.h"

enum { PLACES_MAX = 48 };

/* One thing in sight: a mount that is not attached yet, or a link. */
struct place {
    char target[PATH_MAX]; /* from the root, without the first slash */
    int tree;              /* owned; -1: a link */
    bool is_file;
    char link[128];
};

struct view {
    struct place *places;
    size_t count;
};

/* What the dynamic linker asks for, beside the folders of the libraries that
 * this process has loaded. */
static const char *const linker_needs[] = {
    "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"};

static void
view_clear(struct view *view)
{
    for (size_t i = 0; i < view->count; i++)
        cleanup_fd(&view->places[i].tree);
    free(view->places);
}

#define OWNED_VIEW __attribute__((cleanup(view_clear))) struct view

static bool
is_in_view(const struct view *view, const char *path)
{
    for (size_t i = 0; i < view->count; i++) {
        const char *target = view->places[i].target;
        size_t len = strlen(target);
        if (strncmp(target, path + 1, len) == 0 &&
            (path[1 + len] == '\0' || path[1 + len] == '/'))
            return true;
    }
    return false;
}

/* A copy of the mount at `path`, read-only with all that is mounted below: a
 * user namespace may not take a mount without those. */
static int
copy_tree(const char *path)
{
    struct mount_attr attr = {
        .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    OWNED_FD fd =
        (int)syscall(SYS_open_tree, AT_FDCWD, path,
                     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (fd < 0 ||
        syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
                sizeof attr) != 0)
        return -1;
    return take_fd(&fd);
}

/* Show `path` as `target`.  0, or -1 with errno. */
static int
add(struct view *view, const char *path, const char *target)
{
    struct stat st;
    struct place *place = &view->places[view->count];
    if (view->count == PLACES_MAX) {
        errno = E2BIG;
        return -1;
    }
    if (lstat(path, &st) != 0)
        return -1;
    *place = (struct place){.tree = -1, .is_file = S_ISREG(st.st_mode)};
    snprintf(place->target, sizeof place->target, "%s", target + 1);
    if (S_ISLNK(st.st_mode) && strcmp(path, target) == 0) {
        if (readlink(path, place->link, sizeof place->link - 1) <= 0)
            return -1;
    } else {
        place->tree = copy_tree(path);
        if (place->tree < 0)
            return -1;
    }
    view->count++;
    return 0;
}

/* What may be missing is left out; a package that needs it says so. */
static int
add_need(struct view *view, const char *path, struct err *err)
{
    if (is_in_view(view, path) || add(view, path, path) == 0 ||
        errno == ENOENT || errno == ENOTDIR || errno == EACCES)
        return 0;
    return layer_failed(err, WALL_MOUNT_NS, errno,
                        "show the interpreter's files");
}

struct folders {
    struct view *view;
    struct err *err;
    int failed;
};

static int
add_library(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct folders *folders = arg;
    char path[PATH_MAX];
    (void)size;
    if (info->dlpi_name == NULL || info->dlpi_name[0] != '/' ||
        realpath(info->dlpi_name, path) == NULL)
        return 0;
    char *slash = strrchr(path, '/');
    *slash = '\0';
    if (slash != path)
        folders->failed = add_need(folders->view, path, folders->err);
    return folders->failed;
}

static int
add_needs(struct view *view, const struct wall_view *wanted, struct err *err)
{
    struct folders folders = {.view = view, .err = err};
    for (size_t i = 0; i < wanted->nneeds; i++)
        if (add_need(view, wanted->needs[i], err) != 0)
            return -1;
    if (dl_iterate_phdr(add_library, &folders) != 0)
        return -1;
    for (size_t i = 0; i < sizeof linker_needs / sizeof *linker_needs; i++)
        if (add_need(view, linker_needs[i], err) != 0)
            return -1;
    return 0;
}

static int
add_packages(struct view *view, const struct wall_view *wanted,
             struct err *err)
{
    for (size_t i = 0; i < wanted->npackages; i++) {
        char target[sizeof WALL_PACKAGES + 24];
        snprintf(target, sizeof target, WALL_PACKAGES "/%zu", i + 1);
        if (add(view, wanted->packages[i], target) != 0)
            return err_set(err, ERR_POLICY, errno, "packages.path %s",
                           wanted->packages[i]);
    }
    return 0;
}

/* --- the new root --- */

static bool
make_folders(const char *target)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", target);
    for (char *p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/')) {
        *p = '\0';
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            return false;
        *p = '/';
    }
    return true;
}

/* In the new root, which is the working directory. */
static bool
make_target(const struct place *place)
{
    if (!make_folders(place->target))
        return false;
    if (place->tree < 0)
        return symlink(place->link, place->target) == 0;
    if (!place->is_file)
        return mkdir(place->target, 0755) == 0 || errno == EEXIST;
    OWNED_FD fd = open(place->target, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
    return fd >= 0;
}

static _Noreturn void
make_targets(const struct wall *wall, const struct view *view)
{
    bool ready = !wall->change_ids ||
                 (setresgid(wall->gid, wall->gid, wall->gid) == 0 &&
                  setresuid(wall->uid, wall->uid, wall->uid) == 0);
    for (size_t i = 0; ready && i < view->count; i++)
        ready = make_target(&view->places[i]);
    _exit(ready ? 0 : errno);
}

/* In a child: root's zygote still has host uid 0, so as to read what only root
 * may read, and that uid has no number in its user namespace, so that it can
 * make no file there (EOVERFLOW). */
static bool
make_targets_in_child(const struct wall *wall, const struct view *view)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        make_targets(wall, view);
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    if (pid > 0 && status != 0)
        errno = WIFEXITED(status) ? WEXITSTATUS(status) : EPROTO;
    return pid > 0 && status == 0;
}

static bool
take_over(const struct wall *wall, const struct view *view)
{
    if (!root_mount_tmpfs(MS_NOSUID | MS_NODEV, "mode=0777,size=256k") ||
        !make_targets_in_child(wall, view))
        return false;
    for (size_t i = 0; i < view->count; i++) {
        const struct place *place = &view->places[i];
        if (place->tree >= 0 &&
            syscall(SYS_move_mount, place->tree, "", AT_FDCWD, place->target,
                    MOVE_MOUNT_F_EMPTY_PATH) != 0)
            return false;
    }
    return root_pivot() &&
           mount(NULL, "/", NULL,
                 MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV,
                 NULL) == 0;
}

int
wall_narrow_view(struct wall *wall, const struct wall_view *wanted,
                 bool *out_narrow, struct err *err)
{
    *out_narrow = false;
    if (!layer_held(wall, WALL_MOUNT_NS) || !root_make_private())
        return 0;
    OWNED_VIEW view = {.places = calloc(PLACES_MAX, sizeof(struct place))};
    if (view.places == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (add_needs(&view, wanted, err) != 0 ||
        add_packages(&view, wanted, err) != 0)
        return -1;
    if (!take_over(wall, &view))
        return layer_failed(err, WALL_MOUNT_NS, errno,
                            "narrow the view of the file system");
    *out_narrow = true;
    return 0;
}
