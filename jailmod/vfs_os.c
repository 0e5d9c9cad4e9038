/* The functions of `os` that take paths. */
#include "jailmod/vfs_py.h"

#include <errno.h>
#include <fcntl.h>

/* None, or the error of a path. */
static PyObject *
answer(ssize_t status, const struct path_arg *path)
{
    if (status < 0)
        return vfs_py_error(status, path->object, NULL);
    Py_RETURN_NONE;
}

/* --- stat, access --- */

static PyObject *
stat_path(const struct path_arg *path, int dir_fd, int follow)
{
    struct vfs_inode *inode = NULL;

    if (path->is_fd && dir_fd != AT_FDCWD) {
        PyErr_SetString(PyExc_ValueError,
                        "stat: can't specify dir_fd without matching path");
        return NULL;
    }
    if (path->is_fd && !follow) {
        PyErr_SetString(PyExc_ValueError,
                        "stat: cannot use fd and follow_symlinks together");
        return NULL;
    }
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
    return answer(status, &path);
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
    return answer(status, &path);
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
        status = path_start(&to, to_fd, &new);
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
    int status = path_start(&from, from_fd, &old);
    if (status == 0)
        status = path_start(&to, to_fd, &new);
    /* CPython calls link(2), which follows no link, unless a descriptor makes
       it call linkat(2). */
    bool at = from_fd != AT_FDCWD || to_fd != AT_FDCWD;
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
    int status = path_start(&to, dir_fd, &start);
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
    if (status < 0)
        return vfs_py_error(status, path.object, NULL);
    return name_result(inode->target.text, inode->target.len,
                       !PyUnicode_Check(path.object));
}

/* --- what a file is --- */

static PyObject *
os_truncate(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "truncate", .or_fd = true};
    int64_t size;
    struct vfs_path start;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&O&:truncate",
                                     KEYWORDS("path", "length"), path_convert,
                                     &path, offset_convert, &size))
        return NULL;
    if (path.is_fd) {
        struct vfs_open *open = vfs_opened(fs(), path.fd);
        return answer(open == NULL ? -EBADF : vfs_ftruncate(fs(), open, size),
                      &path);
    }
    int status = path_start(&path, AT_FDCWD, &start);
    if (status == 0)
        status = vfs_truncate(fs(), &start, size);
    return answer(status, &path);
}

static PyObject *
os_chmod(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "chmod", .or_fd = true};
    int mode, dir_fd = AT_FDCWD, follow = 1;
    struct vfs_inode *inode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&i|$O&p:chmod",
            KEYWORDS("path", "mode", "dir_fd", "follow_symlinks"),
            path_convert, &path, &mode, dir_fd_convert, &dir_fd, &follow))
        return NULL;
    if (!follow)
        return PyErr_Format(PyExc_NotImplementedError,
                            "chmod: follow_symlinks unavailable on this "
                            "platform");
    int status = path_inode(&path, dir_fd, true, &inode);
    if (status == 0)
        status = vfs_chmod(fs(), inode, (uint32_t)mode);
    return answer(status, &path);
}

static PyObject *
os_chown(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "chown", .or_fd = true};
    int dir_fd = AT_FDCWD, follow = 1;
    long uid, gid;
    struct vfs_inode *inode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&ll|$O&p:chown",
            KEYWORDS("path", "uid", "gid", "dir_fd", "follow_symlinks"),
            path_convert, &path, &uid, &gid, dir_fd_convert, &dir_fd, &follow))
        return NULL;
    int status = path_inode(&path, dir_fd, follow != 0, &inode);
    if (status == 0)
        status = vfs_chown(fs(), inode, uid, gid);
    return answer(status, &path);
}

static PyObject *
os_lchown(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "lchown"};
    long uid, gid;
    struct vfs_inode *inode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&ll:lchown",
                                     KEYWORDS("path", "uid", "gid"),
                                     path_convert, &path, &uid, &gid))
        return NULL;
    int status = path_inode(&path, AT_FDCWD, false, &inode);
    if (status == 0)
        status = vfs_chown(fs(), inode, uid, gid);
    return answer(status, &path);
}

/* --- times --- */

static int
to_ns(PyObject *number, bool seconds, int64_t *out)
{
    time_t whole = 0;
    long part = 0;

    if (!seconds) {
        OWNED_REF index = PyNumber_Index(number);
        if (index == NULL)
            return -1;
        *out = PyLong_AsLongLong(index);
        return *out == -1 && PyErr_Occurred() ? -1 : 0;
    }
    if (_PyTime_ObjectToTimespec(number, &whole, &part, _PyTime_ROUND_FLOOR) <
        0)
        return -1;
    if (__builtin_mul_overflow((int64_t)whole, (int64_t)1000000000, out) ||
        __builtin_add_overflow(*out, (int64_t)part, out)) {
        PyErr_SetString(PyExc_OverflowError,
                        "timestamp out of range for this file system");
        return -1;
    }
    return 0;
}

static int
read_times(PyObject *times, PyObject *ns, int64_t out[2])
{
    bool seconds = times != NULL && times != Py_None;
    PyObject *pair = seconds ? times : ns; /* borrowed */

    if (seconds && ns != NULL) {
        PyErr_SetString(PyExc_ValueError, "utime: you may specify either "
                                          "'times' or 'ns' but not both");
        return -1;
    }
    if (pair == NULL) {
        out[0] = out[1] = vfs_now(fs());
        return 0;
    }
    if (!PyTuple_CheckExact(pair) || PyTuple_GET_SIZE(pair) != 2) {
        PyErr_SetString(PyExc_TypeError,
                        seconds ? "utime: 'times' must be either a tuple of "
                                  "two ints or None"
                                : "utime: 'ns' must be a tuple of two ints");
        return -1;
    }
    for (int i = 0; i < 2; i++)
        if (to_ns(PyTuple_GET_ITEM(pair, i), seconds, &out[i]) < 0)
            return -1;
    return 0;
}

static PyObject *
os_utime(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "utime", .or_fd = true};
    PyObject *times = NULL, *ns = NULL; /* borrowed from the arguments */
    int dir_fd = AT_FDCWD, follow = 1;
    int64_t both[2];
    struct vfs_inode *inode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&|O$OO&p:utime",
            KEYWORDS("path", "times", "ns", "dir_fd", "follow_symlinks"),
            path_convert, &path, &times, &ns, dir_fd_convert, &dir_fd,
            &follow) ||
        read_times(times, ns, both) < 0)
        return NULL;
    int status = path_inode(&path, dir_fd, follow != 0, &inode);
    if (status == 0)
        status = vfs_set_times(fs(), inode, both[0], both[1]);
    return answer(status, &path);
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
    return answer(status, &path);
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
    if (!fd_convert(arg, &mask))
        return NULL;
    uint32_t before = fs()->umask;
    fs()->umask = (uint32_t)mask & 0777;
    return PyLong_FromUnsignedLong(before);
}

/* --- attributes that there are none of --- */

static PyObject *
os_listxattr(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {
        .function = "listxattr", .or_fd = true, .or_none = true};
    int follow = 1;
    struct vfs_inode *inode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O&$p:listxattr",
                                     KEYWORDS("path", "follow_symlinks"),
                                     path_convert, &path, &follow))
        return NULL;
    if (path.text == NULL && !path.is_fd && !path_convert(Py_None, &path))
        return NULL;
    int status = path_inode(&path, AT_FDCWD, follow != 0, &inode);
    if (status < 0)
        return vfs_py_error(status, path.object, NULL);
    return PyList_New(0);
}

static PyObject *
os_no_xattr(PyObject *module, PyObject *args, PyObject *kwargs)
{
    (void)module;
    (void)args;
    (void)kwargs;
    return vfs_py_error(-EOPNOTSUPP, NULL, NULL);
}

/* CPython tells functions apart by their addresses. */
static PyObject *
os_setxattr(PyObject *module, PyObject *args, PyObject *kwargs)
{
    return os_no_xattr(module, args, kwargs);
}

static PyObject *
os_removexattr(PyObject *module, PyObject *args, PyObject *kwargs)
{
    return os_no_xattr(module, args, kwargs);
}

PyMethodDef vfs_path_methods[] = {
    ROW("access", os_access, "Whether the file may be used in that mode."),
    ROW("chdir", os_chdir, "Change the working directory."),
    ROW("chmod", os_chmod, "Change the permissions of a file."),
    ROW("chown", os_chown, "Change the owner of a file: only to the same."),
    {"getcwd", os_getcwd, METH_NOARGS, "The working directory."},
    {"getcwdb", os_getcwdb, METH_NOARGS, "The working directory, as bytes."},
    ROW("getxattr", os_no_xattr, "Not supported here."),
    ROW("lchown", os_lchown, "As chown(), not following a link."),
    ROW("link", os_link, "Create a hard link."),
    ROW("listxattr", os_listxattr, "No file here has extended attributes."),
    ROW("lstat", os_lstat, "As stat(), not following a link."),
    ROW("mkdir", os_mkdir, "Create a directory."),
    ROW("open", os_open, "Open a file; returns its descriptor."),
    ROW("readlink", os_readlink, "Where a symbolic link points."),
    ROW("remove", os_remove, "Remove a file."),
    ROW("removexattr", os_removexattr, "Not supported here."),
    ROW("rename", os_rename, "Rename a file or directory."),
    ROW("replace", os_replace, "Rename, replacing the destination."),
    ROW("rmdir", os_rmdir, "Remove an empty directory."),
    ROW("setxattr", os_setxattr, "Not supported here."),
    ROW("stat", os_stat, "The state of a file."),
    ROW("symlink", os_symlink, "Create a symbolic link."),
    ROW("truncate", os_truncate, "Cut or extend a file."),
    {"umask", os_umask, METH_O, "Set the umask; returns the old one."},
    ROW("unlink", os_unlink, "Remove a file."),
    ROW("utime", os_utime, "Set the times of a file."),
    {NULL, NULL, 0, NULL},
};
