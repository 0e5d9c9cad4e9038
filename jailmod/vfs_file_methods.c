/* What a FileIO can be asked and told. */
#include "jailmod/vfs_file.h"

#include <errno.h>
#include <unistd.h>

/* --- methods --- */

static PyObject *
file_read(PyObject *object, PyObject *args)
{
    struct file *self = (struct file *)object;
    PyObject *wanted = Py_None; /* borrowed */
    Py_ssize_t size = -1;

    if (!PyArg_ParseTuple(args, "|O:read", &wanted))
        return NULL;
    if (wanted != Py_None) {
        size = PyNumber_AsSsize_t(wanted, PyExc_OverflowError);
        if (size == -1 && PyErr_Occurred())
            return NULL;
    }
    if (file_check_readable(self) < 0)
        return NULL;
    if (size < 0)
        return PyObject_CallMethod(object, "readall", NULL);
    return file_read_bytes(self, size);
}

static PyObject *
file_readall(PyObject *object, PyObject *ignored)
{
    (void)ignored;
    return file_read_all((struct file *)object);
}

static PyObject *
file_readinto(PyObject *object, PyObject *arg)
{
    Py_buffer view;

    if (room_convert(arg, "readinto", &view) < 0)
        return NULL;
    Py_ssize_t count =
        file_read_into((struct file *)object, view.buf, view.len);
    PyBuffer_Release(&view);
    return count < 0 ? NULL : PyLong_FromSsize_t(count);
}

static PyObject *
file_write(PyObject *object, PyObject *arg)
{
    Py_buffer view;

    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    Py_ssize_t count =
        file_write_from((struct file *)object, view.buf, view.len);
    PyBuffer_Release(&view);
    return count < 0 ? NULL : PyLong_FromSsize_t(count);
}

static PyObject *
file_seek(PyObject *object, PyObject *args)
{
    PyObject *target; /* borrowed */
    int64_t offset;
    int whence = SEEK_SET;

    if (!PyArg_ParseTuple(args, "O|i:seek", &target, &whence) ||
        file_check_open((struct file *)object) < 0 ||
        !offset_convert(target, &offset))
        return NULL;
    int64_t at = file_seek_to((struct file *)object, offset, whence);
    return at < 0 ? NULL : PyLong_FromLongLong(at);
}

static PyObject *
file_tell(PyObject *object, PyObject *ignored)
{
    (void)ignored;
    int64_t at = file_seek_to((struct file *)object, 0, SEEK_CUR);
    return at < 0 ? NULL : PyLong_FromLongLong(at);
}

static PyObject *
file_truncate(PyObject *object, PyObject *args)
{
    struct file *self = (struct file *)object;
    PyObject *wanted = Py_None; /* borrowed */
    int64_t size;

    if (!PyArg_ParseTuple(args, "|O:truncate", &wanted) ||
        file_check_writable(self) < 0)
        return NULL;
    if (wanted == Py_None) {
        size = file_seek_to(self, 0, SEEK_CUR);
        if (size < 0)
            return NULL;
    } else if (!offset_convert(wanted, &size)) {
        return NULL;
    }
    if (size < 0)
        return vfs_py_error(-EINVAL, NULL, NULL);
    struct vfs_open *open = file_opened(self);
    if (open == NULL)
        return NULL;
    int status = vfs_ftruncate(fs(), open, size);
    if (status < 0)
        return vfs_py_error(status, NULL, NULL);
    return PyLong_FromLongLong(size);
}

/* --- what it is --- */

static PyObject *
yes_if_open(PyObject *object, bool yes)
{
    return file_check_open((struct file *)object) < 0 ? NULL
                                                      : PyBool_FromLong(yes);
}

static PyObject *
file_readable(PyObject *object, PyObject *ignored)
{
    (void)ignored;
    return yes_if_open(object, ((struct file *)object)->readable);
}

static PyObject *
file_writable(PyObject *object, PyObject *ignored)
{
    (void)ignored;
    return yes_if_open(object, ((struct file *)object)->writable);
}

static PyObject *
file_seekable(PyObject *object, PyObject *ignored)
{
    (void)ignored;
    return yes_if_open(object, ((struct file *)object)->seekable);
}

static PyObject *
file_isatty(PyObject *object, PyObject *ignored)
{
    (void)ignored;
    return yes_if_open(object, false);
}

static PyObject *
file_fileno(PyObject *object, PyObject *ignored)
{
    (void)ignored;
    return file_check_open((struct file *)object) < 0
               ? NULL
               : PyLong_FromLong(((struct file *)object)->fd);
}

static PyObject *
file_getstate(PyObject *object, PyObject *ignored)
{
    (void)ignored;
    return PyErr_Format(PyExc_TypeError, "cannot pickle '%.200s' object",
                        _PyType_Name(Py_TYPE(object)));
}

PyObject *
file_repr(PyObject *object)
{
    const struct file *self = (struct file *)object;

    if (self->fd < 0)
        return PyUnicode_FromString("<_io.FileIO [closed]>");
    const char *closes = self->close_fd ? "True" : "False";
    OWNED_REF name = PyObject_GetAttrString(object, "name");
    if (name == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError))
            return NULL;
        PyErr_Clear();
        return PyUnicode_FromFormat("<_io.FileIO fd=%d mode='%s' closefd=%s>",
                                    self->fd, file_mode(self), closes);
    }
    int status = Py_ReprEnter(object);
    if (status != 0) {
        if (status > 0)
            PyErr_Format(PyExc_RuntimeError, "reentrant call inside %s",
                         "FileIO.__repr__");
        return NULL;
    }
    PyObject *text =
        PyUnicode_FromFormat("<_io.FileIO name=%R mode='%s' closefd=%s>", name,
                             file_mode(self), closes);
    Py_ReprLeave(object);
    return text;
}

static PyObject *
get_closed(PyObject *object, void *unused)
{
    (void)unused;
    return PyBool_FromLong(((struct file *)object)->fd < 0);
}

static PyObject *
get_closefd(PyObject *object, void *unused)
{
    (void)unused;
    return PyBool_FromLong(((struct file *)object)->close_fd);
}

static PyObject *
get_mode(PyObject *object, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(file_mode((struct file *)object));
}

static PyObject *
get_blksize(PyObject *object, void *unused)
{
    (void)object;
    (void)unused;
    return PyLong_FromLong(4096);
}

PyGetSetDef file_getset[] = {
    {"closed", get_closed, NULL, "True if the file is closed", NULL},
    {"closefd", get_closefd, NULL,
     "True if the file descriptor will be closed by close().", NULL},
    {"mode", get_mode, NULL, "String giving the file mode", NULL},
    {"_blksize", get_blksize, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyMemberDef file_members[] = {
    {"_finalizing", T_BOOL, offsetof(struct file, finalizing), 0, NULL},
    {"__dictoffset__", T_PYSSIZET, offsetof(struct file, dict), READONLY,
     NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(struct file, weakrefs),
     READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

PyMethodDef file_methods[] = {
    {"read", file_read, METH_VARARGS, "Read at most size bytes."},
    {"readall", file_readall, METH_NOARGS, "Read all data from the file."},
    {"readinto", file_readinto, METH_O, "Read into a buffer."},
    {"write", file_write, METH_O, "Write bytes; returns how many."},
    {"seek", file_seek, METH_VARARGS, "Move to new file position."},
    {"tell", file_tell, METH_NOARGS, "Current file position."},
    {"truncate", file_truncate, METH_VARARGS, "Truncate the file."},
    {"close", file_close, METH_NOARGS, "Close the file."},
    {"seekable", file_seekable, METH_NOARGS, NULL},
    {"readable", file_readable, METH_NOARGS, NULL},
    {"writable", file_writable, METH_NOARGS, NULL},
    {"fileno", file_fileno, METH_NOARGS, NULL},
    {"isatty", file_isatty, METH_NOARGS, NULL},
    {"_dealloc_warn", file_dealloc_warn, METH_O, NULL},
    {"__getstate__", file_getstate, METH_NOARGS, NULL},
    {"__reduce__", file_getstate, METH_NOARGS, NULL},
    {"__reduce_ex__", file_getstate, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};
