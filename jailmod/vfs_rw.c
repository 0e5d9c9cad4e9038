/* The functions of `os` that read and write. */
#include "jailmod/vfs_py.h"

#include <errno.h>
#include <stdlib.h>

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

/* --- reading --- */

/* The bytes are made first: what may run code is over when the descriptor is
 * looked up. */
static PyObject *
read_bytes(int fd, Py_ssize_t size, int64_t at, bool placed)
{
    if (size < 0)
        return vfs_py_error(-EINVAL, NULL, NULL);
    const struct vfs_open *known = vfs_opened(fs(), fd);
    if (known == NULL)
        return bad_fd();
    /* Not what was asked for, when the file is shorter. */
    if (known->inode != NULL && S_ISREG(known->inode->mode) &&
        (size_t)size > known->inode->data.size)
        size = (Py_ssize_t)known->inode->data.size;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (bytes == NULL)
        return NULL;
    struct vfs_open *open = vfs_opened(fs(), fd);
    ssize_t count =
        open == NULL ? -EBADF
        : placed
            ? vfs_pread(fs(), open, at, PyBytes_AS_STRING(bytes), (size_t)size)
            : vfs_read(fs(), open, PyBytes_AS_STRING(bytes), (size_t)size);
    if (count < 0) {
        Py_DECREF(bytes);
        return vfs_py_error(count, NULL, NULL);
    }
    if (count < size)
        _PyBytes_Resize(&bytes, count);
    return bytes;
}

static PyObject *
os_read(PyObject *module, PyObject *args)
{
    int fd;
    Py_ssize_t size;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&n:read", fd_convert, &fd, &size))
        return NULL;
    return read_bytes(fd, size, 0, false);
}

static PyObject *
os_pread(PyObject *module, PyObject *args)
{
    int fd;
    Py_ssize_t size;
    int64_t at;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&nO&:pread", fd_convert, &fd, &size,
                          offset_convert, &at))
        return NULL;
    return read_bytes(fd, size, at, true);
}

/* --- writing --- */

static ssize_t
write_fd(int fd, const void *bytes, size_t size, int64_t at, bool placed)
{
    struct vfs_open *open = vfs_opened(fs(), fd);

    if (open == NULL)
        return -EBADF;
    if (open->inode == NULL) {
        /* The result's own pipes: text there is what the program printed. */
        deny_note("writing to a standard stream by its descriptor",
                  "files.descriptor", "Use sys.stdout.buffer");
        return -EPERM;
    }
    return placed ? vfs_pwrite(fs(), open, at, bytes, size)
                  : vfs_write(fs(), open, bytes, size);
}

ssize_t
vfs_py_write(int fd, const void *bytes, size_t size)
{
    return write_fd(fd, bytes, size, 0, false);
}

static PyObject *
write_buffer(int fd, Py_buffer *view, int64_t at, bool placed)
{
    ssize_t count = write_fd(fd, view->buf, (size_t)view->len, at, placed);

    PyBuffer_Release(view);
    return count_or_error(count);
}

static PyObject *
os_write(PyObject *module, PyObject *args)
{
    int fd;
    Py_buffer view;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&y*:write", fd_convert, &fd, &view))
        return NULL;
    return write_buffer(fd, &view, 0, false);
}

static PyObject *
os_pwrite(PyObject *module, PyObject *args)
{
    int fd;
    Py_buffer view;
    int64_t at;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&y*O&:pwrite", fd_convert, &fd, &view,
                          offset_convert, &at))
        return NULL;
    return write_buffer(fd, &view, at, true);
}

/* --- several buffers --- */

typedef ssize_t each_fn(int fd, Py_buffer *view, int64_t at, bool placed);

static ssize_t
read_each(int fd, Py_buffer *view, int64_t at, bool placed)
{
    struct vfs_open *open = vfs_opened(fs(), fd);

    if (open == NULL)
        return -EBADF;
    return placed ? vfs_pread(fs(), open, at, view->buf, (size_t)view->len)
                  : vfs_read(fs(), open, view->buf, (size_t)view->len);
}

static ssize_t
write_each(int fd, Py_buffer *view, int64_t at, bool placed)
{
    return write_fd(fd, view->buf, (size_t)view->len, at, placed);
}

static PyObject *
do_each(int fd, PyObject *buffers, each_fn *each, int flags, int64_t at,
        bool placed)
{
    OWNED_REF list = PySequence_Tuple(buffers);
    if (list == NULL)
        return NULL;
    ssize_t total = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(list); i++) {
        Py_buffer view;
        if (PyObject_GetBuffer(PyTuple_GET_ITEM(list, i), &view, flags) < 0)
            return NULL;
        ssize_t asked = view.len;
        ssize_t count = each(fd, &view, at + total, placed);
        PyBuffer_Release(&view);
        if (count < 0)
            return total > 0 ? PyLong_FromSsize_t(total)
                             : vfs_py_error(count, NULL, NULL);
        total += count;
        if (count < asked)
            break;
    }
    return PyLong_FromSsize_t(total);
}

static PyObject *
os_readv(PyObject *module, PyObject *args)
{
    int fd;
    PyObject *buffers;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&O:readv", fd_convert, &fd, &buffers))
        return NULL;
    return do_each(fd, buffers, read_each, PyBUF_WRITABLE, 0, false);
}

static PyObject *
os_writev(PyObject *module, PyObject *args)
{
    int fd;
    PyObject *buffers;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&O:writev", fd_convert, &fd, &buffers))
        return NULL;
    return do_each(fd, buffers, write_each, PyBUF_SIMPLE, 0, false);
}

static PyObject *
os_preadv(PyObject *module, PyObject *args)
{
    int fd, flags = 0;
    PyObject *buffers;
    int64_t at;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&OO&|i:preadv", fd_convert, &fd, &buffers,
                          offset_convert, &at, &flags))
        return NULL;
    return do_each(fd, buffers, read_each, PyBUF_WRITABLE, at, true);
}

static PyObject *
os_pwritev(PyObject *module, PyObject *args)
{
    int fd, flags = 0;
    PyObject *buffers;
    int64_t at;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&OO&|i:pwritev", fd_convert, &fd, &buffers,
                          offset_convert, &at, &flags))
        return NULL;
    return do_each(fd, buffers, write_each, PyBUF_SIMPLE, at, true);
}

/* --- from file to file --- */

enum { PIECE = 64 << 10 };

struct copy {
    int from, to;
    int64_t from_at, to_at; /* -1: where the descriptors are */
    Py_ssize_t left;
};

/* By way of a buffer: source and destination may be one file, whose memory
 * moves when it grows. */
static ssize_t
copy_piece(const struct copy *copy, ssize_t done, unsigned char *buffer)
{
    struct vfs_open *from = vfs_opened(fs(), copy->from);
    size_t size =
        (size_t)(copy->left - done < PIECE ? copy->left - done : PIECE);

    if (from == NULL || vfs_opened(fs(), copy->to) == NULL)
        return -EBADF;
    int64_t at = copy->from_at < 0 ? from->at : copy->from_at + done;
    ssize_t got = vfs_pread(fs(), from, at, buffer, size);
    if (got <= 0)
        return got;
    ssize_t put = write_fd(copy->to, buffer, (size_t)got, copy->to_at + done,
                           copy->to_at >= 0);
    if (put > 0 && copy->from_at < 0)
        from->at += put;
    return put;
}

static PyObject *
copy_all(const struct copy *copy)
{
    unsigned char *buffer = malloc(PIECE);
    ssize_t done = 0, count = 0;

    if (buffer == NULL)
        return PyErr_NoMemory();
    while (done < copy->left) {
        count = copy_piece(copy, done, buffer);
        if (count <= 0)
            break;
        done += count;
    }
    free(buffer);
    return count_or_error(count < 0 && done == 0 ? count : done);
}

static int
offset_or_none(PyObject *object, void *offset)
{
    if (object == Py_None) {
        *(int64_t *)offset = -1;
        return 1;
    }
    if (!offset_convert(object, offset))
        return 0;
    if (*(int64_t *)offset >= 0)
        return 1;
    vfs_py_error(-EINVAL, NULL, NULL);
    return 0;
}

static PyObject *
os_sendfile(PyObject *module, PyObject *args, PyObject *kwargs)
{
    struct copy copy = {.to_at = -1};

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&O&n:sendfile",
            KEYWORDS("out_fd", "in_fd", "offset", "count"), fd_convert,
            &copy.to, fd_convert, &copy.from, offset_or_none, &copy.from_at,
            &copy.left))
        return NULL;
    return copy_all(&copy);
}

static PyObject *
os_copy_file_range(PyObject *module, PyObject *args, PyObject *kwargs)
{
    struct copy copy = {.from_at = -1, .to_at = -1};

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&n|O&O&:copy_file_range",
            KEYWORDS("src", "dst", "count", "offset_src", "offset_dst"),
            fd_convert, &copy.from, fd_convert, &copy.to, &copy.left,
            offset_or_none, &copy.from_at, offset_or_none, &copy.to_at))
        return NULL;
    if (copy.left < 0) {
        PyErr_SetString(PyExc_ValueError,
                        "negative value for 'count' not allowed");
        return NULL;
    }
    return copy_all(&copy);
}

PyMethodDef vfs_rw_methods[] = {
    ROW("copy_file_range", os_copy_file_range, "Copy from file to file."),
    {"pread", os_pread, METH_VARARGS, "Read at an offset."},
    {"preadv", os_preadv, METH_VARARGS, "Read at an offset, into buffers."},
    {"pwrite", os_pwrite, METH_VARARGS, "Write at an offset."},
    {"pwritev", os_pwritev, METH_VARARGS, "Write at an offset, buffers."},
    {"read", os_read, METH_VARARGS, "Read bytes."},
    {"readv", os_readv, METH_VARARGS, "Read into buffers."},
    ROW("sendfile", os_sendfile, "Copy from file to file."),
    {"write", os_write, METH_VARARGS, "Write bytes."},
    {"writev", os_writev, METH_VARARGS, "Write buffers."},
    {NULL, NULL, 0, NULL},
};
