#include "jailmod/vfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INDEX_MIN = 8 };

/* --- inodes --- */

int64_t
vfs_now(struct vfs *fs)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    int64_t now = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    /* Whatever the machine's clock does, later is not earlier. */
    if (now > fs->last_time)
        fs->last_time = now;
    return fs->last_time;
}

void
vfs_drop_ids(struct vfs_inode *inode)
{
    if (S_ISDIR(inode->mode))
        return;
    inode->mode &= ~(uint32_t)S_ISUID;
    if (inode->mode & S_IXGRP)
        inode->mode &= ~(uint32_t)S_ISGID;
}

void
vfs_touch(struct vfs *fs, struct vfs_inode *inode)
{
    inode->mtime = inode->ctime = vfs_now(fs);
    inode->changed = true;
    vfs_drop_ids(inode);
}

struct vfs_inode *
vfs_new(struct vfs *fs, uint32_t mode, int *out_error)
{
    if (fs->inodes >= fs->limits.inodes) {
        *out_error = -ENOSPC;
        return NULL;
    }
    struct vfs_inode *inode = calloc(1, sizeof *inode);
    if (inode == NULL) {
        *out_error = -ENOMEM;
        return NULL;
    }
    inode->number = fs->next_number++;
    inode->mode = mode;
    inode->changed = true;
    inode->atime = inode->mtime = inode->ctime = vfs_now(fs);
    fs->inodes++;
    return inode;
}

void
vfs_hold(struct vfs_inode *inode)
{
    inode->holds++;
}

/* Returns the parent that is to be released in its turn, or NULL. */
static struct vfs_inode *
free_inode(struct vfs *fs, struct vfs_inode *inode)
{
    struct vfs_inode *parent = NULL;

    if (S_ISREG(inode->mode)) {
        vfs_data_free(fs, &inode->data);
    } else if (S_ISLNK(inode->mode)) {
        free(inode->target.text);
    } else {
        if (inode->dir.parent != inode)
            parent = inode->dir.parent;
        free(inode->dir.rows);
        free(inode->dir.index);
    }
    free(inode);
    fs->inodes--;
    return parent;
}

static bool
is_garbage(const struct vfs_inode *inode)
{
    return inode->links == 0 && inode->holds == 0;
}

/* A chain of removed folders goes in a loop: their depth is not bounded by
 * anything once they have no names. */
static void
sweep(struct vfs *fs, struct vfs_inode *inode)
{
    while (inode != NULL && is_garbage(inode)) {
        inode = free_inode(fs, inode);
        if (inode != NULL)
            inode->holds--;
    }
}

void
vfs_release(struct vfs *fs, struct vfs_inode *inode)
{
    if (inode == NULL)
        return;
    inode->holds--;
    sweep(fs, inode);
}

/* As the owner of everything. */
bool
vfs_may(const struct vfs_inode *inode, uint32_t bits)
{
    return (inode->mode >> 6 & bits) == bits;
}

/* Before 1970 the part of a second counts up as well. */
static struct timespec
split_time(int64_t ns)
{
    const int64_t second = 1000000000;
    int64_t part = ns % second;

    if (part < 0)
        part += second;
    return (struct timespec){(ns - part) / second, part};
}

void
vfs_fill_stat(const struct vfs_inode *inode, struct stat *out)
{
    *out = (struct stat){
        .st_dev = 1,
        .st_ino = inode->number,
        .st_mode = inode->mode,
        .st_nlink = inode->links,
        .st_uid = VFS_UID,
        .st_gid = VFS_UID,
        .st_blksize = 4096,
    };
    if (S_ISREG(inode->mode))
        out->st_size = (off_t)inode->data.size;
    else if (S_ISLNK(inode->mode))
        out->st_size = (off_t)inode->target.len;
    else
        out->st_size = 40 + 20 * (off_t)inode->dir.count;
    if (S_ISREG(inode->mode))
        out->st_blocks = (out->st_size + 4095) / 4096 * 8;
    out->st_atim = split_time(inode->atime);
    out->st_mtim = split_time(inode->mtime);
    out->st_ctim = split_time(inode->ctime);
}

/* --- folders --- */

static uint32_t
hash_name(const char *name, size_t len)
{
    uint32_t hash = 2166136261u; /* FNV-1a: a guest only slows itself */

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    return hash;
}

/* Where in the index a name is, or the free place it would take. */
static uint32_t
find_place(const struct vfs_dir *dir, const char *name, size_t len,
           uint32_t hash)
{
    uint32_t at = hash & dir->mask;

    for (; dir->index[at] != 0; at = (at + 1) & dir->mask) {
        const struct vfs_entry *entry = dir->rows[dir->index[at] - 1];
        if (entry != NULL && entry->hash == hash && entry->len == len &&
            memcmp(entry->name, name, len) == 0)
            break;
    }
    return at;
}

struct vfs_entry *
vfs_find(const struct vfs_inode *inode, const char *name, size_t len)
{
    const struct vfs_dir *dir = &inode->dir;

    if (dir->count == 0)
        return NULL;
    uint32_t row =
        dir->index[find_place(dir, name, len, hash_name(name, len))];
    return row == 0 ? NULL : dir->rows[row - 1];
}

/* Rows without gaps, and an index at most half full. */
static int
rebuild(struct vfs_dir *dir)
{
    uint32_t size = INDEX_MIN;
    while (size < 4 * (dir->count + 1))
        size *= 2;
    uint32_t room = size / 2;
    uint32_t *index = calloc(size, sizeof *index);
    struct vfs_entry **rows = calloc(room, sizeof(struct vfs_entry *));

    if (index == NULL || rows == NULL) {
        free(index);
        free(rows);
        return -ENOMEM;
    }
    uint32_t used = 0;
    for (uint32_t i = 0; i < dir->used; i++)
        if (dir->rows[i] != NULL)
            rows[used++] = dir->rows[i];
    free(dir->rows);
    free(dir->index);
    dir->rows = rows;
    dir->index = index;
    dir->used = used;
    dir->room = room;
    dir->mask = size - 1;
    for (uint32_t i = 0; i < used; i++) {
        uint32_t at = rows[i]->hash & dir->mask;
        while (index[at] != 0)
            at = (at + 1) & dir->mask;
        index[at] = i + 1;
    }
    return 0;
}

/* A new row; its inode knows nothing of it yet. */
static struct vfs_entry *
add_row(struct vfs_dir *dir, const char *name, size_t len,
        struct vfs_inode *inode)
{
    if (dir->used == dir->room && rebuild(dir) < 0)
        return NULL;
    struct vfs_entry *entry = malloc(sizeof *entry + len);
    if (entry == NULL)
        return NULL;
    *entry = (struct vfs_entry){
        .inode = inode, .hash = hash_name(name, len), .len = (uint16_t)len};
    memcpy(entry->name, name, len);
    dir->index[find_place(dir, name, len, entry->hash)] = dir->used + 1;
    dir->rows[dir->used++] = entry;
    dir->count++;
    return entry;
}

static void
cut_row(struct vfs_dir *dir, struct vfs_entry *entry)
{
    uint32_t at = find_place(dir, entry->name, entry->len, entry->hash);

    /* The index keeps pointing at the gap: later names may lie behind it. */
    dir->rows[dir->index[at] - 1] = NULL;
    dir->count--;
    free(entry);
    if (dir->used > INDEX_MIN && dir->count < dir->used / 4)
        (void)rebuild(dir); /* or keep the gaps */
}

static void
stamp(struct vfs *fs, struct vfs_inode *parent, struct vfs_inode *inode)
{
    parent->mtime = parent->ctime = inode->ctime = vfs_now(fs);
}

/* It has lost a name in that folder. */
static void
unlinked(struct vfs *fs, struct vfs_inode *parent, struct vfs_inode *inode)
{
    stamp(fs, parent, inode);
    if (S_ISDIR(inode->mode)) {
        /* The parent stays held: `..` of a removed folder leads there. */
        inode->links = 0;
        parent->links--;
    } else {
        inode->links--;
    }
    sweep(fs, inode);
}

int
vfs_enter(struct vfs *fs, struct vfs_inode *parent, const char *name,
          size_t len, struct vfs_inode *inode)
{
    if (add_row(&parent->dir, name, len, inode) == NULL)
        return -ENOMEM;
    inode->links++;
    if (S_ISDIR(inode->mode)) {
        inode->links++; /* its own "." */
        inode->dir.parent = parent;
        vfs_hold(parent);
        parent->links++;
    }
    stamp(fs, parent, inode);
    return 0;
}

void
vfs_leave(struct vfs *fs, struct vfs_inode *parent, struct vfs_entry *entry)
{
    struct vfs_inode *inode = entry->inode;

    cut_row(&parent->dir, entry);
    unlinked(fs, parent, inode);
}

static void
change_parent(struct vfs *fs, struct vfs_inode *inode, struct vfs_inode *to)
{
    struct vfs_inode *from = inode->dir.parent;

    if (from == to)
        return;
    from->links--;
    to->links++;
    vfs_hold(to);
    inode->dir.parent = to;
    vfs_release(fs, from);
}

int
vfs_move(struct vfs *fs, struct vfs_inode *from, struct vfs_entry *entry,
         struct vfs_inode *to, const char *name, size_t len)
{
    struct vfs_inode *inode = entry->inode;
    struct vfs_entry *there = vfs_find(to, name, len);
    struct vfs_inode *lost = NULL;

    if (there != NULL) {
        lost = there->inode;
        there->inode = inode;
        there->given = false;
    } else if (add_row(&to->dir, name, len, inode) == NULL) {
        return -ENOMEM;
    }
    cut_row(&from->dir, entry);
    stamp(fs, from, inode);
    stamp(fs, to, inode);
    if (lost != NULL)
        unlinked(fs, to, lost);
    if (S_ISDIR(inode->mode))
        change_parent(fs, inode, to);
    return 0;
}

uint32_t
vfs_depth(const struct vfs *fs, const struct vfs_inode *dir)
{
    uint32_t depth = 0;

    for (; dir != fs->root && dir != dir->dir.parent; dir = dir->dir.parent)
        depth++;
    return depth;
}

/* limits.depth bounds the recursion. */
uint32_t
vfs_height(const struct vfs_inode *inode)
{
    uint32_t highest = 0;

    if (!S_ISDIR(inode->mode))
        return 0;
    for (uint32_t i = 0; i < inode->dir.used; i++) {
        const struct vfs_entry *entry = inode->dir.rows[i];
        uint32_t height = entry == NULL ? 0 : vfs_height(entry->inode);
        if (height > highest)
            highest = height;
    }
    return highest + 1;
}

/* --- the whole --- */

int
vfs_init(struct vfs *fs, const struct vfs_limits *limits)
{
    int error = 0;

    *fs = (struct vfs){
        .limits = *limits, .next_number = 1, .umask = 022, .root = NULL};
    vfs_pages_reserve(&fs->region);
    fs->open = calloc(limits->open, sizeof(struct vfs_open *));
    fs->inherit = calloc(limits->open, 1);
    fs->root = vfs_new(fs, S_IFDIR | 0755, &error);
    if (fs->open == NULL || fs->inherit == NULL || fs->root == NULL) {
        vfs_clear(fs);
        return -ENOMEM;
    }
    fs->root->dir.parent = fs->root;
    fs->root->links = 2;
    fs->cwd = fs->root;
    vfs_hold(fs->cwd);
    return 0;
}

/* limits.depth bounds the recursion. */
static void
empty_dir(struct vfs *fs, struct vfs_inode *inode)
{
    for (uint32_t i = inode->dir.used; i-- > 0;) {
        struct vfs_entry *entry = inode->dir.rows[i];
        if (entry == NULL)
            continue;
        if (S_ISDIR(entry->inode->mode))
            empty_dir(fs, entry->inode);
        vfs_leave(fs, inode, entry);
        if (i > inode->dir.used)
            i = inode->dir.used; /* the rows have moved up */
    }
}

void
vfs_clear(struct vfs *fs)
{
    for (uint32_t fd = 0; fs->open != NULL && fd < fs->limits.open; fd++)
        (void)vfs_close(fs, (int)fd);
    if (fs->root != NULL) {
        empty_dir(fs, fs->root);
        vfs_release(fs, fs->cwd);
        fs->root->links = 0;
        sweep(fs, fs->root);
    }
    free(fs->open);
    free(fs->inherit);
    vfs_pages_clear(&fs->region);
    *fs = (struct vfs){0};
}
