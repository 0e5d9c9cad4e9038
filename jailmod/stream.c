/* _jail.StdStream: what is under sys.stdout and sys.stderr.
 *
 * io.FileIO is dead in the jail, as it opens any file.  This writes to
 * descriptor 1 or 2 and does nothing else. */
#include "jailmod/gate.h"

#include <errno.h>
#include <structmember.h>
#include <unistd.h>

struct stream {
    PyObject_HEAD int fd;
    char closed;
    PyObject *name;
    PyObject *mode;
};

static PyObject *
stream_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    int fd;
    PyObject *name;

    (void)kwargs;
    if (!PyArg_ParseTuple(args, "iU:StdStream", &fd, &name))
        return NULL;
    if (fd != STDOUT_FILENO && fd != STDERR_FILENO) {
        PyErr_SetString(PyExc_ValueError, "a StdStream is over 1 or 2 only");
        return NULL;
    }
    struct stream *self = (struct stream *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->fd = fd;
    self->name = Py_NewRef(name);
    self->mode = PyUnicode_FromString("wb");
    if (self->mode == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void
stream_dealloc(PyObject *self)
{
    Py_XDECREF(((struct stream *)self)->name);
    Py_XDECREF(((struct stream *)self)->mode);
    Py_TYPE(self)->tp_free(self);
}

/* 0, or -1 with an exception: also when a signal handler raised. */
static int
write_all(int fd, const char *bytes, Py_ssize_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, bytes, (size_t)size);
        if (done < 0 && errno != EINTR) {
            PyErr_SetFromErrno(PyExc_OSError);
            return -1;
        }
        if (done < 0 && PyErr_CheckSignals() < 0)
            return -1;
        if (done > 0) {
            bytes += done;
            size -= done;
        }
    }
    return 0;
}

static int
check_open(PyObject *self)
{
    if (!((struct stream *)self)->closed)
        return 0;
    PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
    return -1;
}

static PyObject *
stream_write(PyObject *self, PyObject *data)
{
    Py_buffer view;

    if (check_open(self) < 0 ||
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    Py_ssize_t size = view.len;
    int status = write_all(((struct stream *)self)->fd, view.buf, size);
    PyBuffer_Release(&view);
    return status < 0 ? NULL : PyLong_FromSsize_t(size);
}

static PyObject *
stream_flush(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    if (check_open(self) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
stream_yes(PyObject *self, PyObject *ignored)
{
    (void)self;
    (void)ignored;
    Py_RETURN_TRUE;
}

static PyObject *
stream_no(PyObject *self, PyObject *ignored)
{
    (void)self;
    (void)ignored;
    Py_RETURN_FALSE;
}

static PyObject *
stream_fileno(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    if (check_open(self) < 0)
        return NULL;
    return PyLong_FromLong(((struct stream *)self)->fd);
}

/* The descriptor stays: what runs at the end still has something to say. */
static PyObject *
stream_close(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    ((struct stream *)self)->closed = 1;
    Py_RETURN_NONE;
}

static PyMethodDef stream_methods[] = {
    {"write", stream_write, METH_O, "Write all of a bytes-like object."},
    {"flush", stream_flush, METH_NOARGS, "Nothing is held back."},
    {"writable", stream_yes, METH_NOARGS, "True"},
    {"readable", stream_no, METH_NOARGS, "False"},
    {"seekable", stream_no, METH_NOARGS, "False"},
    {"isatty", stream_no, METH_NOARGS, "False"},
    {"fileno", stream_fileno, METH_NOARGS, "1 or 2."},
    {"close", stream_close, METH_NOARGS, "Refuse further writes."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef stream_members[] = {
    {"closed", T_BOOL, offsetof(struct stream, closed), READONLY, NULL},
    {"name", T_OBJECT, offsetof(struct stream, name), READONLY, NULL},
    {"mode", T_OBJECT, offsetof(struct stream, mode), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyTypeObject stream_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_jail.StdStream",
    .tp_basicsize = sizeof(struct stream),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "StdStream(fd, name): bytes to descriptor 1 or 2.",
    .tp_new = stream_new,
    .tp_dealloc = stream_dealloc,
    .tp_methods = stream_methods,
    .tp_members = stream_members,
};

int
stream_init(PyObject *module)
{
    return PyModule_AddType(module, &stream_type);
}
