/* The reading half of the buffered classes. */
#include "jailmod/vfs_buffered.h"

#include <string.h>

/* As much at a time as a raw object is asked for beyond the buffer. */
enum { PIECE = 1 << 20 };

/* --- the buffer, entered already --- */

static void
take(struct buffered *self, char *out, Py_ssize_t size)
{
    memcpy(out, self->in->bytes + self->in_at, (size_t)size);
    self->in_at += size;
}

/* Read on into the empty buffer: the count, or RAW_*. */
static Py_ssize_t
fill(struct buffered *self)
{
    self->in_at = self->in_end = 0;
    Py_ssize_t count = buffered_raw_read(self, self->in, 0, self->size);
    if (count > 0)
        self->in_end = count;
    return count;
}

/* Whole buffers' worth go around the buffer, by way of memory that a view may
 * keep. */
static Py_ssize_t
read_around(struct buffered *self, char *out, Py_ssize_t size)
{
    struct memory *piece = memory_new(size);

    if (piece == NULL)
        return RAW_ERROR;
    Py_ssize_t count = buffered_raw_read(self, piece, 0, size);
    if (count > 0)
        memcpy(out, piece->bytes, (size_t)count);
    Py_DECREF(piece);
    return count;
}

/* Up to size bytes into out, from the buffer or from one raw read. */
static Py_ssize_t
read_some(struct buffered *self, char *out, Py_ssize_t size)
{
    Py_ssize_t unread = buffered_unread(self);

    if (unread == 0 && size >= self->size) {
        Py_ssize_t whole = size - size % self->size;
        Py_ssize_t most = self->size > PIECE ? self->size : PIECE;
        return read_around(self, out, whole < most ? whole : most);
    }
    if (unread == 0) {
        unread = fill(self);
        if (unread <= 0)
            return unread;
    }
    if (size > unread)
        size = unread;
    take(self, out, size);
    return size;
}

/* What a read gives when it ends early: what there is, or None when nothing
 * was there yet.  Steals bytes. */
static PyObject *
cut(PyObject *bytes, Py_ssize_t done, Py_ssize_t count)
{
    if (count == RAW_ERROR) {
        Py_DECREF(bytes);
        return NULL;
    }
    if (count == RAW_BLOCKED && done == 0) {
        Py_DECREF(bytes);
        Py_RETURN_NONE;
    }
    _PyBytes_Resize(&bytes, done);
    return bytes;
}

static PyObject *
read_size(struct buffered *self, Py_ssize_t size)
{
    /* What is asked for may be far more than there is. */
    Py_ssize_t room = size < PIECE ? size : PIECE;
    Py_ssize_t done = 0;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, room);

    while (bytes != NULL && done < size) {
        if (done == room) {
            room = size - room < room ? size : 2 * room;
            if (_PyBytes_Resize(&bytes, room) < 0)
                return NULL;
        }
        Py_ssize_t count =
            read_some(self, PyBytes_AS_STRING(bytes) + done, room - done);
        if (count <= 0)
            return cut(bytes, done, count);
        done += count;
    }
    return bytes;
}

/* --- read() --- */

static int
check_bytes(PyObject *object, const char *method)
{
    if (object == Py_None || PyBytes_Check(object))
        return 0;
    PyErr_Format(PyExc_TypeError, "%s() should return bytes", method);
    return -1;
}

/* raw.read() until it is empty.  Adds to the list. */
static int
read_pieces(struct buffered *self, PyObject *list, bool *out_none)
{
    for (;;) {
        OWNED_REF piece = PyObject_CallMethod(self->raw, "read", NULL);
        if (piece == NULL || check_bytes(piece, "read") < 0)
            return -1;
        *out_none = piece == Py_None;
        if (piece == Py_None || PyBytes_GET_SIZE(piece) == 0)
            return 0;
        if (PyList_Append(list, piece) < 0)
            return -1;
    }
}

/* All that is left, as pieces. */
static int
collect_rest(struct buffered *self, PyObject *list, bool *out_none)
{
    OWNED_REF name = PyUnicode_InternFromString("readall");
    OWNED_REF readall = NULL;
    if (name == NULL ||
        PyObject_GetOptionalAttr(self->raw, name, &readall) < 0)
        return -1;
    if (readall == NULL)
        return read_pieces(self, list, out_none);
    OWNED_REF rest = PyObject_CallNoArgs(readall);
    if (rest == NULL || check_bytes(rest, "readall") < 0)
        return -1;
    *out_none = rest == Py_None;
    return *out_none ? 0 : PyList_Append(list, rest);
}

static PyObject *
read_all(struct buffered *self)
{
    bool none = false;
    Py_ssize_t unread = buffered_unread(self);
    OWNED_REF list = PyList_New(0);
    OWNED_REF empty = PyBytes_FromStringAndSize(NULL, 0);
    if (list == NULL || empty == NULL)
        return NULL;
    if (unread > 0) {
        OWNED_REF first =
            PyBytes_FromStringAndSize(self->in->bytes + self->in_at, unread);
        if (first == NULL || PyList_Append(list, first) < 0)
            return NULL;
    }
    self->in_at = self->in_end = 0;
    if (buffered_flush_out(self) < 0 || collect_rest(self, list, &none) < 0)
        return NULL;
    if (none && PyList_GET_SIZE(list) == 0)
        Py_RETURN_NONE;
    if (PyList_GET_SIZE(list) == 1)
        return Py_NewRef(PyList_GET_ITEM(list, 0));
    return _PyBytes_Join(empty, list);
}

/* The argument of read() and the like; None is -1. */
static int
parse_size(PyObject *args, const char *format, Py_ssize_t *out)
{
    PyObject *wanted = Py_None; /* borrowed */

    if (!PyArg_ParseTuple(args, format, &wanted))
        return -1;
    *out = -1;
    if (wanted == Py_None)
        return 0;
    if (!PyIndex_Check(wanted)) {
        PyErr_Format(PyExc_TypeError,
                     "argument should be integer or None, not '%.200s'",
                     Py_TYPE(wanted)->tp_name);
        return -1;
    }
    *out = PyNumber_AsSsize_t(wanted, PyExc_OverflowError);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

static PyObject *
read_file(struct buffered *self, Py_ssize_t size)
{
    PyObject *bytes;

    if (size < 0)
        return file_read_all(self->file);
    const struct vfs_open *open = vfs_opened(vfs_py_fs(), self->file->fd);
    Py_ssize_t left = 0;
    if (open != NULL && open->inode != NULL && S_ISREG(open->inode->mode) &&
        open->inode->data.size > (uint64_t)open->at)
        left = (Py_ssize_t)(open->inode->data.size - (size_t)open->at);
    bytes = PyBytes_FromStringAndSize(NULL, size < left ? size : left);
    if (bytes == NULL)
        return NULL;
    Py_ssize_t count = file_read_into(self->file, PyBytes_AS_STRING(bytes),
                                      PyBytes_GET_SIZE(bytes));
    if (count < 0)
        Py_CLEAR(bytes);
    else if (count < PyBytes_GET_SIZE(bytes))
        _PyBytes_Resize(&bytes, count);
    return bytes;
}

static PyObject *
buffered_read(PyObject *object, PyObject *args)
{
    struct buffered *self = (struct buffered *)object;
    Py_ssize_t size;

    if (parse_size(args, "|O:read", &size) < 0 ||
        buffered_check_made(self) < 0)
        return NULL;
    if (size < -1) {
        PyErr_SetString(PyExc_ValueError,
                        "read length must be non-negative or -1");
        return NULL;
    }
    if (buffered_begin(self, "read of closed file") < 0)
        return NULL;
    PyObject *bytes = size == 0 && self->file != NULL
                          ? PyBytes_FromStringAndSize(NULL, 0)
                      : self->file != NULL           ? read_file(self, size)
                      : size < 0                     ? read_all(self)
                      : buffered_flush_out(self) < 0 ? NULL
                                                     : read_size(self, size);
    buffered_leave(self);
    return bytes;
}

/* --- one raw read --- */

static PyObject *
read_once(struct buffered *self, Py_ssize_t size)
{
    Py_ssize_t unread = buffered_unread(self);

    if (self->file != NULL)
        return read_file(self, size);
    if (unread > 0) {
        PyObject *bytes =
            PyBytes_FromStringAndSize(NULL, unread < size ? unread : size);
        if (bytes != NULL)
            take(self, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
        return bytes;
    }
    self->in_at = self->in_end = 0;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (bytes == NULL)
        return NULL;
    Py_ssize_t count = read_around(self, PyBytes_AS_STRING(bytes), size);
    if (count == RAW_BLOCKED)
        count = 0;
    return cut(bytes, count < 0 ? 0 : count, count);
}

static PyObject *
buffered_read1(PyObject *object, PyObject *args)
{
    struct buffered *self = (struct buffered *)object;
    Py_ssize_t size = -1;

    if (!PyArg_ParseTuple(args, "|n:read1", &size))
        return NULL;
    if (buffered_begin(self, "read of closed file") < 0)
        return NULL;
    if (size < 0)
        size = self->size;
    PyObject *bytes = size == 0 ? PyBytes_FromStringAndSize(NULL, 0)
                      : buffered_flush_out(self) < 0 ? NULL
                                                     : read_once(self, size);
    buffered_leave(self);
    return bytes;
}

static PyObject *
peek_file(struct buffered *self)
{
    PyObject *bytes = read_file(self, self->size);

    if (bytes != NULL &&
        file_seek_to(self->file, -PyBytes_GET_SIZE(bytes), 1) < 0)
        Py_CLEAR(bytes);
    return bytes;
}

static PyObject *
peek(struct buffered *self)
{
    if (self->file != NULL)
        return peek_file(self);
    if (buffered_flush_out(self) < 0)
        return NULL;
    if (buffered_unread(self) == 0 && fill(self) == RAW_ERROR)
        return NULL;
    return PyBytes_FromStringAndSize(self->in->bytes + self->in_at,
                                     buffered_unread(self));
}

static PyObject *
buffered_peek(PyObject *object, PyObject *args)
{
    struct buffered *self = (struct buffered *)object;
    Py_ssize_t size = 0;

    if (!PyArg_ParseTuple(args, "|n:peek", &size) ||
        buffered_begin(self, "peek of closed file") < 0)
        return NULL;
    PyObject *bytes = peek(self);
    buffered_leave(self);
    return bytes;
}

/* --- readinto() --- */

/* One raw read: straight into what is larger than the buffer. */
static Py_ssize_t
read_more(struct buffered *self, char *out, Py_ssize_t size)
{
    if (size > self->size) {
        self->in_at = self->in_end = 0;
        return read_around(self, out, size < PIECE ? size : PIECE);
    }
    Py_ssize_t count = fill(self);
    if (count > size)
        count = size;
    if (count > 0)
        take(self, out, count);
    return count;
}

/* once: what is buffered, and then one raw read at most. */
static Py_ssize_t
read_into(struct buffered *self, char *out, Py_ssize_t size, bool once)
{
    Py_ssize_t done = buffered_unread(self), count = 0;

    if (self->file != NULL)
        return size == 0 ? 0 : file_read_into(self->file, out, size);
    if (buffered_flush_out(self) < 0)
        return RAW_ERROR;
    if (done > size)
        done = size;
    if (done > 0)
        take(self, out, done);
    while (done < size && !(once && done > 0 && size - done <= self->size)) {
        count = read_more(self, out + done, size - done);
        if (count <= 0)
            break;
        done += count;
        if (once)
            break;
    }
    return count == RAW_ERROR || (count == RAW_BLOCKED && done == 0) ? count
                                                                     : done;
}

static PyObject *
do_readinto(PyObject *object, PyObject *arg, bool once)
{
    struct buffered *self = (struct buffered *)object;
    Py_buffer view;

    if (room_convert(arg, once ? "readinto1" : "readinto", &view) < 0)
        return NULL;
    Py_ssize_t count = RAW_ERROR;
    if (buffered_begin(self, "readinto of closed file") == 0) {
        count = read_into(self, view.buf, view.len, once);
        buffered_leave(self);
    }
    PyBuffer_Release(&view);
    if (count == RAW_BLOCKED)
        Py_RETURN_NONE;
    return count < 0 ? NULL : PyLong_FromSsize_t(count);
}

static PyObject *
buffered_readinto(PyObject *object, PyObject *arg)
{
    return do_readinto(object, arg, false);
}

static PyObject *
buffered_readinto1(PyObject *object, PyObject *arg)
{
    return do_readinto(object, arg, true);
}

/* --- lines --- */

/* How long a line is that starts at bytes; all of it without an end. */
static Py_ssize_t
line_length(const char *bytes, Py_ssize_t size)
{
    const char *end = memchr(bytes, '\n', (size_t)size);

    return end == NULL ? size : end + 1 - bytes;
}

static PyObject *
line_of_file(struct buffered *self, Py_ssize_t limit)
{
    struct file *file = self->file;
    const struct vfs_open *open = vfs_opened(vfs_py_fs(), file->fd);

    if (limit == 0)
        return PyBytes_FromStringAndSize(NULL, 0);
    if (!file->readable || open == NULL || open->inode == NULL ||
        !S_ISREG(open->inode->mode) ||
        (uint64_t)open->at >= open->inode->data.size)
        return read_file(self, 0); /* the error, or nothing */
    const struct vfs_data *data = &open->inode->data;
    Py_ssize_t left = (Py_ssize_t)(data->size - (size_t)open->at);
    if (limit >= 0 && limit < left)
        left = limit;
    return read_file(self,
                     line_length((const char *)data->bytes + open->at, left));
}

static PyObject *
line_of_raw(struct buffered *self, Py_ssize_t limit)
{
    OWNED_REF list = PyList_New(0);
    OWNED_REF empty = PyBytes_FromStringAndSize(NULL, 0);
    bool ended = false;
    if (list == NULL || empty == NULL || buffered_flush_out(self) < 0)
        return NULL;
    while (!ended && limit != 0) {
        Py_ssize_t unread = buffered_unread(self);
        if (unread == 0) {
            unread = fill(self);
            if (unread == RAW_ERROR)
                return NULL;
            if (unread <= 0)
                break;
        }
        if (limit >= 0 && unread > limit)
            unread = limit;
        const char *start = self->in->bytes + self->in_at;
        Py_ssize_t size = line_length(start, unread);
        ended = start[size - 1] == '\n';
        OWNED_REF piece = PyBytes_FromStringAndSize(start, size);
        if (piece == NULL || PyList_Append(list, piece) < 0)
            return NULL;
        self->in_at += size;
        if (limit >= 0)
            limit -= size;
    }
    if (PyList_GET_SIZE(list) == 1)
        return Py_NewRef(PyList_GET_ITEM(list, 0));
    return _PyBytes_Join(empty, list);
}

static PyObject *
read_line(struct buffered *self, Py_ssize_t limit)
{
    if (buffered_begin(self, "readline of closed file") < 0)
        return NULL;
    PyObject *line = self->file != NULL ? line_of_file(self, limit)
                                        : line_of_raw(self, limit);
    buffered_leave(self);
    return line;
}

static PyObject *
buffered_readline(PyObject *object, PyObject *args)
{
    Py_ssize_t limit;

    if (parse_size(args, "|O:readline", &limit) < 0)
        return NULL;
    return read_line((struct buffered *)object, limit);
}

PyObject *
buffered_next_line(PyObject *object)
{
    OWNED_REF line = NULL;
    /* A class of the guest's may have a readline() of its own. */
    if (!buffered_is_exact(object)) {
        line = PyObject_CallMethod(object, "readline", NULL);
        if (line != NULL && !PyBytes_Check(line))
            return PyErr_Format(PyExc_OSError,
                                "readline() should have returned a bytes "
                                "object, not '%.200s'",
                                Py_TYPE(line)->tp_name);
    } else {
        line = read_line((struct buffered *)object, -1);
    }
    return line == NULL || PyBytes_GET_SIZE(line) == 0 ? NULL
                                                       : gate_take_ref(&line);
}

PyMethodDef buffered_read_methods[] = {
    {"read", buffered_read, METH_VARARGS, NULL},
    {"read1", buffered_read1, METH_VARARGS, NULL},
    {"peek", buffered_peek, METH_VARARGS, NULL},
    {"readinto", buffered_readinto, METH_O, NULL},
    {"readinto1", buffered_readinto1, METH_O, NULL},
    {"readline", buffered_readline, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
