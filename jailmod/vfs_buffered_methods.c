/* What readers and writers have in common. */
#include "jailmod/vfs_buffered.h"

#include <unistd.h>

/* --- where it is --- */

static int64_t
tell(struct buffered *self)
{
    int64_t at = buffered_raw_tell(self);

    if (at < 0)
        return -1;
    at += self->out_end - self->out_at - buffered_unread(self);
    return at < 0 ? 0 : at; /* the raw object was moved by others */
}

static PyObject *
buffered_tell(PyObject *object, PyObject *ignored)
{
    struct buffered *self = (struct buffered *)object;

    (void)ignored;
    if (buffered_enter(self) < 0)
        return NULL;
    int64_t at = tell(self);
    buffered_leave(self);
    return at < 0 ? NULL : PyLong_FromLongLong(at);
}

/* Within what has been read: nothing is asked of the raw object, which may be
 * slow to seek.  1 done, 0 not, -1 raised. */
static int
seek_inside(struct buffered *self, int64_t offset, int whence, int64_t *out)
{
    if (self->in_end == 0 || whence == SEEK_END ||
        self->out_at < self->out_end)
        return 0;
    int64_t at = tell(self);
    if (at < 0)
        return -1;
    int64_t move = whence == SEEK_SET ? offset - at : offset;
    if (move < -self->in_at || move > buffered_unread(self))
        return 0;
    self->in_at += (Py_ssize_t)move;
    *out = at + move;
    return 1;
}

static int64_t
seek(struct buffered *self, int64_t offset, int whence)
{
    int64_t at;

    if (self->file != NULL)
        return file_seek_to(self->file, offset, whence);
    int inside =
        whence > SEEK_END ? 0 : seek_inside(self, offset, whence, &at);
    if (inside != 0)
        return inside < 0 ? -1 : at;
    if (buffered_flush_out(self) < 0)
        return -1;
    if (whence == SEEK_CUR)
        offset -= buffered_unread(self);
    at = buffered_raw_seek(self, offset, whence);
    if (at >= 0)
        self->in_at = self->in_end = 0;
    return at;
}

/* As PyNumber_AsOff_t() in Modules/_io/_iomodule.c. */
static int
read_target(PyObject *target, int64_t *out)
{
    OWNED_REF number = PyNumber_Index(target);
    if (number == NULL)
        return -1;
    *out = PyLong_AsLong(number);
    if (*out != -1 || !PyErr_Occurred())
        return 0;
    if (PyErr_ExceptionMatches(PyExc_OverflowError))
        PyErr_Format(PyExc_ValueError,
                     "cannot fit '%.200s' into an offset-sized integer",
                     Py_TYPE(target)->tp_name);
    return -1;
}

static PyObject *
buffered_seek(PyObject *object, PyObject *args)
{
    struct buffered *self = (struct buffered *)object;
    PyObject *target; /* borrowed */
    int64_t offset;
    int whence = SEEK_SET;

    if (buffered_check_made(self) < 0 ||
        !PyArg_ParseTuple(args, "O|i:seek", &target, &whence))
        return NULL;
    if (whence < 0 || whence > SEEK_HOLE)
        return PyErr_Format(PyExc_ValueError, "whence value %d unsupported",
                            whence);
    if (buffered_check_open(self, "seek of closed file") < 0)
        return NULL;
    if (self->file == NULL) {
        OWNED_REF raw = Py_NewRef(self->raw);
        if (buffered_check_raw(raw, "seekable", "seekable") < 0)
            return NULL;
    }
    if (read_target(target, &offset) < 0 || buffered_enter(self) < 0)
        return NULL;
    int64_t at = seek(self, offset, whence);
    buffered_leave(self);
    return at < 0 ? NULL : PyLong_FromLongLong(at);
}

static PyObject *
buffered_truncate(PyObject *object, PyObject *args)
{
    struct buffered *self = (struct buffered *)object;
    PyObject *size = Py_None; /* borrowed */

    if (!PyArg_ParseTuple(args, "|O:truncate", &size) ||
        buffered_check_open(self, "truncate of closed file") < 0)
        return NULL;
    if (!self->writes) {
        PyErr_SetString(vfs_py_unsupported(), "truncate");
        return NULL;
    }
    if (buffered_begin(self, "truncate of closed file") < 0)
        return NULL;
    PyObject *answer =
        buffered_flush_both(self) < 0
            ? NULL
            : PyObject_CallMethod(self->raw, "truncate", "O", size);
    buffered_leave(self);
    return answer;
}

/* --- what the raw object says --- */

static PyObject *
ask_raw(PyObject *object, const char *method)
{
    struct buffered *self = (struct buffered *)object;

    if (buffered_check_made(self) < 0)
        return NULL;
    OWNED_REF raw = Py_NewRef(self->raw);
    return PyObject_CallMethod(raw, method, NULL);
}

#define ASK(name)                                                             \
    static PyObject *buffered_##name(PyObject *object, PyObject *ignored)     \
    {                                                                         \
        (void)ignored;                                                        \
        return ask_raw(object, #name);                                        \
    }

ASK(seekable)
ASK(fileno)
ASK(isatty)
ASK(readable)
ASK(writable)
ASK(flush)

static PyObject *
get_of_raw(PyObject *object, void *name)
{
    struct buffered *self = (struct buffered *)object;

    if (buffered_check_made(self) < 0)
        return NULL;
    OWNED_REF raw = Py_NewRef(self->raw);
    return PyObject_GetAttrString(raw, name);
}

static PyObject *
get_closed(PyObject *object, void *unused)
{
    struct buffered *self = (struct buffered *)object;

    (void)unused;
    if (buffered_check_made(self) < 0)
        return NULL;
    if (self->file != NULL)
        return PyBool_FromLong(self->file->fd < 0);
    return get_of_raw(object, (void *)(uintptr_t) "closed");
}

static PyObject *
get_raw(PyObject *object, void *unused)
{
    PyObject *raw = ((struct buffered *)object)->raw;

    (void)unused;
    return Py_NewRef(raw == NULL ? Py_None : raw);
}

static PyObject *
buffered_sizeof(PyObject *object, PyObject *ignored)
{
    const struct buffered *self = (struct buffered *)object;
    Py_ssize_t size = Py_TYPE(object)->tp_basicsize;

    (void)ignored;
    if (self->in != NULL || self->out != NULL)
        size += self->size;
    return PyLong_FromSsize_t(size);
}

static PyObject *
buffered_getstate(PyObject *object, PyObject *ignored)
{
    (void)ignored;
    return PyErr_Format(PyExc_TypeError, "cannot pickle '%.200s' object",
                        _PyType_Name(Py_TYPE(object)));
}

PyObject *
buffered_repr(PyObject *object)
{
    OWNED_REF name = PyObject_GetAttrString(object, "name");
    if (name == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_Exception))
            return NULL;
        PyErr_Clear();
        return PyUnicode_FromFormat("<%s>", buffered_shown_name(object));
    }
    int status = Py_ReprEnter(object);
    if (status != 0) {
        if (status > 0)
            PyErr_Format(PyExc_RuntimeError, "reentrant call inside %s.%s",
                         buffered_shown_name(object), "__repr__");
        return NULL;
    }
    PyObject *text = PyUnicode_FromFormat("<%s name=%R>",
                                          buffered_shown_name(object), name);
    Py_ReprLeave(object);
    return text;
}

PyGetSetDef buffered_getset[] = {
    {"closed", get_closed, NULL, NULL, NULL},
    {"name", get_of_raw, NULL, NULL, (void *)(uintptr_t) "name"},
    {"mode", get_of_raw, NULL, NULL, (void *)(uintptr_t) "mode"},
    {"raw", get_raw, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyMemberDef buffered_members[] = {
    {"_finalizing", T_BOOL, offsetof(struct buffered, finalizing), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

PyMethodDef buffered_shared_methods[] = {
    {"close", buffered_close, METH_NOARGS, NULL},
    {"detach", buffered_detach, METH_NOARGS, NULL},
    {"seek", buffered_seek, METH_VARARGS, NULL},
    {"tell", buffered_tell, METH_NOARGS, NULL},
    {"truncate", buffered_truncate, METH_VARARGS, NULL},
    {"seekable", buffered_seekable, METH_NOARGS, NULL},
    {"fileno", buffered_fileno, METH_NOARGS, NULL},
    {"isatty", buffered_isatty, METH_NOARGS, NULL},
    {"_dealloc_warn", buffered_warn_unclosed, METH_O, NULL},
    {"__getstate__", buffered_getstate, METH_NOARGS, NULL},
    {"__reduce__", buffered_getstate, METH_NOARGS, NULL},
    {"__reduce_ex__", buffered_getstate, METH_O, NULL},
    {"__sizeof__", buffered_sizeof, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

PyMethodDef buffered_readable_methods[] = {
    {"readable", buffered_readable, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
PyMethodDef buffered_writable_methods[] = {
    {"writable", buffered_writable, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
PyMethodDef buffered_unbuffered_methods[] = {
    {"flush", buffered_flush, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
