/* Open files, by number. */
#include "jailmod/vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_FLAGS = O_ACCMODE | O_APPEND | O_NONBLOCK };

static bool
reads(int flags)
{
    return (flags & O_ACCMODE) != O_WRONLY;
}

static bool
writes(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY;
}

static int
free_slot(const struct vfs *fs, uint32_t lowest)
{
    for (uint32_t fd = lowest; fd < fs->limits.open; fd++)
        if (fs->open[fd] == NULL)
            return (int)fd;
    return -EMFILE;
}

int
vfs_open_inode(struct vfs *fs, struct vfs_inode *inode, int flags)
{
    int fd = free_slot(fs, 0);

    if (fd < 0)
        return fd;
    struct vfs_open *open = malloc(sizeof *open);
    if (open == NULL)
        return -ENOMEM;
    *open = (struct vfs_open){
        .inode = inode, .refs = 1, .flags = flags & KEPT_FLAGS};
    vfs_hold(inode);
    fs->open[fd] = open;
    fs->inherit[fd] = 0;
    fs->open_count++;
    return fd;
}

int
vfs_open_stream(struct vfs *fs, int fd, struct vfs_inode *inode, int flags)
{
    struct vfs_open *open = malloc(sizeof *open);

    if (open == NULL)
        return -ENOMEM;
    *open = (struct vfs_open){.inode = inode, .refs = 1, .flags = flags};
    if (inode != NULL)
        vfs_hold(inode);
    (void)vfs_close(fs, fd);
    fs->open[fd] = open;
    fs->inherit[fd] = 1;
    fs->open_count++;
    return 0;
}

/* --- open() --- */

/* As may_open(): what an existing inode says to these flags. */
static int
may_open(const struct vfs_inode *inode, int flags)
{
    static const uint32_t wanted[] = {
        [O_RDONLY] = 4, [O_WRONLY] = 2, [O_RDWR] = 6, [O_ACCMODE] = 6};
    bool changes = writes(flags) || (flags & O_TRUNC);

    if (S_ISLNK(inode->mode))
        return -ELOOP;
    if (S_ISDIR(inode->mode) && changes)
        return -EISDIR;
    uint32_t bits = wanted[flags & O_ACCMODE];
    if (flags & O_TRUNC)
        bits |= 2;
    if (changes && inode->locked)
        return -EROFS;
    return vfs_may(inode, bits) ? 0 : -EACCES;
}

static int
create(struct vfs *fs, const struct vfs_place *place, int flags, uint32_t mode)
{
    int status = 0;

    if (place->dir->links == 0)
        return -ENOENT;
    if (place->dir->locked)
        return -EROFS;
    if (!vfs_may(place->dir, 3))
        return -EACCES;
    int fd = free_slot(fs, 0);
    if (fd < 0)
        return fd;
    struct vfs_inode *inode =
        vfs_new(fs, S_IFREG | (mode & 07777 & ~fs->umask), &status);
    if (inode == NULL)
        return status;
    vfs_hold(inode);
    status = vfs_enter(fs, place->dir, place->name, place->len, inode);
    if (status == 0)
        status = vfs_open_inode(fs, inode, flags);
    vfs_release(fs, inode);
    return status;
}

/* A file without a name, in that folder. */
static int
open_unnamed(struct vfs *fs, const struct vfs_path *path, int flags,
             uint32_t mode)
{
    struct vfs_inode *dir;
    int status = vfs_lookup(fs, path, VFS_FOLLOW, &dir);

    if (status < 0)
        return status;
    if (!writes(flags))
        return -EINVAL;
    if (!S_ISDIR(dir->mode))
        return -ENOTDIR;
    if (dir->locked)
        return -EROFS;
    if (!vfs_may(dir, 3))
        return -EACCES;
    struct vfs_inode *inode =
        vfs_new(fs, S_IFREG | (mode & 07777 & ~fs->umask), &status);
    if (inode == NULL)
        return status;
    vfs_hold(inode);
    status = vfs_open_inode(fs, inode, flags);
    vfs_release(fs, inode);
    return status;
}

static int
check_existing(const struct vfs_place *place, int flags)
{
    const struct vfs_inode *inode = place->inode;

    if (inode == NULL)
        return -ENOENT;
    if ((flags & O_CREAT) && (flags & O_EXCL))
        return -EEXIST;
    if ((flags & O_CREAT) && S_ISDIR(inode->mode))
        return -EISDIR;
    if (((flags & O_DIRECTORY) || place->slash) && !S_ISDIR(inode->mode))
        return -ENOTDIR;
    return may_open(inode, flags);
}

int
vfs_open(struct vfs *fs, const struct vfs_path *path, int flags, uint32_t mode)
{
    struct vfs_place place;
    bool exclusive = (flags & O_CREAT) && (flags & O_EXCL);
    enum vfs_follow follow =
        (flags & O_NOFOLLOW) || exclusive ? VFS_NOFOLLOW : VFS_FOLLOW;

    if ((flags & O_PATH) || ((flags & O_CREAT) && (flags & O_DIRECTORY)))
        return -EINVAL;
    if ((flags & O_TMPFILE) == O_TMPFILE)
        return open_unnamed(fs, path, flags, mode);
    if (flags & O_CREAT)
        follow = follow == VFS_NOFOLLOW ? VFS_CREATE_HERE : VFS_CREATE;
    int status = vfs_walk(fs, path, follow, &place);
    if (status < 0)
        return status;
    if (place.inode == NULL && (flags & O_CREAT))
        return create(fs, &place, flags, mode);
    status = check_existing(&place, flags);
    if (status < 0)
        return status;
    int fd = vfs_open_inode(fs, place.inode, flags);
    if (fd >= 0 && (flags & O_TRUNC)) {
        (void)vfs_data_truncate(fs, &place.inode->data, 0);
        vfs_touch(fs, place.inode);
    }
    return fd;
}

/* --- descriptors --- */

struct vfs_open *
vfs_opened(const struct vfs *fs, int fd)
{
    if (fd < 0 || (uint32_t)fd >= fs->limits.open)
        return NULL;
    return fs->open[fd];
}

int
vfs_close(struct vfs *fs, int fd)
{
    struct vfs_open *open = vfs_opened(fs, fd);

    if (open == NULL)
        return -EBADF;
    fs->open[fd] = NULL;
    fs->open_count--;
    if (--open->refs == 0) {
        vfs_release(fs, open->inode);
        free(open);
    }
    return 0;
}

int
vfs_dup(struct vfs *fs, int fd, int lowest)
{
    struct vfs_open *open = vfs_opened(fs, fd);

    if (open == NULL)
        return -EBADF;
    if (lowest < 0 || (uint32_t)lowest >= fs->limits.open)
        return -EINVAL;
    int copy = free_slot(fs, (uint32_t)lowest);
    if (copy < 0)
        return copy;
    open->refs++;
    fs->open[copy] = open;
    fs->inherit[copy] = 0;
    fs->open_count++;
    return copy;
}

int
vfs_dup_onto(struct vfs *fs, int fd, int onto)
{
    struct vfs_open *open = vfs_opened(fs, fd);

    if (open == NULL || onto < 0 || (uint32_t)onto >= fs->limits.open)
        return -EBADF;
    if (fd == onto)
        return onto;
    open->refs++;
    (void)vfs_close(fs, onto);
    fs->open[onto] = open;
    fs->inherit[onto] = 0;
    fs->open_count++;
    return onto;
}

/* --- reading and writing --- */

/* As rw_verify_area(): no file is that long. */
static bool
is_beyond(int64_t at, size_t size)
{
    return at < 0 || size > (size_t)(INT64_MAX - at);
}

static int
may_read(const struct vfs_open *open, int64_t at, size_t size)
{
    if (!reads(open->flags))
        return -EBADF;
    if (open->inode != NULL && is_beyond(at, size))
        return -EINVAL;
    return open->inode == NULL          ? -EINVAL
           : S_ISDIR(open->inode->mode) ? -EISDIR
                                        : 0;
}

static ssize_t
write_at(struct vfs *fs, struct vfs_open *open, int64_t at, const void *bytes,
         size_t size)
{
    if (!writes(open->flags))
        return -EBADF;
    if (open->inode == NULL || is_beyond(at, size))
        return -EINVAL;
    ssize_t done = vfs_data_write(fs, &open->inode->data, at, bytes, size);
    if (done > 0)
        vfs_touch(fs, open->inode);
    return done;
}

/* As a file system that is mounted "relatime", which is what mount(8) does. */
void
vfs_accessed(struct vfs *fs, struct vfs_inode *inode)
{
    const int64_t day = 86400 * INT64_C(1000000000);

    if (inode->locked)
        return;
    int64_t now = vfs_now(fs);
    if (inode->atime <= inode->mtime || inode->atime <= inode->ctime ||
        now - inode->atime >= day)
        inode->atime = now;
}

ssize_t
vfs_pread(struct vfs *fs, struct vfs_open *open, int64_t at, void *out,
          size_t size)
{
    if (at < 0)
        return -EINVAL;
    int status = may_read(open, at, size);
    if (status < 0)
        return status;
    ssize_t done = vfs_data_read(&open->inode->data, at, out, size);
    if (done >= 0)
        vfs_accessed(fs, open->inode);
    return done;
}

ssize_t
vfs_read(struct vfs *fs, struct vfs_open *open, void *out, size_t size)
{
    ssize_t done = vfs_pread(fs, open, open->at, out, size);

    if (done > 0)
        open->at += done;
    return done;
}

/* O_APPEND counts here as well, as on Linux. */
ssize_t
vfs_pwrite(struct vfs *fs, struct vfs_open *open, int64_t at,
           const void *bytes, size_t size)
{
    if (at < 0)
        return -EINVAL;
    if ((open->flags & O_APPEND) && open->inode != NULL)
        at = (int64_t)open->inode->data.size;
    return write_at(fs, open, at, bytes, size);
}

ssize_t
vfs_write(struct vfs *fs, struct vfs_open *open, const void *bytes,
          size_t size)
{
    int64_t at = open->at;

    if ((open->flags & O_APPEND) && open->inode != NULL)
        at = (int64_t)open->inode->data.size;
    ssize_t done = write_at(fs, open, at, bytes, size);
    if (done > 0)
        open->at = at + done;
    return done;
}

/* There are no holes: a file is data up to its end. */
static int64_t
seek_data(const struct vfs_open *open, int64_t offset, int whence)
{
    int64_t size = (int64_t)open->inode->data.size;

    if (offset < 0 || offset >= size)
        return -ENXIO;
    return whence == SEEK_DATA ? offset : size;
}

int64_t
vfs_seek(struct vfs_open *open, int64_t offset, int whence)
{
    int64_t base = 0;

    if (open->inode == NULL)
        return -ESPIPE;
    if (S_ISDIR(open->inode->mode) && whence != SEEK_SET && whence != SEEK_CUR)
        return -EINVAL;
    if (whence == SEEK_DATA || whence == SEEK_HOLE) {
        offset = seek_data(open, offset, whence);
        if (offset < 0)
            return offset;
    } else if (whence == SEEK_CUR) {
        base = open->at;
    } else if (whence == SEEK_END) {
        base = (int64_t)open->inode->data.size;
    } else if (whence != SEEK_SET) {
        return -EINVAL;
    }
    /* The kernel lets the sum wrap and then calls it negative. */
    int64_t at;
    if (__builtin_add_overflow(base, offset, &at) || at < 0)
        return -EINVAL;
    return open->at = at;
}

int
vfs_ftruncate(struct vfs *fs, struct vfs_open *open, int64_t size)
{
    if (size < 0 || !writes(open->flags) || open->inode == NULL)
        return -EINVAL;
    int status = vfs_data_truncate(fs, &open->inode->data, size);
    if (status == 0)
        vfs_touch(fs, open->inode);
    return status;
}
