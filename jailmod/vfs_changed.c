/* Which files the guest has made or changed. */
#include "jailmod/vfs.h"

#include <string.h>

struct search {
    vfs_file_fn *tell;
    void *arg;
    char path[VFS_PATH_MAX];
};

/* 0, or what tell() returned. */
static int
tell_file(struct search *search, size_t len, struct vfs_entry *entry)
{
    struct vfs_inode *inode = entry->inode;
    const struct vfs_file file = {
        .path = search->path,
        .len = len,
        .bytes = inode->data.bytes,
        .size = inode->data.size,
    };

    return search->tell(search->arg, &file);
}

/* limits.depth bounds the recursion. */
static int
search_dir(struct search *search, const struct vfs_inode *dir, size_t len)
{
    int status = 0;

    for (uint32_t i = 0; status == 0 && i < dir->dir.used; i++) {
        struct vfs_entry *entry = dir->dir.rows[i];
        if (entry == NULL)
            continue;
        size_t end = len + 1 + entry->len;
        if (end >= sizeof search->path) {
            const struct vfs_file nameless = {.path = NULL};
            status = search->tell(search->arg, &nameless);
            continue;
        }
        search->path[len] = '/';
        memcpy(search->path + len + 1, entry->name, entry->len);
        if (S_ISDIR(entry->inode->mode))
            status = search_dir(search, entry->inode, end);
        else if (S_ISREG(entry->inode->mode) &&
                 (entry->inode->changed || !entry->given))
            status = tell_file(search, end, entry);
    }
    return status;
}

int
vfs_each_changed(struct vfs *fs, vfs_file_fn *tell, void *arg)
{
    struct search search = {.tell = tell, .arg = arg};

    return search_dir(&search, fs->root, 0);
}

static void
settle_dir(struct vfs_inode *dir)
{
    for (uint32_t i = 0; i < dir->dir.used; i++) {
        struct vfs_entry *entry = dir->dir.rows[i];
        if (entry == NULL)
            continue;
        /* Written only where it is news: it would be a page of the guest's. */
        if (!entry->given)
            entry->given = true;
        if (entry->inode->changed)
            entry->inode->changed = false;
        if (S_ISDIR(entry->inode->mode))
            settle_dir(entry->inode);
    }
}

void
vfs_settle(struct vfs *fs)
{
    settle_dir(fs->root);
}
