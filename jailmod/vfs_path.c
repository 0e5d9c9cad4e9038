/* From a path to a place in the tree, in the order and with the errors of
 * Linux's fs/namei.c. */
#include "jailmod/vfs.h"

#include <errno.h>
#include <string.h>

/* --- walking --- */

/* What is left of the path, and of the links' targets inside one another. */
struct rest {
    const char *at, *end;
};

struct walk {
    struct rest stack[VFS_LINKS_MAX + 1];
    int depth;
    int links;
};

static const char *
skip_slashes(const struct rest *rest)
{
    const char *at = rest->at;

    while (at < rest->end && *at == '/')
        at++;
    return at;
}

/* The next component; false at the end of everything. */
static bool
next_name(struct walk *walk, const char **out_name, size_t *out_len)
{
    for (;;) {
        struct rest *rest = &walk->stack[walk->depth];
        rest->at = skip_slashes(rest);
        if (rest->at < rest->end) {
            const char *slash =
                memchr(rest->at, '/', (size_t)(rest->end - rest->at));
            const char *end = slash != NULL ? slash : rest->end;
            *out_name = rest->at;
            *out_len = (size_t)(end - rest->at);
            rest->at = end;
            return true;
        }
        if (walk->depth == 0)
            return false;
        walk->depth--;
    }
}

/* Whether names follow; *out_slash: whether slashes do. */
static bool
has_more(const struct walk *walk, bool *out_slash)
{
    *out_slash = false;
    for (int i = walk->depth; i >= 0; i--) {
        const struct rest *rest = &walk->stack[i];
        if (skip_slashes(rest) < rest->end)
            return true;
        *out_slash |= rest->at < rest->end;
    }
    return false;
}

static int
push_link(const struct vfs *fs, struct walk *walk,
          const struct vfs_inode *link, struct vfs_inode **dir)
{
    if (++walk->links > VFS_LINKS_MAX)
        return -ELOOP;
    const char *text = link->target.text;
    if (text[0] == '/')
        *dir = fs->root;
    walk->stack[++walk->depth] = (struct rest){text, text + link->target.len};
    return 0;
}

static enum vfs_last
kind_of(const char *name, size_t len)
{
    if (len == 1 && name[0] == '.')
        return VFS_LAST_DOT;
    if (len == 2 && name[0] == '.' && name[1] == '.')
        return VFS_LAST_DOTDOT;
    return VFS_LAST_NAME;
}

/* One component below dir into *out; a missing one is no error here. */
static int
look(struct vfs_inode *dir, const char *name, size_t len,
     struct vfs_place *out)
{
    if (!S_ISDIR(dir->mode))
        return -ENOTDIR;
    if (!vfs_may(dir, 1))
        return -EACCES;
    *out = (struct vfs_place){.dir = dir,
                              .inode = dir,
                              .name = name,
                              .len = len,
                              .last = kind_of(name, len)};
    if (out->last == VFS_LAST_DOTDOT)
        out->inode = dir->dir.parent;
    if (out->last == VFS_LAST_NAME) {
        struct vfs_entry *entry =
            len > VFS_NAME_MAX ? NULL : vfs_find(dir, name, len);
        out->inode = entry == NULL ? NULL : entry->inode;
    }
    return 0;
}

static bool
goes_through(const struct vfs_place *place, enum vfs_follow follow, bool more)
{
    if (place->inode == NULL || !S_ISLNK(place->inode->mode))
        return false;
    return more || follow == VFS_FOLLOW || follow == VFS_CREATE ||
           (follow == VFS_NOFOLLOW && place->slash);
}

int
vfs_missing(const struct vfs_place *place)
{
    /* A removed folder is not even asked. */
    if (place->dir->links == 0)
        return -ENOENT;
    return place->len > VFS_NAME_MAX ? -ENAMETOOLONG : -ENOENT;
}

/* What a name says that can't lead anywhere. */
static int
check_name(const struct vfs_place *place, enum vfs_follow follow, bool more)
{
    bool creates = follow == VFS_CREATE || follow == VFS_CREATE_HERE;

    if (!more && creates && place->slash && place->last == VFS_LAST_NAME)
        return -EISDIR;
    if (place->len > VFS_NAME_MAX && (more || follow != VFS_PARENT))
        return vfs_missing(place);
    return place->inode == NULL && more ? -ENOENT : 0;
}

int
vfs_walk(const struct vfs *fs, const struct vfs_path *path,
         enum vfs_follow follow, struct vfs_place *out)
{
    struct walk walk = {.depth = 0};
    struct vfs_inode *dir = path->start != NULL ? path->start : fs->cwd;

    if (path->len == 0)
        return -ENOENT;
    if (path->len >= VFS_PATH_MAX)
        return -ENAMETOOLONG;
    if (path->text[0] == '/')
        dir = fs->root;
    else if (!S_ISDIR(dir->mode))
        return -ENOTDIR;
    walk.stack[0] = (struct rest){path->text, path->text + path->len};
    struct vfs_place place = {.dir = dir, .inode = dir};
    place.last = VFS_LAST_ROOT;
    const char *name;
    size_t len;
    while (next_name(&walk, &name, &len)) {
        bool slash;
        int status = look(dir, name, len, &place);
        if (status < 0)
            return status;
        bool more = has_more(&walk, &slash);
        place.slash = slash;
        status = check_name(&place, follow, more);
        if (status < 0)
            return status;
        if (goes_through(&place, follow, more)) {
            status = push_link(fs, &walk, place.inode, &dir);
            if (status < 0)
                return status;
            /* A link to "/" alone has no last name. */
            place = (struct vfs_place){
                .dir = dir, .inode = dir, .last = VFS_LAST_ROOT};
            continue;
        }
        if (more)
            dir = place.inode;
    }
    *out = place;
    return 0;
}

int
vfs_lookup(const struct vfs *fs, const struct vfs_path *path,
           enum vfs_follow follow, struct vfs_inode **out)
{
    struct vfs_place place;
    int status = vfs_walk(fs, path, follow, &place);

    if (status < 0)
        return status;
    if (place.inode == NULL)
        return -ENOENT;
    if (place.slash && !S_ISDIR(place.inode->mode))
        return -ENOTDIR;
    *out = place.inode;
    return 0;
}

/* --- what the job brings --- */

static int
give_folder(struct vfs *fs, struct vfs_inode **dir, const char *name,
            size_t len, bool locked)
{
    struct vfs_entry *entry = vfs_find(*dir, name, len);
    int status = 0;

    if (entry == NULL) {
        if (vfs_depth(fs, *dir) + 1 >= fs->limits.depth)
            return -ENAMETOOLONG;
        struct vfs_inode *made = vfs_new(fs, S_IFDIR | 0755, &status);
        if (made == NULL)
            return status;
        const struct vfs_place place = {.dir = *dir, .name = name, .len = len};
        status = vfs_enter_new(fs, &place, made);
        if (status < 0)
            return status;
        made->locked = locked;
        *dir = made;
        return 0;
    }
    if (!S_ISDIR(entry->inode->mode))
        return -ENOTDIR;
    *dir = entry->inode;
    return 0;
}

int
vfs_give(struct vfs *fs, const char *path, size_t len, const void *bytes,
         size_t size, bool locked)
{
    struct walk walk = {.stack = {{path, path + len}}};
    struct vfs_inode *dir = fs->root;
    const char *name;
    size_t name_len;
    int status = 0;

    while (next_name(&walk, &name, &name_len)) {
        bool slash;
        if (name_len > VFS_NAME_MAX)
            return -ENAMETOOLONG;
        if (kind_of(name, name_len) != VFS_LAST_NAME)
            return -EINVAL;
        if (has_more(&walk, &slash) || bytes == NULL) {
            status = give_folder(fs, &dir, name, name_len, locked);
            if (status < 0)
                return status;
            continue;
        }
        struct vfs_entry *old = vfs_find(dir, name, name_len);
        if (old != NULL && S_ISDIR(old->inode->mode))
            return -EISDIR;
        if (old != NULL)
            vfs_leave(fs, dir, old);
        struct vfs_inode *inode = vfs_new(fs, S_IFREG | 0644, &status);
        if (inode == NULL)
            return status;
        vfs_data_lend(&inode->data, bytes, size);
        inode->changed = false;
        inode->locked = locked;
        const struct vfs_place place = {
            .dir = dir, .name = name, .len = name_len};
        status = vfs_enter_new(fs, &place, inode);
        if (status == 0)
            vfs_find(dir, name, name_len)->given = true;
        return status;
    }
    return 0;
}
