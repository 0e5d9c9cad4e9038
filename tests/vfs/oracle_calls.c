/* Random calls, made on both file systems, with the same results. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/vfs/oracle.h"

enum { BYTES = 300 << 10 };

static unsigned char data_real[BYTES], data_ours[BYTES];

uint32_t
oracle_random(struct oracle *o, uint32_t below)
{
    o->random ^= o->random << 13; /* xorshift64 */
    o->random ^= o->random >> 7;
    o->random ^= o->random << 17;
    return (uint32_t)((o->random >> 16) % below);
}

static void __attribute__((noreturn))
differ(const struct oracle *o, const char *what, long long real,
       long long ours)
{
    printf("Bail out! step %lu: %s: %s: tmpfs %lld, ours %lld\n", o->step,
           o->what, what, real, ours);
    fflush(stdout);
    _exit(1);
}

static void
expect(const struct oracle *o, const char *what, long long real,
       long long ours)
{
    if (real != ours)
        differ(o, what, real, ours);
}

static long long
real_result(long long result)
{
    return result < 0 ? -errno : result;
}

/* --- random arguments --- */

/* A path of the few names all files here have; sometimes a bad one. */
static void
make_path(struct oracle *o, char *out)
{
    static const char *const names[] = {"a", "b",  "c", "d", "e",
                                        ".", "..", "a", "b"};
    size_t at = 0;
    uint32_t parts = 1 + oracle_random(o, 4);
    if (oracle_random(o, 400) == 0) {
        size_t len = oracle_random(o, 2) ? 4094 + oracle_random(o, 4)
                                         : 254 + oracle_random(o, 4);
        memset(out, 'x', len);
        out[len] = '\0';
        if (len > 4000)
            for (size_t i = 0; i < len; i += 2)
                memcpy(out + i, "./", 2);
        out[len] = '\0';
        return;
    }
    if (oracle_random(o, 5) == 0)
        out[at++] = '/';
    for (uint32_t i = 0; i < parts; i++) {
        const char *name = names[oracle_random(o, 9)];
        at += (size_t)sprintf(out + at, "%s%s", i ? "/" : "", name);
        if (oracle_random(o, 20) == 0)
            out[at++] = '/';
    }
    if (oracle_random(o, 12) == 0)
        out[at++] = '/';
    if (oracle_random(o, 200) == 0)
        at = 0;
    out[at] = '\0';
}

/* A descriptor to start from, or AT_FDCWD. */
struct start {
    int real;
    struct vfs_inode *ours;
    char text[ORACLE_TEXT];
};

static struct vfs_path
make_start(struct oracle *o, struct start *start)
{
    start->real = AT_FDCWD;
    start->ours = NULL;
    uint32_t slot = oracle_random(o, 3 * ORACLE_FDS);
    if (slot < ORACLE_FDS && o->real[slot] >= 0) {
        start->real = o->real[slot];
        start->ours = vfs_opened(&o->fs, o->ours[slot])->inode;
    }
    make_path(o, start->text);
    return (struct vfs_path){start->ours, start->text, strlen(start->text)};
}

static uint32_t
make_mode(struct oracle *o)
{
    static const uint32_t modes[] = {0777, 0755, 0700, 0644, 0666,
                                     0777, 0500, 0300, 0,    0755};
    return modes[oracle_random(o, 10)];
}

/* An open descriptor; false when that slot is free. */
static bool
make_fd(struct oracle *o, int *real, struct vfs_open **ours, uint32_t *slot)
{
    *slot = oracle_random(o, ORACLE_FDS);
    if (o->real[*slot] < 0)
        return false;
    *real = o->real[*slot];
    *ours = vfs_opened(&o->fs, o->ours[*slot]);
    return true;
}

static int64_t
make_offset(struct oracle *o)
{
    switch (oracle_random(o, 8)) {
    case 0:
        return -(int64_t)oracle_random(o, 100);
    case 1:
        return oracle_random(o, 1 << 20);
    case 2:
        return oracle_random(o, 200 << 10);
    default:
        return oracle_random(o, 5000);
    }
}

static size_t
make_size(struct oracle *o)
{
    return oracle_random(o, oracle_random(o, 12) ? 3000 : BYTES);
}

static void
make_bytes(struct oracle *o, size_t size)
{
    uint32_t first = oracle_random(o, 250) + 1;
    for (size_t i = 0; i < size; i++)
        data_real[i] = (unsigned char)(first + i * 7 + (i >> 8));
}

/* --- calls --- */

static void
call_open(struct oracle *o)
{
    static const int extra[] = {O_CREAT,     O_EXCL,     O_TRUNC,
                                O_DIRECTORY, O_NOFOLLOW, O_APPEND};
    struct start start;
    struct vfs_path path = make_start(o, &start);
    int flags = (int)oracle_random(o, 3); /* O_RDONLY, O_WRONLY, O_RDWR */
    uint32_t mode = make_mode(o);
    for (int i = 0; i < 6; i++)
        if (oracle_random(o, i == 0 ? 2 : 6) == 0)
            flags |= extra[i];
    uint32_t slot = oracle_random(o, ORACLE_FDS);
    snprintf(o->what, sizeof o->what, "open(%s, %#o, %o)", start.text, flags,
             mode);
    int real = (int)real_result(openat(start.real, start.text, flags, mode));
    int ours = vfs_open(&o->fs, &path, flags, mode);
    expect(o, "result", real < 0 ? real : 0, ours < 0 ? ours : 0);
    if (real < 0)
        return;
    if (o->real[slot] >= 0) {
        close(o->real[slot]);
        vfs_close(&o->fs, o->ours[slot]);
    }
    o->real[slot] = real;
    o->ours[slot] = ours;
}

static void
call_close(struct oracle *o)
{
    uint32_t slot;
    int real;
    struct vfs_open *ours;
    if (!make_fd(o, &real, &ours, &slot))
        return;
    snprintf(o->what, sizeof o->what, "close()");
    expect(o, "result", real_result(close(real)),
           vfs_close(&o->fs, o->ours[slot]));
    o->real[slot] = o->ours[slot] = -1;
}

static void
call_read(struct oracle *o)
{
    uint32_t slot;
    int fd;
    struct vfs_open *open;
    if (!make_fd(o, &fd, &open, &slot))
        return;
    size_t size = make_size(o);
    int64_t at = make_offset(o);
    bool placed = oracle_random(o, 2);
    snprintf(o->what, sizeof o->what, "read(%zu, %lld)", size,
             placed ? (long long)at : -1);
    long long real = real_result(placed ? pread(fd, data_real, size, at)
                                        : read(fd, data_real, size));
    long long ours = placed ? vfs_pread(&o->fs, open, at, data_ours, size)
                            : vfs_read(&o->fs, open, data_ours, size);
    expect(o, "result", real, ours);
    if (real > 0 && memcmp(data_real, data_ours, (size_t)real) != 0)
        differ(o, "bytes", 0, 1);
}

static void
call_write(struct oracle *o)
{
    uint32_t slot;
    int fd;
    struct vfs_open *open;
    if (!make_fd(o, &fd, &open, &slot))
        return;
    size_t size = make_size(o);
    int64_t at = make_offset(o);
    bool placed = oracle_random(o, 3) == 0;
    make_bytes(o, size);
    snprintf(o->what, sizeof o->what, "write(%zu, %lld)", size,
             placed ? (long long)at : -1);
    long long real = real_result(placed ? pwrite(fd, data_real, size, at)
                                        : write(fd, data_real, size));
    long long ours = placed ? vfs_pwrite(&o->fs, open, at, data_real, size)
                            : vfs_write(&o->fs, open, data_real, size);
    expect(o, "result", real, ours);
}

static void
call_seek(struct oracle *o)
{
    uint32_t slot;
    int fd;
    struct vfs_open *open;
    if (!make_fd(o, &fd, &open, &slot) || S_ISDIR(open->inode->mode))
        return; /* positions in folders are the kernel's own numbers */
    int64_t offset = make_offset(o);
    int whence = (int)oracle_random(o, 3);
    snprintf(o->what, sizeof o->what, "lseek(%lld, %d)", (long long)offset,
             whence);
    expect(o, "result", real_result(lseek(fd, offset, whence)),
           vfs_seek(open, offset, whence));
}

static void
call_truncate(struct oracle *o)
{
    uint32_t slot;
    int fd;
    struct vfs_open *open;
    struct start start;
    int64_t size = make_offset(o);
    if (oracle_random(o, 2) && make_fd(o, &fd, &open, &slot)) {
        snprintf(o->what, sizeof o->what, "ftruncate(%lld)", (long long)size);
        expect(o, "result", real_result(ftruncate(fd, size)),
               vfs_ftruncate(&o->fs, open, size));
        return;
    }
    struct vfs_path path = make_start(o, &start);
    if (start.ours != NULL)
        return; /* there is no truncateat() */
    snprintf(o->what, sizeof o->what, "truncate(%s, %lld)", start.text,
             (long long)size);
    expect(o, "result", real_result(truncate(start.text, size)),
           vfs_truncate(&o->fs, &path, size));
}

static void
same_stat(const struct oracle *o, const struct stat *real,
          const struct stat *ours)
{
    expect(o, "st_mode", real->st_mode, ours->st_mode);
    expect(o, "st_nlink", (long long)real->st_nlink,
           (long long)ours->st_nlink);
    if (!S_ISDIR(real->st_mode))
        expect(o, "st_size", real->st_size, ours->st_size);
}

static void
call_stat(struct oracle *o)
{
    struct stat real, ours;
    struct start start;
    struct vfs_inode *inode = NULL;
    struct vfs_path path = make_start(o, &start);
    bool follow = oracle_random(o, 2);
    snprintf(o->what, sizeof o->what, "stat(%s, %d)", start.text, follow);
    int got = (int)real_result(fstatat(start.real, start.text, &real,
                                       follow ? 0 : AT_SYMLINK_NOFOLLOW));
    int have =
        vfs_lookup(&o->fs, &path, follow ? VFS_FOLLOW : VFS_NOFOLLOW, &inode);
    expect(o, "result", got, have);
    if (got < 0)
        return;
    vfs_fill_stat(inode, &ours);
    same_stat(o, &real, &ours);
    if (S_ISLNK(real.st_mode)) {
        char text[ORACLE_TEXT];
        ssize_t n = readlinkat(start.real, start.text, text, sizeof text);
        expect(o, "target's length", n, (long long)inode->target.len);
        if (memcmp(text, inode->target.text, (size_t)n) != 0)
            differ(o, "target", 0, 1);
    }
}

static void
call_fstat(struct oracle *o)
{
    uint32_t slot;
    int fd;
    struct vfs_open *open;
    struct stat real, ours;
    if (!make_fd(o, &fd, &open, &slot) || fstat(fd, &real) != 0)
        return;
    snprintf(o->what, sizeof o->what, "fstat()");
    vfs_fill_stat(open->inode, &ours);
    same_stat(o, &real, &ours);
}

static void
call_mkdir(struct oracle *o)
{
    struct start start;
    struct vfs_path path = make_start(o, &start);
    uint32_t mode = make_mode(o);
    snprintf(o->what, sizeof o->what, "mkdir(%s, %o)", start.text, mode);
    expect(o, "result", real_result(mkdirat(start.real, start.text, mode)),
           vfs_mkdir(&o->fs, &path, mode));
}

static void
call_remove(struct oracle *o)
{
    struct start start;
    struct vfs_path path = make_start(o, &start);
    bool folder = oracle_random(o, 2);
    snprintf(o->what, sizeof o->what, "%s(%s)", folder ? "rmdir" : "unlink",
             start.text);
    expect(o, "result",
           real_result(
               unlinkat(start.real, start.text, folder ? AT_REMOVEDIR : 0)),
           folder ? vfs_rmdir(&o->fs, &path) : vfs_unlink(&o->fs, &path));
}

static void
call_rename(struct oracle *o)
{
    struct start from, to;
    struct vfs_path old = make_start(o, &from);
    struct vfs_path new = make_start(o, &to);
    snprintf(o->what, sizeof o->what, "rename(%s, %s)", from.text, to.text);
    expect(o, "result",
           real_result(renameat(from.real, from.text, to.real, to.text)),
           vfs_rename(&o->fs, &old, &new));
}

static void
call_link(struct oracle *o)
{
    struct start from, to;
    struct vfs_path old = make_start(o, &from);
    struct vfs_path new = make_start(o, &to);
    bool follow = oracle_random(o, 2);
    snprintf(o->what, sizeof o->what, "link(%s, %s, %d)", from.text, to.text,
             follow);
    expect(o, "result",
           real_result(linkat(from.real, from.text, to.real, to.text,
                              follow ? AT_SYMLINK_FOLLOW : 0)),
           vfs_link(&o->fs, &old, follow, &new));
}

static void
call_symlink(struct oracle *o)
{
    struct start start;
    char target[ORACLE_TEXT];
    struct vfs_path path = make_start(o, &start);
    make_path(o, target);
    snprintf(o->what, sizeof o->what, "symlink(%s, %s)", target, start.text);
    expect(o, "result", real_result(symlinkat(target, start.real, start.text)),
           vfs_symlink(&o->fs, target, strlen(target), &path));
}

static void
call_chmod(struct oracle *o)
{
    struct start start;
    struct vfs_inode *inode;
    struct vfs_path path = make_start(o, &start);
    uint32_t mode = make_mode(o);
    snprintf(o->what, sizeof o->what, "chmod(%s, %o)", start.text, mode);
    int ours = vfs_lookup(&o->fs, &path, VFS_FOLLOW, &inode);
    if (ours == 0)
        ours = vfs_chmod(&o->fs, inode, mode);
    expect(o, "result", real_result(fchmodat(start.real, start.text, mode, 0)),
           ours);
}

static void
call_access(struct oracle *o)
{
    struct start start;
    struct vfs_inode *inode;
    struct vfs_path path = make_start(o, &start);
    int mode = (int)oracle_random(o, 9);
    snprintf(o->what, sizeof o->what, "access(%s, %d)", start.text, mode);
    int ours =
        mode > 7 ? -EINVAL : vfs_lookup(&o->fs, &path, VFS_FOLLOW, &inode);
    if (ours == 0)
        ours = vfs_access(inode, mode);
    expect(o, "result",
           real_result(faccessat(start.real, start.text, mode, 0)), ours);
}

static void
call_chdir(struct oracle *o)
{
    struct start start;
    struct vfs_inode *inode;
    struct vfs_path path = make_start(o, &start);
    char real[VFS_PATH_MAX], ours[VFS_PATH_MAX];
    if (start.ours != NULL)
        return; /* there is no chdirat() */
    snprintf(o->what, sizeof o->what, "chdir(%s)", start.text);
    int status = vfs_lookup(&o->fs, &path, VFS_FOLLOW, &inode);
    if (status == 0)
        status = vfs_chdir(&o->fs, inode);
    expect(o, "result", real_result(chdir(start.text)), status);
    long long len =
        getcwd(real, sizeof real) == NULL ? -errno : (long long)strlen(real);
    expect(o, "getcwd", len, vfs_dir_path(&o->fs, o->fs.cwd, ours));
    if (len > 0 && memcmp(real, ours, (size_t)len) != 0)
        differ(o, "getcwd's bytes", 0, 1);
}

static void
call_dup(struct oracle *o)
{
    uint32_t slot, other = oracle_random(o, ORACLE_FDS);
    int fd;
    struct vfs_open *open;
    if (!make_fd(o, &fd, &open, &slot) || o->real[other] >= 0)
        return;
    o->real[other] = dup(fd);
    o->ours[other] = vfs_dup(&o->fs, o->ours[slot], 0);
    if (o->real[other] < 0 || o->ours[other] < 0)
        differ(o, "dup", o->real[other], o->ours[other]);
}

static void
call_umask(struct oracle *o)
{
    uint32_t mask = oracle_random(o, 4) ? 022 : oracle_random(o, 0200);
    umask(mask);
    o->fs.umask = mask;
}

void
oracle_step(struct oracle *o)
{
    static void (*const calls[])(struct oracle *) = {
        call_open,  call_open,     call_open,   call_close,  call_read,
        call_read,  call_write,    call_write,  call_write,  call_seek,
        call_stat,  call_stat,     call_fstat,  call_mkdir,  call_mkdir,
        call_mkdir, call_remove,   call_remove, call_rename, call_rename,
        call_link,  call_symlink,  call_chmod,  call_access, call_chdir,
        call_dup,   call_truncate, call_umask,
    };
    calls[oracle_random(o, sizeof calls / sizeof *calls)](o);
    o->step++;
}

/* --- the trees --- */

static void
compare_file(struct oracle *o, int folder, const char *name,
             const struct vfs_inode *inode)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return; /* not readable for us */
    for (int64_t at = 0;;) {
        ssize_t real = pread(fd, data_real, BYTES, at);
        ssize_t ours = vfs_data_read(&inode->data, at, data_ours, BYTES);
        expect(o, name, real, ours);
        if (real <= 0)
            break;
        if (memcmp(data_real, data_ours, (size_t)real) != 0)
            differ(o, name, 0, 1);
        at += real;
    }
    close(fd);
}

static void
compare_folder(struct oracle *o, int fd, const struct vfs_inode *dir)
{
    DIR *stream = fdopendir(fd);
    const struct dirent *real;
    uint32_t count = 0;
    while (stream != NULL && (real = readdir(stream)) != NULL) {
        if (strcmp(real->d_name, ".") == 0 || strcmp(real->d_name, "..") == 0)
            continue;
        const struct vfs_entry *entry =
            vfs_find(dir, real->d_name, strlen(real->d_name));
        count++;
        if (entry == NULL)
            differ(o, real->d_name, 1, 0);
        expect(o, real->d_name, real->d_type << 12,
               entry->inode->mode & S_IFMT);
        if (S_ISREG(entry->inode->mode))
            compare_file(o, fd, real->d_name, entry->inode);
        if (!S_ISDIR(entry->inode->mode))
            continue;
        int below = openat(fd, real->d_name, O_RDONLY | O_DIRECTORY);
        if (below >= 0)
            compare_folder(o, below, entry->inode);
    }
    if (stream != NULL)
        expect(o, "names in a folder", count, dir->dir.count);
    if (stream != NULL)
        closedir(stream);
    else
        close(fd);
}

void
oracle_compare_trees(struct oracle *o)
{
    snprintf(o->what, sizeof o->what, "the trees");
    compare_folder(o, openat(o->real_root, ".", O_RDONLY), o->fs.root);
}

static void
remove_all(int fd)
{
    DIR *stream = fdopendir(fd);
    const struct dirent *entry;
    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0)
            continue;
        if (entry->d_type == DT_DIR) {
            (void)!fchmodat(fd, entry->d_name, 0700, 0);
            remove_all(openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY));
        }
        unlinkat(fd, entry->d_name,
                 entry->d_type == DT_DIR ? AT_REMOVEDIR : 0);
    }
    closedir(stream);
}

void
oracle_reset(struct oracle *o)
{
    static const struct vfs_limits limits = {
        .bytes = 1u << 30, .inodes = 100000, .depth = 4000, .open = 64};
    for (int i = 0; i < ORACLE_FDS; i++) {
        if (o->real[i] >= 0)
            close(o->real[i]);
        o->real[i] = o->ours[i] = -1;
    }
    if (fchmod(o->real_root, 0755) != 0 || fchdir(o->real_root) != 0)
        differ(o, "back to the root", errno, 0);
    remove_all(openat(o->real_root, ".", O_RDONLY));
    vfs_clear(&o->fs);
    if (vfs_init(&o->fs, &limits) != 0)
        differ(o, "vfs_init", 0, 1);
    umask(022);
}
