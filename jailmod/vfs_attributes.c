/* The functions of `os` that change or tell what a file is. */
#include "jailmod/vfs_py.h"

#include <errno.h>
#include <fcntl.h>

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
    if (path.is_fd && path.fd != -1) {
        struct vfs_open *open = vfs_opened(fs(), path.fd);
        int done = size < 0       ? -EINVAL
                   : open == NULL ? -EBADF
                                  : vfs_ftruncate(fs(), open, size);
        return done < 0 ? vfs_py_error(done, NULL, NULL) : Py_NewRef(Py_None);
    }
    if (path.is_fd)
        return path_answer(size < 0 ? -EINVAL : -EFAULT, &path);
    int status = path_start(&path, AT_FDCWD, &start);
    if (status == 0)
        status = vfs_truncate(fs(), &start, size);
    return path_answer(status, &path);
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
    int status = path_inode(&path, dir_fd, follow != 0, &inode);
    if (status == 0 && S_ISLNK(inode->mode))
        return PyErr_Format(PyExc_NotImplementedError,
                            "chmod: follow_symlinks unavailable on this "
                            "platform");
    if (status == 0)
        status = vfs_chmod(fs(), inode, (uint32_t)mode);
    return path_answer(status, &path);
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
            args, kwargs, "O&O&O&|$O&p:chown",
            KEYWORDS("path", "uid", "gid", "dir_fd", "follow_symlinks"),
            path_convert, &path, uid_convert, &uid, gid_convert, &gid,
            dir_fd_convert, &dir_fd, &follow) ||
        path_check_fd(&path, dir_fd, follow) < 0)
        return NULL;
    int status = path_inode(&path, dir_fd, follow != 0, &inode);
    if (status == 0)
        status = vfs_chown(fs(), inode, uid, gid);
    return path_answer(status, &path);
}

static PyObject *
os_lchown(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "lchown"};
    long uid, gid;
    struct vfs_inode *inode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&O&:lchown", KEYWORDS("path", "uid", "gid"),
            path_convert, &path, uid_convert, &uid, gid_convert, &gid))
        return NULL;
    int status = path_inode(&path, AT_FDCWD, false, &inode);
    if (status == 0)
        status = vfs_chown(fs(), inode, uid, gid);
    return path_answer(status, &path);
}

/* --- times --- */

/* As split_py_long_to_s_and_ns() in Modules/posixmodule.c. */
static int
split_ns(PyObject *number, time_t *whole, long *part)
{
    OWNED_REF second = PyLong_FromLong(1000000000);
    OWNED_REF both = second == NULL ? NULL : PyNumber_Divmod(number, second);
    if (both == NULL)
        return -1;
    if (!PyTuple_Check(both) || PyTuple_GET_SIZE(both) != 2) {
        PyErr_Format(PyExc_TypeError,
                     "%.200s.__divmod__() must return a 2-tuple, not %.200s",
                     Py_TYPE(number)->tp_name,
                     Py_TYPE((PyObject *)both)->tp_name);
        return -1;
    }
    *whole = _PyLong_AsTime_t(PyTuple_GET_ITEM(both, 0));
    if (*whole == -1 && PyErr_Occurred())
        return -1;
    *part = PyLong_AsLong(PyTuple_GET_ITEM(both, 1));
    return *part == -1 && PyErr_Occurred() ? -1 : 0;
}

/* The years 1677 to 2262; what is beyond them becomes their end, as on every
 * file system of Linux that has an end. */
static int
to_ns(PyObject *number, bool seconds, int64_t *out)
{
    time_t whole = 0;
    long part = 0;
    int status = seconds ? _PyTime_ObjectToTimespec(number, &whole, &part,
                                                    _PyTime_ROUND_FLOOR)
                         : split_ns(number, &whole, &part);
    if (status < 0)
        return -1;
    if (__builtin_mul_overflow((int64_t)whole, (int64_t)1000000000, out) ||
        __builtin_add_overflow(*out, (int64_t)part, out))
        *out = whole < 0 ? INT64_MIN : INT64_MAX;
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
        read_times(times, ns, both) < 0 ||
        path_check_fd(&path, dir_fd, follow) < 0)
        return NULL;
    int status = path_inode(&path, dir_fd, follow != 0, &inode);
    if (status == 0)
        status = vfs_set_times(fs(), inode, both[0], both[1]);
    if (status == -EFAULT)
        status = -EINVAL; /* so says utimensat(3) when there is no path */
    /* CPython names no file here: the times may be what is wrong. */
    return status < 0 ? vfs_py_error(status, NULL, NULL) : Py_NewRef(Py_None);
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
    if (((path.text == NULL && !path.is_fd) ||
         (path.is_fd && path.fd == -1)) &&
        !path_convert(Py_None, &path))
        return NULL;
    int status = path_inode(&path, AT_FDCWD, follow != 0, &inode);
    if (status < 0)
        return vfs_py_error(status, path.object, NULL);
    return PyList_New(0);
}

/* No file here can have them.  bits: what they would take. */
static PyObject *
no_xattr(const struct path_arg *path, int follow, uint32_t bits)
{
    struct vfs_inode *inode;

    if (path_check_fd(path, AT_FDCWD, follow) < 0)
        return NULL;
    int status = path_inode(path, AT_FDCWD, follow != 0, &inode);
    if (status == 0)
        status = vfs_may(inode, bits) ? -EOPNOTSUPP : -EACCES;
    return vfs_py_error(status, path->object, NULL);
}

static PyObject *
os_getxattr(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "getxattr", .or_fd = true};
    OWNED_PATH name = {.function = "getxattr", .argument = "attribute"};
    int follow = 1;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&|$p:getxattr",
            KEYWORDS("path", "attribute", "follow_symlinks"), path_convert,
            &path, path_convert, &name, &follow))
        return NULL;
    return no_xattr(&path, follow, 4);
}

static PyObject *
os_setxattr(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "setxattr", .or_fd = true};
    OWNED_PATH name = {.function = "setxattr", .argument = "attribute"};
    PyObject *value; /* borrowed */
    int flags = 0, follow = 1;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&O|i$p:setxattr",
            KEYWORDS("path", "attribute", "value", "flags", "follow_symlinks"),
            path_convert, &path, path_convert, &name, &value, &flags, &follow))
        return NULL;
    return no_xattr(&path, follow, 2);
}

static PyObject *
os_removexattr(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "removexattr", .or_fd = true};
    OWNED_PATH name = {.function = "removexattr", .argument = "attribute"};
    int follow = 1;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&|$p:removexattr",
            KEYWORDS("path", "attribute", "follow_symlinks"), path_convert,
            &path, path_convert, &name, &follow))
        return NULL;
    return no_xattr(&path, follow, 2);
}

PyMethodDef vfs_attribute_methods[] = {
    ROW("chmod", os_chmod, "Change the permissions of a file."),
    ROW("chown", os_chown, "Change the owner of a file: only to the same."),
    ROW("getxattr", os_getxattr, "Not supported here."),
    ROW("lchown", os_lchown, "As chown(), not following a link."),
    ROW("listxattr", os_listxattr, "No file here has extended attributes."),
    ROW("removexattr", os_removexattr, "Not supported here."),
    ROW("setxattr", os_setxattr, "Not supported here."),
    ROW("truncate", os_truncate, "Cut or extend a file."),
    ROW("utime", os_utime, "Set the times of a file."),
    {NULL, NULL, 0, NULL},
};
