/* The writing half of the buffered classes. */
#include "jailmod/vfs_buffered.h"

#include <errno.h>
#include <string.h>

static void
keep(struct buffered *self, const char *bytes, Py_ssize_t size)
{
    memcpy(self->out->bytes + self->out_end, bytes, (size_t)size);
    self->out_end += size;
}

/* Room for more at the end of the buffer. */
static void
move_up(struct buffered *self)
{
    Py_ssize_t left = self->out_end - self->out_at;

    if (self->out_at == 0)
        return;
    memmove(self->out->bytes, self->out->bytes + self->out_at, (size_t)left);
    self->out_at = 0;
    self->out_end = left;
}

/* A BlockingIOError that says how much was taken. */
static Py_ssize_t
blocked(Py_ssize_t taken)
{
    PyErr_Clear();
    OWNED_REF error = PyObject_CallFunction(
        PyExc_BlockingIOError, "isn", EAGAIN,
        "write could not complete without blocking", taken);
    if (error != NULL)
        PyErr_SetObject(PyExc_BlockingIOError, error);
    return -1;
}

/* The buffer is full and the raw object takes no more now. */
static Py_ssize_t
write_blocked(struct buffered *self, const char *bytes, Py_ssize_t size)
{
    if (!PyErr_ExceptionMatches(PyExc_BlockingIOError))
        return -1;
    move_up(self);
    Py_ssize_t room = self->size - self->out_end;
    if (size <= room) {
        PyErr_Clear();
        keep(self, bytes, size);
        return size;
    }
    keep(self, bytes, room);
    return blocked(room);
}

/* A view of the caller's object from start on, which owns what it shows. */
static PyObject *
view_of(PyObject *source, Py_ssize_t start)
{
    OWNED_REF whole = PyMemoryView_FromObject(source);
    OWNED_REF bytes =
        whole == NULL ? NULL : PyObject_CallMethod(whole, "cast", "s", "B");
    OWNED_REF fixed =
        bytes == NULL ? NULL : PyObject_CallMethod(bytes, "toreadonly", NULL);
    return fixed == NULL ? NULL
                         : PySequence_GetSlice(fixed, start, PY_SSIZE_T_MAX);
}

/* More than a buffer holds goes straight to the raw object. */
static Py_ssize_t
write_around(struct buffered *self, PyObject *source, const Py_buffer *data)
{
    const char *bytes = data->buf;
    Py_ssize_t done = 0;

    while (data->len - done > self->size) {
        OWNED_REF view = view_of(source, done);
        if (view == NULL)
            return -1;
        Py_ssize_t count = buffered_raw_write(self, view, data->len - done);
        if (count == RAW_BLOCKED) {
            keep(self, bytes + done, self->size);
            return blocked(done + self->size);
        }
        if (count < 0)
            return -1;
        done += count;
        if (PyErr_CheckSignals() < 0)
            return -1;
    }
    keep(self, bytes + done, data->len - done);
    return data->len;
}

static Py_ssize_t
write_data(struct buffered *self, PyObject *source, const Py_buffer *data)
{
    if (self->in_end > 0 && buffered_flush_both(self) < 0)
        return -1;
    self->in_at = self->in_end = 0;
    if (data->len <= self->size - self->out_end) {
        keep(self, data->buf, data->len);
        return data->len;
    }
    if (buffered_flush_out(self) < 0)
        return write_blocked(self, data->buf, data->len);
    return write_around(self, source, data);
}

/* All of it, as a buffered write is, or the error of what did not fit. */
static Py_ssize_t
write_file(struct buffered *self, const Py_buffer *data)
{
    Py_ssize_t done = 0;

    while (done < data->len) {
        Py_ssize_t count = file_write_from(
            self->file, (const char *)data->buf + done, data->len - done);
        if (count < 0)
            return -1;
        done += count;
    }
    return done;
}

static PyObject *
buffered_write(PyObject *object, PyObject *arg)
{
    struct buffered *self = (struct buffered *)object;
    Py_buffer data;

    if (PyObject_GetBuffer(arg, &data, PyBUF_SIMPLE) < 0)
        return NULL;
    Py_ssize_t count = -1;
    if (buffered_begin(self, "write to closed file") == 0) {
        count = self->file != NULL ? write_file(self, &data)
                                   : write_data(self, arg, &data);
        buffered_leave(self);
    }
    PyBuffer_Release(&data);
    return count < 0 ? NULL : PyLong_FromSsize_t(count);
}

static PyObject *
buffered_flush(PyObject *object, PyObject *ignored)
{
    struct buffered *self = (struct buffered *)object;

    (void)ignored;
    if (buffered_begin(self, "flush of closed file") < 0)
        return NULL;
    int status = 0;
    if (self->file == NULL)
        status = buffered_flush_both(self);
    else if (self->reads && buffered_raw_tell(self) < 0)
        status = -1; /* CPython's seeks here, which finds what is closed */
    buffered_leave(self);
    if (status < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyMethodDef buffered_write_methods[] = {
    {"write", buffered_write, METH_O, NULL},
    {"flush", buffered_flush, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
