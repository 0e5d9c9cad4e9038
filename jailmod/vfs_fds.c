/* The functions of `os` that take descriptors. */
#include "jailmod/vfs_py.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static PyObject *
bad_fd(void)
{
    return vfs_py_error(-EBADF, NULL, NULL);
}

static PyObject *
count_or_error(ssize_t count)
{
    return count < 0 ? vfs_py_error(count, NULL, NULL)
                     : PyLong_FromSsize_t(count);
}

static PyObject *
none_or_error(int status)
{
    if (status < 0)
        return vfs_py_error(status, NULL, NULL);
    Py_RETURN_NONE;
}

/* --- descriptors --- */

static PyObject *
os_close(PyObject *module, PyObject *args, PyObject *kwargs)
{
    int fd;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&:close", KEYWORDS("fd"),
                                     int_convert, &fd))
        return NULL;
    if (vfs_close(fs(), fd) < 0)
        return bad_fd();
    Py_RETURN_NONE;
}

static PyObject *
os_closerange(PyObject *module, PyObject *args)
{
    int low, high;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&O&:closerange", int_convert, &low,
                          int_convert, &high))
        return NULL;
    if (high > (int)fs()->limits.open)
        high = (int)fs()->limits.open;
    for (int fd = low < 0 ? 0 : low; fd < high; fd++)
        (void)vfs_close(fs(), fd);
    Py_RETURN_NONE;
}

static PyObject *
os_dup(PyObject *module, PyObject *arg)
{
    int fd;

    (void)module;
    return int_convert(arg, &fd) ? count_or_error(vfs_dup(fs(), fd, 0)) : NULL;
}

static PyObject *
os_dup2(PyObject *module, PyObject *args, PyObject *kwargs)
{
    int fd, onto, inheritable = 1;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&|p:dup2", KEYWORDS("fd", "fd2", "inheritable"),
            int_convert, &fd, int_convert, &onto, &inheritable))
        return NULL;
    int status = vfs_dup_onto(fs(), fd, onto);
    if (status >= 0 && fd != onto)
        fs()->inherit[status] = inheritable != 0;
    return count_or_error(status);
}

static PyObject *
os_lseek(PyObject *module, PyObject *args)
{
    int fd, whence;
    int64_t offset;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&O&i:lseek", int_convert, &fd,
                          offset_convert, &offset, &whence))
        return NULL;
    struct vfs_open *open = vfs_opened(fs(), fd);
    return open == NULL ? bad_fd()
                        : count_or_error(vfs_seek(open, offset, whence));
}

static PyObject *
os_fstat(PyObject *module, PyObject *args, PyObject *kwargs)
{
    int fd;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&:fstat", KEYWORDS("fd"),
                                     int_convert, &fd))
        return NULL;
    const struct vfs_open *open = vfs_opened(fs(), fd);
    return open == NULL          ? bad_fd()
           : open->inode == NULL ? stream_stat_result()
                                 : stat_result(open->inode);
}

static PyObject *
os_ftruncate(PyObject *module, PyObject *args)
{
    int fd;
    int64_t size;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&O&:ftruncate", int_convert, &fd,
                          offset_convert, &size))
        return NULL;
    struct vfs_open *open = vfs_opened(fs(), fd);
    return none_or_error(size < 0       ? -EINVAL
                         : open == NULL ? -EBADF
                                        : vfs_ftruncate(fs(), open, size));
}

/* The inode of a descriptor, or NULL and EBADF raised. */
static struct vfs_inode *
inode_of(int fd)
{
    const struct vfs_open *open = vfs_opened(fs(), fd);

    if (open == NULL || open->inode == NULL) {
        bad_fd();
        return NULL;
    }
    return open->inode;
}

static PyObject *
os_fchmod(PyObject *module, PyObject *args, PyObject *kwargs)
{
    int fd, mode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&i:fchmod",
                                     KEYWORDS("fd", "mode"), int_convert, &fd,
                                     &mode))
        return NULL;
    struct vfs_inode *inode = inode_of(fd);
    return inode == NULL
               ? NULL
               : none_or_error(vfs_chmod(fs(), inode, (uint32_t)mode));
}

static PyObject *
os_fchown(PyObject *module, PyObject *args, PyObject *kwargs)
{
    int fd;
    long uid, gid;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&O&:fchown", KEYWORDS("fd", "uid", "gid"),
            int_convert, &fd, uid_convert, &uid, gid_convert, &gid))
        return NULL;
    struct vfs_inode *inode = inode_of(fd);
    return inode == NULL ? NULL
                         : none_or_error(vfs_chown(fs(), inode, uid, gid));
}

static PyObject *
os_fchdir(PyObject *module, PyObject *args, PyObject *kwargs)
{
    PyObject *object; /* borrowed */

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:fchdir", KEYWORDS("fd"),
                                     &object))
        return NULL;
    int fd = PyObject_AsFileDescriptor(object);
    struct vfs_inode *inode = fd < 0 ? NULL : inode_of(fd);
    return inode == NULL ? NULL : none_or_error(vfs_chdir(fs(), inode));
}

/* Those that only look whether there is such a descriptor. */
static PyObject *
known_fd(int fd)
{
    if (vfs_opened(fs(), fd) == NULL)
        return bad_fd();
    Py_RETURN_NONE;
}

/* fsync(f) takes files as well. */
static PyObject *
os_fsync(PyObject *module, PyObject *arg)
{
    int fd = PyObject_AsFileDescriptor(arg);

    (void)module;
    return fd < 0 ? NULL : known_fd(fd);
}

static PyObject *
os_fdatasync(PyObject *module, PyObject *arg)
{
    return os_fsync(module, arg);
}

static PyObject *
os_sync(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    Py_RETURN_NONE;
}

/* Nobody else holds locks here. */
static PyObject *
os_lockf(PyObject *module, PyObject *args)
{
    int fd, command;
    int64_t length;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&iO&:lockf", int_convert, &fd, &command,
                          offset_convert, &length))
        return NULL;
    if (command < F_ULOCK || command > F_TEST)
        return vfs_py_error(-EINVAL, NULL, NULL);
    const struct vfs_open *open = vfs_opened(fs(), fd);
    bool locks = command == F_LOCK || command == F_TLOCK;
    if (open == NULL || (locks && (open->flags & O_ACCMODE) == O_RDONLY))
        return bad_fd();
    Py_RETURN_NONE;
}

static PyObject *
os_posix_fadvise(PyObject *module, PyObject *args)
{
    int fd, advice;
    int64_t offset, length;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&O&O&i:posix_fadvise", int_convert, &fd,
                          offset_convert, &offset, offset_convert, &length,
                          &advice))
        return NULL;
    if (vfs_opened(fs(), fd) == NULL)
        return bad_fd();
    bool known = advice >= POSIX_FADV_NORMAL && advice <= POSIX_FADV_NOREUSE;
    return none_or_error(known && length >= 0 ? 0 : -EINVAL);
}

static PyObject *
os_posix_fallocate(PyObject *module, PyObject *args)
{
    int fd, status = 0;
    int64_t offset, length, end;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&O&O&:posix_fallocate", int_convert, &fd,
                          offset_convert, &offset, offset_convert, &length))
        return NULL;
    struct vfs_open *open = vfs_opened(fs(), fd);
    if (open == NULL)
        status = -EBADF;
    else if (offset < 0 || length <= 0)
        status = -EINVAL;
    else if ((open->flags & O_ACCMODE) == O_RDONLY)
        status = -EBADF;
    else if (open->inode == NULL)
        status = -ESPIPE;
    else if (__builtin_add_overflow(offset, length, &end))
        status = -EFBIG;
    else if ((uint64_t)end > open->inode->data.size)
        status = vfs_ftruncate(fs(), open, end);
    else
        vfs_touch(fs(), open->inode);
    return none_or_error(status);
}

static PyObject *
os_isatty(PyObject *module, PyObject *arg)
{
    int fd;

    (void)module;
    if (!int_convert(arg, &fd))
        return NULL;
    Py_RETURN_FALSE;
}

static PyObject *
os_device_encoding(PyObject *module, PyObject *args, PyObject *kwargs)
{
    int fd;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&:device_encoding",
                                     KEYWORDS("fd"), int_convert, &fd))
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
os_get_inheritable(PyObject *module, PyObject *arg)
{
    int fd;

    (void)module;
    if (!int_convert(arg, &fd))
        return NULL;
    if (vfs_opened(fs(), fd) == NULL)
        return bad_fd();
    return PyBool_FromLong(fs()->inherit[fd]);
}

static PyObject *
os_set_inheritable(PyObject *module, PyObject *args)
{
    int fd, inheritable;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&i:set_inheritable", int_convert, &fd,
                          &inheritable))
        return NULL;
    if (vfs_opened(fs(), fd) == NULL)
        return bad_fd();
    fs()->inherit[fd] = inheritable != 0;
    Py_RETURN_NONE;
}

static PyObject *
os_get_blocking(PyObject *module, PyObject *arg)
{
    int fd;

    (void)module;
    if (!int_convert(arg, &fd))
        return NULL;
    const struct vfs_open *open = vfs_opened(fs(), fd);
    return open == NULL ? bad_fd()
                        : PyBool_FromLong(!(open->flags & O_NONBLOCK));
}

static PyObject *
os_set_blocking(PyObject *module, PyObject *args)
{
    int fd, blocking;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&p:set_blocking", int_convert, &fd,
                          &blocking))
        return NULL;
    struct vfs_open *open = vfs_opened(fs(), fd);
    if (open == NULL)
        return bad_fd();
    if (blocking)
        open->flags &= ~O_NONBLOCK;
    else
        open->flags |= O_NONBLOCK;
    Py_RETURN_NONE;
}

PyMethodDef vfs_fd_methods[] = {
    ROW("close", os_close, "Close a descriptor."),
    {"closerange", os_closerange, METH_VARARGS, "Close those from a to b."},
    ROW("device_encoding", os_device_encoding, "None: nothing is a terminal."),
    {"dup", os_dup, METH_O, "Another descriptor of the same open file."},
    ROW("dup2", os_dup2, "Make a descriptor one of another open file."),
    ROW("fchdir", os_fchdir, "Change to an open directory."),
    ROW("fchmod", os_fchmod, "Change an open file's permissions."),
    ROW("fchown", os_fchown, "As chown(), of an open file."),
    {"fdatasync", os_fdatasync, METH_O, "Nothing is held back."},
    ROW("fstat", os_fstat, "The state of an open file."),
    {"fsync", os_fsync, METH_O, "Nothing is held back."},
    {"ftruncate", os_ftruncate, METH_VARARGS, "Cut or extend an open file."},
    {"get_blocking", os_get_blocking, METH_O, "Whether it blocks."},
    {"get_inheritable", os_get_inheritable, METH_O, "As it was set."},
    {"isatty", os_isatty, METH_O, "False: nothing is a terminal."},
    {"lockf", os_lockf, METH_VARARGS, "Always free: nobody else is here."},
    {"lseek", os_lseek, METH_VARARGS, "Move where a descriptor is."},
    {"posix_fadvise", os_posix_fadvise, METH_VARARGS, "Not needed here."},
    {"posix_fallocate", os_posix_fallocate, METH_VARARGS, "Extend a file."},
    {"set_blocking", os_set_blocking, METH_VARARGS, "Nothing blocks here."},
    {"set_inheritable", os_set_inheritable, METH_VARARGS,
     "Remembered, and without effect."},
    {"sync", os_sync, METH_NOARGS, "Nothing is held back."},
    {NULL, NULL, 0, NULL},
};
