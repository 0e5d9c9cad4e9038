/* The functions of `os` that read and write. */
#include "jailmod/vfs_py.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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
    if (size < 0 || (placed && at < 0))
        return vfs_py_error(-EINVAL, NULL, NULL);
    const struct vfs_open *known = vfs_opened(fs(), fd);
    if (known == NULL || (known->flags & O_ACCMODE) == O_WRONLY)
        return bad_fd();
    if (placed && size > INT64_MAX - at)
        return vfs_py_error(-EINVAL, NULL, NULL);
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
    if (!PyArg_ParseTuple(args, "O&n:read", int_convert, &fd, &size))
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
    if (!PyArg_ParseTuple(args, "O&nO&:pread", int_convert, &fd, &size,
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
    if (!PyArg_ParseTuple(args, "O&y*:write", int_convert, &fd, &view))
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
    if (!PyArg_ParseTuple(args, "O&y*O&:pwrite", int_convert, &fd, &view,
                          offset_convert, &at))
        return NULL;
    if (at < 0) {
        PyBuffer_Release(&view);
        return vfs_py_error(-EINVAL, NULL, NULL);
    }
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

/* All at once, as the kernel gets them. */
struct views {
    Py_buffer *rows;
    Py_ssize_t count;
};

static void
views_clear(struct views *views)
{
    for (Py_ssize_t i = 0; i < views->count; i++)
        PyBuffer_Release(&views->rows[i]);
    PyMem_Free(views->rows);
}

static int
views_take(struct views *views, PyObject *list, int flags)
{
    Py_ssize_t size = PyTuple_GET_SIZE(list);

    views->rows = PyMem_New(Py_buffer, size);
    if (views->rows == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (; views->count < size; views->count++)
        if (PyObject_GetBuffer(PyTuple_GET_ITEM(list, views->count),
                               &views->rows[views->count], flags) < 0)
            return -1;
    return 0;
}

static ssize_t
each_view(const struct views *views, int fd, each_fn *each, int64_t at,
          bool placed)
{
    ssize_t total = 0;

    if (vfs_opened(fs(), fd) == NULL)
        return -EBADF;
    if (views->count > IOV_MAX)
        return -EINVAL;
    int wrong = each == read_each ? O_WRONLY : O_RDONLY;
    if ((vfs_opened(fs(), fd)->flags & O_ACCMODE) == wrong)
        return -EBADF; /* also when there is nothing to do */
    for (Py_ssize_t i = 0; i < views->count; i++) {
        ssize_t count = each(fd, &views->rows[i], at + total, placed);
        if (count < 0)
            return total > 0 ? total : count;
        total += count;
        if (count < views->rows[i].len)
            break;
    }
    return total;
}

static PyObject *
do_each(int fd, PyObject *buffers, each_fn *each, int flags, int64_t at,
        bool placed)
{
    struct views views = {NULL, 0};

    OWNED_REF list = PySequence_Tuple(buffers);
    if (list == NULL)
        return NULL;
    int status = views_take(&views, list, flags);
    /* To the kernel -1 is where the descriptor is. */
    placed = placed && at != -1;
    ssize_t count = status < 0 ? 0
                    : placed && at < 0
                        ? -EINVAL
                        : each_view(&views, fd, each, at, placed);
    views_clear(&views);
    return status < 0 ? NULL : count_or_error(count);
}

/* CPython's message, with the name of the function. */
static int
check_sequence(PyObject *buffers, const char *function)
{
    if (PySequence_Check(buffers))
        return 0;
    PyErr_Format(PyExc_TypeError, "%s() arg 2 must be a sequence", function);
    return -1;
}

static PyObject *
os_readv(PyObject *module, PyObject *args)
{
    int fd;
    PyObject *buffers;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&O:readv", int_convert, &fd, &buffers) ||
        check_sequence(buffers, "readv") < 0)
        return NULL;
    return do_each(fd, buffers, read_each, PyBUF_WRITABLE, 0, false);
}

static PyObject *
os_writev(PyObject *module, PyObject *args)
{
    int fd;
    PyObject *buffers;

    (void)module;
    if (!PyArg_ParseTuple(args, "O&O:writev", int_convert, &fd, &buffers) ||
        check_sequence(buffers, "writev") < 0)
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
    if (!PyArg_ParseTuple(args, "O&OO&|i:preadv", int_convert, &fd, &buffers,
                          offset_convert, &at, &flags) ||
        check_sequence(buffers, "preadv") < 0)
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
    if (!PyArg_ParseTuple(args, "O&OO&|i:pwritev", int_convert, &fd, &buffers,
                          offset_convert, &at, &flags) ||
        check_sequence(buffers, "pwritev") < 0)
        return NULL;
    return do_each(fd, buffers, write_each, PyBUF_SIMPLE, at, true);
}

/* --- from file to file --- */

enum { PIECE = 64 << 10 };

/* Where the descriptor is. */
static const int64_t NONE = INT64_MIN;

struct copy {
    int from, to;
    int64_t from_at, to_at; /* or NONE */
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
    ssize_t got = vfs_pread(fs(), from, copy->from_at + done, buffer, size);
    if (got <= 0)
        return got;
    return write_fd(copy->to, buffer, (size_t)got, copy->to_at + done, true);
}

/* Both descriptors are open.  They may be one: it moves once then. */
static PyObject *
copy_all(struct copy *copy)
{
    struct vfs_open *from = vfs_opened(fs(), copy->from);
    struct vfs_open *to = vfs_opened(fs(), copy->to);
    bool from_moves = copy->from_at == NONE, to_moves = copy->to_at == NONE;
    unsigned char *buffer = malloc(PIECE);
    ssize_t done = 0, count = 0;

    if (buffer == NULL)
        return PyErr_NoMemory();
    if (from_moves)
        copy->from_at = from->at;
    if (to_moves)
        copy->to_at = to->at;
    while (done < copy->left) {
        count = copy_piece(copy, done, buffer);
        if (count <= 0)
            break;
        done += count;
    }
    free(buffer);
    if (from_moves)
        from->at = copy->from_at + done;
    if (to_moves)
        to->at = copy->to_at + done;
    return count_or_error(count < 0 && done == 0 ? count : done);
}

/* No offset is NONE: no other is it, for what is negative is an error. */
static int
offset_or_none(PyObject *object, void *offset)
{
    if (object != Py_None)
        return offset_convert(object, offset);
    *(int64_t *)offset = NONE;
    return 1;
}

static bool
is_short(int64_t at, Py_ssize_t size)
{
    return at >= 0 && size <= INT64_MAX - at;
}

/* What sendfile(2) looks at, in its order (do_sendfile() of the kernel). */
static int
check_sendfile(const struct copy *copy)
{
    const struct vfs_open *from = vfs_opened(fs(), copy->from);
    const struct vfs_open *to = vfs_opened(fs(), copy->to);

    if (from == NULL || (from->flags & O_ACCMODE) == O_WRONLY)
        return -EBADF;
    int64_t at = copy->from_at == NONE ? from->at : copy->from_at;
    if (copy->left < 0 || !is_short(at, copy->left))
        return -EINVAL;
    if (to == NULL || (to->flags & O_ACCMODE) == O_RDONLY)
        return -EBADF;
    if ((to->flags & O_APPEND) || !is_short(to->at, copy->left))
        return -EINVAL;
    if (from->inode != NULL)
        vfs_accessed(fs(), from->inode); /* also when nothing is read */
    bool reads = from->inode != NULL && S_ISREG(from->inode->mode);
    return reads || copy->left == 0 ? 0 : -EINVAL;
}

static PyObject *
os_sendfile(PyObject *module, PyObject *args, PyObject *kwargs)
{
    struct copy copy = {.to_at = NONE};

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&O&n:sendfile",
            KEYWORDS("out_fd", "in_fd", "offset", "count"), int_convert,
            &copy.to, int_convert, &copy.from, offset_or_none, &copy.from_at,
            &copy.left))
        return NULL;
    int status = check_sendfile(&copy);
    return status < 0 ? count_or_error(status) : copy_all(&copy);
}

/* The same of copy_file_range(2): generic_copy_file_checks().  Cuts what is
 * beyond the end of the file. */
static int
check_range(struct copy *copy)
{
    const struct vfs_open *from = vfs_opened(fs(), copy->from);
    const struct vfs_open *to = vfs_opened(fs(), copy->to);

    if (from == NULL || to == NULL)
        return -EBADF;
    if (from->inode == NULL || to->inode == NULL)
        return -EINVAL;
    if (S_ISDIR(from->inode->mode) || S_ISDIR(to->inode->mode))
        return -EISDIR;
    if ((from->flags & O_ACCMODE) == O_WRONLY ||
        (to->flags & O_ACCMODE) == O_RDONLY || (to->flags & O_APPEND))
        return -EBADF;
    uint64_t in = (uint64_t)(copy->from_at == NONE ? from->at : copy->from_at);
    uint64_t out = (uint64_t)(copy->to_at == NONE ? to->at : copy->to_at);
    uint64_t size = (uint64_t)copy->left;
    if (in + size < in || out + size < out)
        return -EOVERFLOW;
    uint64_t whole = from->inode->data.size;
    size = in >= whole ? 0 : size < whole - in ? size : whole - in;
    if (from->inode == to->inode && out + size > in && out < in + size)
        return -EINVAL;
    if (!is_short((int64_t)in, copy->left) ||
        !is_short((int64_t)out, copy->left))
        return -EINVAL;
    copy->left = (Py_ssize_t)size;
    return 0;
}

static PyObject *
os_copy_file_range(PyObject *module, PyObject *args, PyObject *kwargs)
{
    struct copy copy = {.from_at = NONE, .to_at = NONE};

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O&O&n|O&O&:copy_file_range",
            KEYWORDS("src", "dst", "count", "offset_src", "offset_dst"),
            int_convert, &copy.from, int_convert, &copy.to, &copy.left,
            offset_or_none, &copy.from_at, offset_or_none, &copy.to_at))
        return NULL;
    if (copy.left < 0) {
        PyErr_SetString(PyExc_ValueError,
                        "negative value for 'count' not allowed");
        return NULL;
    }
    int status = check_range(&copy);
    return status < 0 ? count_or_error(status) : copy_all(&copy);
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
