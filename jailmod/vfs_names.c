/* Making, removing and renaming: the order of checks is that of Linux's
 * fs/namei.c. */
#include "jailmod/vfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- making and removing names --- */

/* Whether a name may be made in or taken out of a folder. */
static int
may_change(const struct vfs_inode *dir)
{
    if (dir->locked)
        return -EROFS;
    return vfs_may(dir, 3) ? 0 : -EACCES;
}

/* As filename_create(): where a new name may be put. */
static int
place_for_new(const struct vfs *fs, const struct vfs_path *path, bool folder,
              struct vfs_place *out)
{
    int status = vfs_walk(fs, path, VFS_PARENT, out);

    if (status < 0)
        return status;
    if (out->last != VFS_LAST_NAME || out->inode != NULL)
        return -EEXIST;
    if (out->len > VFS_NAME_MAX || out->dir->links == 0)
        return vfs_missing(out);
    return out->slash && !folder ? -ENOENT : may_change(out->dir);
}

int
vfs_enter_new(struct vfs *fs, const struct vfs_place *place,
              struct vfs_inode *inode)
{
    vfs_hold(inode);
    int status = vfs_enter(fs, place->dir, place->name, place->len, inode);
    vfs_release(fs, inode);
    return status;
}

int
vfs_mkdir(struct vfs *fs, const struct vfs_path *path, uint32_t mode)
{
    struct vfs_place place;
    int status = place_for_new(fs, path, true, &place);

    if (status < 0)
        return status;
    if (vfs_depth(fs, place.dir) + 1 >= fs->limits.depth)
        return -ENAMETOOLONG;
    mode = S_IFDIR | (mode & 01777 & ~fs->umask) |
           (place.dir->mode & S_ISGID); /* which folders inherit */
    struct vfs_inode *inode = vfs_new(fs, mode, &status);
    return inode == NULL ? status : vfs_enter_new(fs, &place, inode);
}

int
vfs_symlink(struct vfs *fs, const char *target, size_t len,
            const struct vfs_path *path)
{
    struct vfs_place place;

    if (len == 0)
        return -ENOENT;
    if (len >= VFS_PATH_MAX)
        return -ENAMETOOLONG;
    int status = place_for_new(fs, path, false, &place);
    if (status < 0)
        return status;
    struct vfs_inode *inode = vfs_new(fs, S_IFLNK | 0777, &status);
    if (inode == NULL)
        return status;
    vfs_hold(inode);
    inode->target.text = malloc(len);
    inode->target.len = len;
    status = -ENOMEM;
    if (inode->target.text != NULL) {
        memcpy(inode->target.text, target, len);
        status = vfs_enter_new(fs, &place, inode);
    }
    vfs_release(fs, inode);
    return status;
}

int
vfs_link(struct vfs *fs, const struct vfs_path *from, bool follow,
         const struct vfs_path *to)
{
    struct vfs_inode *inode;
    struct vfs_place place;
    int status =
        vfs_lookup(fs, from, follow ? VFS_FOLLOW : VFS_NOFOLLOW, &inode);

    if (status < 0)
        return status;
    status = place_for_new(fs, to, false, &place);
    if (status < 0)
        return status;
    if (S_ISDIR(inode->mode))
        return -EPERM;
    if (inode->locked)
        return -EROFS;
    return vfs_enter(fs, place.dir, place.name, place.len, inode);
}

int
vfs_unlink(struct vfs *fs, const struct vfs_path *path)
{
    struct vfs_place place;
    int status = vfs_walk(fs, path, VFS_PARENT, &place);

    if (status < 0)
        return status;
    if (place.last != VFS_LAST_NAME)
        return -EISDIR;
    if (place.inode == NULL)
        return vfs_missing(&place);
    if (place.slash)
        return S_ISDIR(place.inode->mode) ? -EISDIR : -ENOTDIR;
    status = may_change(place.dir);
    if (status < 0)
        return status;
    if (S_ISDIR(place.inode->mode))
        return -EISDIR;
    if (place.inode->locked)
        return -EROFS;
    vfs_leave(fs, place.dir, vfs_find(place.dir, place.name, place.len));
    return 0;
}

int
vfs_rmdir(struct vfs *fs, const struct vfs_path *path)
{
    static const int unnamed[] = {[VFS_LAST_DOT] = -EINVAL,
                                  [VFS_LAST_DOTDOT] = -ENOTEMPTY,
                                  [VFS_LAST_ROOT] = -EBUSY};
    struct vfs_place place;
    int status = vfs_walk(fs, path, VFS_PARENT, &place);

    if (status < 0)
        return status;
    if (place.last != VFS_LAST_NAME)
        return unnamed[place.last];
    if (place.inode == NULL)
        return vfs_missing(&place);
    status = may_change(place.dir);
    if (status < 0)
        return status;
    if (!S_ISDIR(place.inode->mode))
        return -ENOTDIR;
    if (place.inode->locked)
        return -EROFS;
    if (place.inode->dir.count > 0)
        return -ENOTEMPTY;
    vfs_leave(fs, place.dir, vfs_find(place.dir, place.name, place.len));
    return 0;
}

/* --- renaming --- */

static bool
is_inside(const struct vfs *fs, const struct vfs_inode *dir,
          const struct vfs_inode *above)
{
    for (; dir != above; dir = dir->dir.parent)
        if (dir == fs->root || dir == dir->dir.parent)
            return false;
    return true;
}

/* As do_renameat2(): what only the two places tell. */
static int
check_rename(const struct vfs *fs, const struct vfs_place *from,
             const struct vfs_place *to)
{
    if (from->last != VFS_LAST_NAME || to->last != VFS_LAST_NAME)
        return -EBUSY;
    if (from->inode == NULL)
        return vfs_missing(from);
    if (to->len > VFS_NAME_MAX || (to->inode == NULL && to->dir->links == 0))
        return vfs_missing(to);
    bool folder = S_ISDIR(from->inode->mode);
    if (!folder && (from->slash || to->slash))
        return -ENOTDIR;
    if (folder && is_inside(fs, to->dir, from->inode))
        return -EINVAL;
    if (to->inode != NULL && S_ISDIR(to->inode->mode) &&
        is_inside(fs, from->dir, to->inode))
        return -ENOTEMPTY;
    return 0;
}

/* As vfs_rename(). */
static int
may_rename(const struct vfs *fs, const struct vfs_place *from,
           const struct vfs_place *to)
{
    bool folder = S_ISDIR(from->inode->mode);
    int status = may_change(from->dir);

    if (status < 0)
        return status;
    status = may_change(to->dir);
    if (status < 0)
        return status;
    if (to->inode != NULL && S_ISDIR(to->inode->mode) != folder)
        return folder ? -ENOTDIR : -EISDIR;
    if (from->inode->locked || (to->inode != NULL && to->inode->locked))
        return -EROFS;
    if (folder && from->dir != to->dir && !vfs_may(from->inode, 2))
        return -EACCES;
    if (to->inode != NULL && folder && to->inode->dir.count > 0)
        return -ENOTEMPTY;
    if (folder && from->dir != to->dir &&
        vfs_depth(fs, to->dir) + vfs_height(from->inode) >= fs->limits.depth)
        return -ENAMETOOLONG;
    return 0;
}

int
vfs_rename(struct vfs *fs, const struct vfs_path *old,
           const struct vfs_path *new)
{
    struct vfs_place from, to;
    int status = vfs_walk(fs, old, VFS_PARENT, &from);

    if (status == 0)
        status = vfs_walk(fs, new, VFS_PARENT, &to);
    if (status == 0)
        status = check_rename(fs, &from, &to);
    if (status < 0)
        return status;
    if (from.inode == to.inode)
        return 0;
    status = may_rename(fs, &from, &to);
    if (status < 0)
        return status;
    struct vfs_entry *entry = vfs_find(from.dir, from.name, from.len);
    return vfs_move(fs, from.dir, entry, to.dir, to.name, to.len);
}

/* --- the rest --- */

int
vfs_truncate(struct vfs *fs, const struct vfs_path *path, int64_t size)
{
    struct vfs_inode *inode;

    if (size < 0)
        return -EINVAL;
    int status = vfs_lookup(fs, path, VFS_FOLLOW, &inode);
    if (status < 0)
        return status;
    if (S_ISDIR(inode->mode))
        return -EISDIR;
    if (inode->locked)
        return -EROFS;
    if (!vfs_may(inode, 2))
        return -EACCES;
    bool changes = (uint64_t)size != inode->data.size;
    status = vfs_data_truncate(fs, &inode->data, size);
    if (status == 0 && changes)
        vfs_touch(fs, inode);
    else if (status == 0)
        vfs_drop_ids(inode);
    return status;
}

int
vfs_chmod(struct vfs *fs, struct vfs_inode *inode, uint32_t mode)
{
    if (inode->locked)
        return -EROFS;
    if (S_ISLNK(inode->mode))
        return -EOPNOTSUPP;
    inode->mode = (inode->mode & S_IFMT) | (mode & 07777);
    inode->ctime = vfs_now(fs);
    return 0;
}

int
vfs_chown(struct vfs *fs, struct vfs_inode *inode, long uid, long gid)
{
    if ((uid != -1 && uid != VFS_UID) || (gid != -1 && gid != VFS_UID))
        return -EPERM;
    if (inode->locked)
        return -EROFS;
    vfs_drop_ids(inode);
    inode->ctime = vfs_now(fs);
    return 0;
}

int
vfs_access(const struct vfs_inode *inode, int mode)
{
    if (mode & ~(R_OK | W_OK | X_OK))
        return -EINVAL;
    if ((mode & W_OK) && inode->locked)
        return -EROFS;
    return vfs_may(inode, (uint32_t)mode) ? 0 : -EACCES;
}

int
vfs_set_times(struct vfs *fs, struct vfs_inode *inode, int64_t atime,
              int64_t mtime)
{
    if (inode->locked)
        return -EROFS;
    inode->atime = atime;
    inode->mtime = mtime;
    inode->ctime = vfs_now(fs);
    return 0;
}

int
vfs_chdir(struct vfs *fs, struct vfs_inode *inode)
{
    if (!S_ISDIR(inode->mode))
        return -ENOTDIR;
    if (!vfs_may(inode, 1))
        return -EACCES;
    vfs_hold(inode);
    vfs_release(fs, fs->cwd);
    fs->cwd = inode;
    return 0;
}

static const struct vfs_entry *
entry_of(const struct vfs_inode *dir)
{
    const struct vfs_dir *parent = &dir->dir.parent->dir;

    for (uint32_t i = 0; i < parent->used; i++)
        if (parent->rows[i] != NULL && parent->rows[i]->inode == dir)
            return parent->rows[i];
    return NULL;
}

ssize_t
vfs_dir_path(const struct vfs *fs, const struct vfs_inode *dir, char *out)
{
    size_t at = VFS_PATH_MAX; /* written from the end */

    for (; dir != fs->root; dir = dir->dir.parent) {
        const struct vfs_entry *entry = dir->links == 0 ? NULL : entry_of(dir);
        if (entry == NULL)
            return -ENOENT;
        if (at <= (size_t)entry->len + 1)
            return -ERANGE;
        at -= entry->len;
        memcpy(out + at, entry->name, entry->len);
        out[--at] = '/';
    }
    if (at == VFS_PATH_MAX)
        out[--at] = '/';
    memmove(out, out + at, VFS_PATH_MAX - at);
    return (ssize_t)(VFS_PATH_MAX - at);
}
