/* The functions of `os` that take paths. */
#include "jailmod/vfs_py.h"

#include <errno.h>
#include <fcntl.h>

PyObject *
path_answer(ssize_t status, const struct path_arg *path)
{
    if (status < 0)
        return vfs_py_error(status, path->object, NULL);
    Py_RETURN_NONE;
}

int
path_check_fd(const struct path_arg *path, int dir_fd, int follow)
{
    const char *wrong = NULL;

    if (path->is_fd && dir_fd != AT_FDCWD)
        wrong = "can't specify dir_fd without matching path";
    else if (path->is_fd && path->fd > 0 && !follow)
        wrong = "cannot use fd and follow_symlinks together";
    if (wrong == NULL)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: %s", path->function, wrong);
    return -1;
}

/* --- stat, access --- */

static PyObject *
stat_path(const struct path_arg *path, int dir_fd, int follow)
{
    struct vfs_inode *inode = NULL;

    if (path_check_fd(path, dir_fd, follow) < 0)
        return NULL;
    if (path->is_fd) {
        const struct vfs_open *open = vfs_opened(fs(), path->fd);
        if (open != NULL && open->inode == NULL)
            return stream_stat_result();
    }
    int status = path_inode(path, dir_fd, follow != 0, &inode);
    if (status < 0)
        return vfs_py_error(status, path->object, NULL);
    return stat_result(inode);
}

static PyObject *
os_stat(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "stat", .or_fd = true};
    int dir_fd = AT_FDCWD, follow = 1;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&|$O&p:stat",
            KEYWORDS("path", "dir_fd", "follow_symlinks"), path_convert, &path,
            dir_fd_convert, &dir_fd, &follow))
        return NULL;
    return stat_path(&path, dir_fd, follow);
}

static PyObject *
os_lstat(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "lstat"};
    int dir_fd = AT_FDCWD;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&|$O&:lstat",
                                     KEYWORDS("path", "dir_fd"), path_convert,
                                     &path, dir_fd_convert, &dir_fd))
        return NULL;
    return stat_path(&path, dir_fd, 0);
}

static PyObject *
os_access(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "access"};
    int mode, dir_fd = AT_FDCWD, effective = 0, follow = 1;
    struct vfs_inode *inode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&i|$O&pp:access",
            KEYWORDS("path", "mode", "dir_fd", "effective_ids",
                     "follow_symlinks"),
            path_convert, &path, &mode, dir_fd_convert, &dir_fd, &effective,
            &follow))
        return NULL;
    int status = path_inode(&path, dir_fd, follow != 0, &inode);
    if (status == 0)
        status = vfs_access(inode, mode);
    return PyBool_FromLong(status == 0);
}

/* --- open --- */

static PyObject *
os_open(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "open"};
    int flags, mode = 0777, dir_fd = AT_FDCWD;
    struct vfs_path start;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&i|i$O&:open",
            KEYWORDS("path", "flags", "mode", "dir_fd"), path_convert, &path,
            &flags, &mode, dir_fd_convert, &dir_fd))
        return NULL;
    int fd = path_start(&path, dir_fd, &start);
    if (fd == 0)
        fd = vfs_open(fs(), &start, flags, (uint32_t)mode);
    if (fd == -ENOENT && !(flags & O_CREAT) && dir_fd == AT_FDCWD)
        vfs_py_note_missing(path.object);
    if (fd < 0)
        return vfs_py_error(fd, path.object, NULL);
    return PyLong_FromLong(fd);
}

/* --- folders and names --- */

static PyObject *
os_mkdir(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "mkdir"};
    int mode = 0777, dir_fd = AT_FDCWD;
    struct vfs_path start;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&|i$O&:mkdir", KEYWORDS("path", "mode", "dir_fd"),
            path_convert, &path, &mode, dir_fd_convert, &dir_fd))
        return NULL;
    int status = path_start(&path, dir_fd, &start);
    if (status == 0)
        status = vfs_mkdir(fs(), &start, (uint32_t)mode);
    return path_answer(status, &path);
}

static PyObject *
remove_name(PyObject *args, PyObject *kwargs, const char *function,
            const char *format,
            int (*removed)(struct vfs *fs, const struct vfs_path *path))
{
    OWNED_PATH path = {.function = function};
    int dir_fd = AT_FDCWD;
    struct vfs_path start;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, format,
                                     KEYWORDS("path", "dir_fd"), path_convert,
                                     &path, dir_fd_convert, &dir_fd))
        return NULL;
    int status = path_start(&path, dir_fd, &start);
    if (status == 0)
        status = removed(fs(), &start);
    return path_answer(status, &path);
}

static PyObject *
os_rmdir(PyObject *module, PyObject *args, PyObject *kwargs)
{
    (void)module;
    return remove_name(args, kwargs, "rmdir", "O&|$O&:rmdir", vfs_rmdir);
}

static PyObject *
os_unlink(PyObject *module, PyObject *args, PyObject *kwargs)
{
    (void)module;
    return remove_name(args, kwargs, "unlink", "O&|$O&:unlink", vfs_unlink);
}

static PyObject *
os_remove(PyObject *module, PyObject *args, PyObject *kwargs)
{
    (void)module;
    return remove_name(args, kwargs, "remove", "O&|$O&:remove", vfs_unlink);
}

/* Where the second of two paths starts.  The kernel comes to it when it has
 * walked the first, whose error counts. */
static int
second_start(const struct vfs_path *first, enum vfs_follow follow,
             const struct path_arg *path, int dir_fd, struct vfs_path *out)
{
    int status = path_start(path, dir_fd, out);
    struct vfs_place place;

    if (status == 0)
        return 0;
    int before = vfs_walk(fs(), first, follow, &place);
    if (before == 0 && follow != VFS_PARENT && place.inode == NULL)
        before = vfs_missing(&place);
    return before < 0 ? before : status;
}

static PyObject *
rename_name(PyObject *args, PyObject *kwargs, const char *function,
            const char *format)
{
    OWNED_PATH from = {.function = function, .argument = "src"};
    OWNED_PATH to = {.function = function, .argument = "dst"};
    int from_fd = AT_FDCWD, to_fd = AT_FDCWD;
    struct vfs_path old, new;

    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, format,
            KEYWORDS("src", "dst", "src_dir_fd", "dst_dir_fd"), path_convert,
            &from, path_convert, &to, dir_fd_convert, &from_fd, dir_fd_convert,
            &to_fd))
        return NULL;
    int status = path_start(&from, from_fd, &old);
    if (status == 0)
        status = second_start(&old, VFS_PARENT, &to, to_fd, &new);
    if (status == 0)
        status = vfs_rename(fs(), &old, &new);
    if (status < 0)
        return vfs_py_error(status, from.object, to.object);
    Py_RETURN_NONE;
}

static PyObject *
os_rename(PyObject *module, PyObject *args, PyObject *kwargs)
{
    (void)module;
    return rename_name(args, kwargs, "rename", "O&O&|$O&O&:rename");
}

static PyObject *
os_replace(PyObject *module, PyObject *args, PyObject *kwargs)
{
    (void)module;
    return rename_name(args, kwargs, "replace", "O&O&|$O&O&:replace");
}

static PyObject *
os_link(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH from = {.function = "link", .argument = "src"};
    OWNED_PATH to = {.function = "link", .argument = "dst"};
    int from_fd = AT_FDCWD, to_fd = AT_FDCWD, follow = 1;
    struct vfs_path old, new;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&O&|$O&O&p:link",
                                     KEYWORDS("src", "dst", "src_dir_fd",
                                              "dst_dir_fd", "follow_symlinks"),
                                     path_convert, &from, path_convert, &to,
                                     dir_fd_convert, &from_fd, dir_fd_convert,
                                     &to_fd, &follow))
        return NULL;
    /* CPython calls link(2), which follows no link, unless a descriptor makes
       it call linkat(2). */
    bool at = from_fd != AT_FDCWD || to_fd != AT_FDCWD;
    int status = path_start(&from, from_fd, &old);
    if (status == 0)
        status = second_start(&old, follow && at ? VFS_FOLLOW : VFS_NOFOLLOW,
                              &to, to_fd, &new);
    if (status == 0)
        status = vfs_link(fs(), &old, follow && at, &new);
    if (status < 0)
        return vfs_py_error(status, from.object, to.object);
    Py_RETURN_NONE;
}

static PyObject *
os_symlink(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH from = {.function = "symlink", .argument = "src"};
    OWNED_PATH to = {.function = "symlink", .argument = "dst"};
    int folder = 0, dir_fd = AT_FDCWD;
    struct vfs_path start;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&|p$O&:symlink",
            KEYWORDS("src", "dst", "target_is_directory", "dir_fd"),
            path_convert, &from, path_convert, &to, &folder, dir_fd_convert,
            &dir_fd))
        return NULL;
    int status = from.len == 0              ? -ENOENT
                 : from.len >= VFS_PATH_MAX ? -ENAMETOOLONG
                                            : path_start(&to, dir_fd, &start);
    if (status == 0)
        status = vfs_symlink(fs(), from.text, from.len, &start);
    if (status < 0)
        return vfs_py_error(status, from.object, to.object);
    Py_RETURN_NONE;
}

static PyObject *
os_readlink(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "readlink"};
    int dir_fd = AT_FDCWD;
    struct vfs_inode *inode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&|$O&:readlink",
                                     KEYWORDS("path", "dir_fd"), path_convert,
                                     &path, dir_fd_convert, &dir_fd))
        return NULL;
    int status = path_inode(&path, dir_fd, false, &inode);
    if (status == 0 && !S_ISLNK(inode->mode))
        status = -EINVAL;
    /* An empty path is the descriptor's file here: first is there one? */
    if (path.len == 0 && dir_fd != AT_FDCWD &&
        vfs_opened(fs(), dir_fd) == NULL)
        status = -EBADF;
    if (status < 0)
        return vfs_py_error(status, path.object, NULL);
    return name_result(inode->target.text, inode->target.len,
                       !PyUnicode_Check(path.object));
}

/* --- where we are --- */

static PyObject *
os_chdir(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "chdir", .or_fd = true};
    struct vfs_inode *inode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&:chdir",
                                     KEYWORDS("path"), path_convert, &path))
        return NULL;
    int status = path_inode(&path, AT_FDCWD, true, &inode);
    if (status == 0)
        status = vfs_chdir(fs(), inode);
    return path_answer(status, &path);
}

static PyObject *
working_folder(bool as_bytes)
{
    char text[VFS_PATH_MAX];
    ssize_t len = vfs_dir_path(fs(), fs()->cwd, text);

    if (len < 0)
        return vfs_py_error(len, NULL, NULL);
    return name_result(text, (size_t)len, as_bytes);
}

static PyObject *
os_getcwd(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    return working_folder(false);
}

static PyObject *
os_getcwdb(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    return working_folder(true);
}

static PyObject *
os_umask(PyObject *module, PyObject *arg)
{
    int mask;

    (void)module;
    if (!int_convert(arg, &mask))
        return NULL;
    uint32_t before = fs()->umask;
    fs()->umask = (uint32_t)mask & 0777;
    return PyLong_FromUnsignedLong(before);
}

PyMethodDef vfs_path_methods[] = {
    ROW("access", os_access, "Whether the file may be used in that mode."),
    ROW("chdir", os_chdir, "Change the working directory."),
    {"getcwd", os_getcwd, METH_NOARGS, "The working directory."},
    {"getcwdb", os_getcwdb, METH_NOARGS, "The working directory, as bytes."},
    ROW("link", os_link, "Create a hard link."),
    ROW("lstat", os_lstat, "As stat(), not following a link."),
    ROW("mkdir", os_mkdir, "Create a directory."),
    ROW("open", os_open, "Open a file; returns its descriptor."),
    ROW("readlink", os_readlink, "Where a symbolic link points."),
    ROW("remove", os_remove, "Remove a file."),
    ROW("rename", os_rename, "Rename a file or directory."),
    ROW("replace", os_replace, "Rename, replacing the destination."),
    ROW("rmdir", os_rmdir, "Remove an empty directory."),
    ROW("stat", os_stat, "The state of a file."),
    ROW("symlink", os_symlink, "Create a symbolic link."),
    {"umask", os_umask, METH_O, "Set the umask; returns the old one."},
    ROW("unlink", os_unlink, "Remove a file."),
    {NULL, NULL, 0, NULL},
};
