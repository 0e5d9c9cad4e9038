/* The file system of a guest: a tree in its own memory.
 *
 * Plain C, without Python and without a system call but those that get memory
 * (mmap, mprotect, mremap, munmap, madvise: all in the wall's list).  It
 * answers as Linux's tmpfs does for one user who owns every file:
 * tests/vfs/oracle.c holds it to that.
 * All of it lives in the guest, so whoever runs native code there owns it: no
 * wall rests on it.
 *
 * Functions return 0 or a count, or a negative errno.  Paths are bytes with
 * their length, without NULs (the caller sees to that).  Nothing here calls
 * back into code of the guest's, so pointers stay valid during a call. */
#ifndef IMMURE_JAILMOD_VFS_H
#define IMMURE_JAILMOD_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum {
    VFS_NAME_MAX = 255,
    VFS_PATH_MAX = 4096, /* with the NUL, as the kernel counts */
    VFS_LINKS_MAX = 40,  /* symbolic links in one path */
    VFS_UID = 1000,      /* whose all files are */
    VFS_STREAMS = 3,     /* descriptors 0 to 2 */
};

/* What a file holds. */
struct vfs_data {
    unsigned char *bytes;
    size_t size;
    size_t room;      /* bytes that are allocated */
    size_t dirty;     /* beyond this all allocated bytes are zero */
    bool lent;        /* not ours, read-only, lives as long as the process */
    uint64_t version; /* changes with every change */
};

struct vfs_inode;

struct vfs_entry {
    struct vfs_inode *inode;
    uint32_t hash;
    uint16_t len;
    bool given;  /* the job brought it under this name */
    char name[]; /* not NUL-terminated */
};

/* Entries in the order they were made, and an index by hash. */
struct vfs_dir {
    struct vfs_inode *parent; /* held; the root is its own, unheld */
    struct vfs_entry **rows;  /* NULL where one was removed */
    uint32_t *index;          /* row number + 1, 0 for none */
    uint32_t used, count, room;
    uint32_t mask; /* of the index */
};

struct vfs_inode {
    uint64_t number;
    uint32_t mode;  /* S_IFREG, S_IFDIR or S_IFLNK, and permissions */
    uint32_t links; /* names; 0: removed, and kept by those who hold it */
    uint32_t holds; /* open files, working directory, child directories */
    bool locked;    /* read-only, and keeps its name: EROFS */
    bool changed;   /* since it was given, or made by the guest */
    int64_t atime, mtime, ctime; /* ns */
    union {
        struct vfs_data data; /* S_IFREG */
        struct vfs_dir dir;   /* S_IFDIR */
        struct {
            char *text;
            size_t len;
        } target; /* S_IFLNK */
    };
};

/* An open file description; dup() shares it. */
struct vfs_open {
    struct vfs_inode *inode; /* held; NULL: a stream */
    uint32_t refs;
    int flags;
    int64_t at;
};

struct vfs_limits {
    uint64_t bytes;  /* in all files, without those that are lent */
    uint32_t inodes; /* files, folders and links */
    uint32_t depth;  /* folders below one another */
    uint32_t open;   /* descriptors */
};

/* Reserved addresses; NULLs: none. */
struct vfs_region {
    unsigned char *start, *end;
    unsigned char *top; /* nothing from here on is in use */
};

struct vfs {
    struct vfs_limits limits;
    struct vfs_region region; /* of large files */
    struct vfs_inode *root;
    struct vfs_inode *cwd; /* held */
    uint64_t bytes;        /* used */
    uint32_t inodes;       /* used */
    uint64_t next_number;
    uint32_t umask;
    int64_t last_time;
    struct vfs_open **open; /* limits.open slots */
    uint8_t *inherit;
    uint32_t open_count;
};

/* --- vfs.c: inodes and folders --- */

int vfs_init(struct vfs *fs, const struct vfs_limits *limits);
void vfs_clear(struct vfs *fs);

/* A new inode without a name and without a hold; NULL when memory or the
 * quota of inodes is used up, with the errno in *out_error. */
struct vfs_inode *vfs_new(struct vfs *fs, uint32_t mode, int *out_error);
void vfs_hold(struct vfs_inode *inode);
/* Drop a hold; frees what has neither names nor holds left. */
void vfs_release(struct vfs *fs, struct vfs_inode *inode);

struct vfs_entry *vfs_find(const struct vfs_inode *dir, const char *name,
                           size_t len);
/* Put a name into a folder; the inode gets a link. */
int vfs_enter(struct vfs *fs, struct vfs_inode *dir, const char *name,
              size_t len, struct vfs_inode *inode);
/* Take it out again; frees the entry and perhaps the inode. */
void vfs_leave(struct vfs *fs, struct vfs_inode *dir, struct vfs_entry *entry);
/* Give an entry another folder or name, in the place of what has that name.
 * All or nothing. */
int vfs_move(struct vfs *fs, struct vfs_inode *from, struct vfs_entry *entry,
             struct vfs_inode *to, const char *name, size_t len);
bool vfs_may(const struct vfs_inode *inode, uint32_t bits);
int64_t vfs_now(struct vfs *fs);
/* What a change of the contents does besides. */
void vfs_touch(struct vfs *fs, struct vfs_inode *inode);
/* The set-user and set-group bits of a file do not outlive a change. */
void vfs_drop_ids(struct vfs_inode *inode);
/* How many folders are above it, and below it. */
uint32_t vfs_depth(const struct vfs *fs, const struct vfs_inode *dir);
uint32_t vfs_height(const struct vfs_inode *dir);
void vfs_fill_stat(const struct vfs_inode *inode, struct stat *out);

/* --- vfs_data.c: bytes --- */

/* Bytes that live as long as the process become the contents. */
void vfs_data_lend(struct vfs_data *data, const void *bytes, size_t size);
void vfs_data_free(struct vfs *fs, struct vfs_data *data);
ssize_t vfs_data_read(const struct vfs_data *data, int64_t at, void *out,
                      size_t size);
/* May write less than asked for, but not nothing. */
ssize_t vfs_data_write(struct vfs *fs, struct vfs_data *data, int64_t at,
                       const void *bytes, size_t size);
int vfs_data_truncate(struct vfs *fs, struct vfs_data *data, int64_t size);

/* --- vfs_pages.c: memory of large files --- */

void vfs_pages_reserve(struct vfs_region *region);
void vfs_pages_clear(struct vfs_region *region);
/* Zeroed memory, in whole pages; NULL when there is none.  What a larger size
 * adds is zeroed as well. */
void *vfs_pages_new(struct vfs_region *region, size_t size);
void *vfs_pages_resize(struct vfs_region *region, void *pages, size_t old,
                       size_t size);
void vfs_pages_free(struct vfs_region *region, void *pages, size_t size);

/* --- vfs_path.c: names --- */

enum vfs_last { VFS_LAST_NAME, VFS_LAST_DOT, VFS_LAST_DOTDOT, VFS_LAST_ROOT };

/* Where a path leads. */
struct vfs_place {
    struct vfs_inode *dir;   /* the folder its last name is in */
    struct vfs_inode *inode; /* NULL: there is nothing of that name */
    const char *name;        /* into the path or a link's target */
    size_t len;
    enum vfs_last last;
    bool slash; /* a slash follows the last name */
};

enum vfs_follow {
    /* A link in the last place is not looked through, whatever follows. */
    VFS_PARENT,
    VFS_NOFOLLOW, /* it is, when a slash follows it */
    VFS_FOLLOW,
    /* As VFS_PARENT and VFS_FOLLOW, but a slash there is EISDIR. */
    VFS_CREATE_HERE,
    VFS_CREATE,
};

struct vfs_path {
    struct vfs_inode *start; /* for relative paths; NULL: working directory */
    const char *text;
    size_t len;
};

/* 0 also when only the last name is missing, and under VFS_PARENT when it is
 * too long: what comes first there is for the caller. */
int vfs_walk(const struct vfs *fs, const struct vfs_path *path,
             enum vfs_follow follow, struct vfs_place *out);
/* The same, but a missing last name is ENOENT, and of a file with a slash
 * behind it ENOTDIR. */
int vfs_lookup(const struct vfs *fs, const struct vfs_path *path,
               enum vfs_follow follow, struct vfs_inode **out);

/* The errno of a last name that is not there. */
int vfs_missing(const struct vfs_place *place);

/* --- vfs_names.c: making, removing, renaming --- */

/* Name a new inode, or free it. */
int vfs_enter_new(struct vfs *fs, const struct vfs_place *place,
                  struct vfs_inode *inode);
int vfs_mkdir(struct vfs *fs, const struct vfs_path *path, uint32_t mode);
int vfs_rmdir(struct vfs *fs, const struct vfs_path *path);
int vfs_unlink(struct vfs *fs, const struct vfs_path *path);
int vfs_symlink(struct vfs *fs, const char *target, size_t len,
                const struct vfs_path *path);
int vfs_link(struct vfs *fs, const struct vfs_path *from, bool follow,
             const struct vfs_path *to);
int vfs_rename(struct vfs *fs, const struct vfs_path *from,
               const struct vfs_path *to);
int vfs_truncate(struct vfs *fs, const struct vfs_path *path, int64_t size);
int vfs_chmod(struct vfs *fs, struct vfs_inode *inode, uint32_t mode);
/* Everything is VFS_UID's, and stays so; -1 leaves it. */
int vfs_chown(struct vfs *fs, struct vfs_inode *inode, long uid, long gid);
int vfs_access(const struct vfs_inode *inode, int mode);
int vfs_set_times(struct vfs *fs, struct vfs_inode *inode, int64_t atime,
                  int64_t mtime);
int vfs_chdir(struct vfs *fs, struct vfs_inode *inode);
/* The path of a folder from the root into out (VFS_PATH_MAX bytes); its
 * length.  ENOENT for one that was removed. */
ssize_t vfs_dir_path(const struct vfs *fs, const struct vfs_inode *dir,
                     char *out);

/* --- vfs_path.c again --- */

/* Give the guest a file at an absolute path, in the place of one that is there,
 * with the folders above it; bytes NULL: a folder.  The bytes live as long as
 * the process. */
int vfs_give(struct vfs *fs, const char *path, size_t len, const void *bytes,
             size_t size, bool locked);

/* --- vfs_changed.c --- */

/* A regular file by one of its names; valid for the length of the call.  path
 * is absolute and has no NUL at its end; NULL: too long to be told. */
struct vfs_file {
    const char *path;
    size_t len;
    const void *bytes;
    size_t size;
};

/* Other than 0 ends the search and is its result. */
typedef int vfs_file_fn(void *arg, const struct vfs_file *file);

/* Those that were made or changed, or have another name than they were given,
 * since the start or vfs_settle(). */
int vfs_each_changed(struct vfs *fs, vfs_file_fn *tell, void *arg);
void vfs_settle(struct vfs *fs);

/* --- vfs_fd.c: open files --- */

int vfs_open(struct vfs *fs, const struct vfs_path *path, int flags,
             uint32_t mode);
/* Descriptor of an inode that has no name; takes no link. */
int vfs_open_inode(struct vfs *fs, struct vfs_inode *inode, int flags);
/* Descriptors 0 to 2.  inode NULL: one of the process's own, which is only
 * there to be counted. */
int vfs_open_stream(struct vfs *fs, int fd, struct vfs_inode *inode,
                    int flags);
int vfs_close(struct vfs *fs, int fd);
/* NULL: EBADF. */
struct vfs_open *vfs_opened(const struct vfs *fs, int fd);
ssize_t vfs_read(struct vfs *fs, struct vfs_open *open, void *out,
                 size_t size);
ssize_t vfs_write(struct vfs *fs, struct vfs_open *open, const void *bytes,
                  size_t size);
ssize_t vfs_pread(struct vfs *fs, struct vfs_open *open, int64_t at, void *out,
                  size_t size);
ssize_t vfs_pwrite(struct vfs *fs, struct vfs_open *open, int64_t at,
                   const void *bytes, size_t size);
int64_t vfs_seek(struct vfs_open *open, int64_t offset, int whence);
int vfs_ftruncate(struct vfs *fs, struct vfs_open *open, int64_t size);
/* It was read or listed. */
void vfs_accessed(struct vfs *fs, struct vfs_inode *inode);
/* lowest: F_DUPFD; onto: dup2(), closing what is there. */
int vfs_dup(struct vfs *fs, int fd, int lowest);
int vfs_dup_onto(struct vfs *fs, int fd, int onto);

#endif
