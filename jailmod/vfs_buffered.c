#include "jailmod/vfs_buffered.h"

#include <errno.h>
#include <unistd.h>

static PyTypeObject *reader_type, *writer_type, *random_type;

/* --- entering --- */

int
buffered_check_made(const struct buffered *self)
{
    if (self->raw != NULL)
        return 0;
    PyErr_SetString(PyExc_ValueError,
                    self->detached ? "raw stream has been detached"
                                   : "I/O operation on uninitialized object");
    return -1;
}

static void
drop_buffers(struct buffered *self)
{
    Py_CLEAR(self->in);
    Py_CLEAR(self->out);
    self->in_at = self->in_end = self->out_at = self->out_end = 0;
}

static int
make_buffers(struct buffered *self)
{
    if (self->reads && self->in == NULL)
        self->in = memory_new(self->size);
    if (self->writes && self->out == NULL)
        self->out = memory_new(self->size);
    return (self->reads && self->in == NULL) ||
                   (self->writes && self->out == NULL)
               ? -1
               : 0;
}

int
buffered_enter(struct buffered *self)
{
    if (buffered_check_made(self) < 0)
        return -1;
    if (self->busy) {
        PyErr_Format(PyExc_RuntimeError, "reentrant call inside %R", self);
        return -1;
    }
    /* A raw object that was closed and is open again finds them gone. */
    if (self->file == NULL && make_buffers(self) < 0)
        return -1;
    self->busy = true;
    Py_INCREF(self); /* its owner may let go of it meanwhile */
    return 0;
}

void
buffered_leave(struct buffered *self)
{
    self->busy = false;
    Py_DECREF(self);
}

/* 1, 0, -1 raised. */
static int
is_closed(const struct buffered *self)
{
    if (self->file != NULL)
        return self->file->fd < 0;
    OWNED_REF raw = Py_NewRef(self->raw);
    OWNED_REF closed = PyObject_GetAttrString(raw, "closed");
    return closed == NULL ? -1 : PyObject_IsTrue(closed);
}

int
buffered_check_open(struct buffered *self, const char *message)
{
    if (buffered_check_made(self) < 0)
        return -1;
    int closed = is_closed(self);
    if (closed > 0)
        PyErr_SetString(PyExc_ValueError, message);
    return closed == 0 ? 0 : -1;
}

int
buffered_begin(struct buffered *self, const char *message)
{
    if (buffered_check_open(self, message) < 0)
        return -1;
    return buffered_enter(self);
}

/* --- the raw object --- */

/* Whether an InterruptedError was raised and is gone. */
static bool
was_interrupted(void)
{
    if (!PyErr_ExceptionMatches(PyExc_InterruptedError))
        return false;
    PyErr_Clear();
    return PyErr_CheckSignals() == 0;
}

/* Steals answer.  A count from 0 to size, or RAW_*. */
static Py_ssize_t
check_count(PyObject *answer, Py_ssize_t size, const char *method)
{
    OWNED_REF owned = answer;
    if (owned == NULL)
        return RAW_ERROR;
    if (owned == Py_None)
        return RAW_BLOCKED;
    Py_ssize_t count = PyNumber_AsSsize_t(owned, PyExc_ValueError);
    if (count == -1 && PyErr_Occurred()) {
        _PyErr_FormatFromCause(PyExc_OSError, "raw %s() failed", method);
        return RAW_ERROR;
    }
    if (count < 0 || count > size) {
        PyErr_Format(PyExc_OSError,
                     "raw %s() returned invalid length %zd (should have been "
                     "between 0 and %zd)",
                     method, count, size);
        return RAW_ERROR;
    }
    return count;
}

Py_ssize_t
buffered_raw_read(struct buffered *self, struct memory *memory,
                  Py_ssize_t start, Py_ssize_t size)
{
    OWNED_REF view = memory_view(memory, start, size, false);
    if (view == NULL)
        return RAW_ERROR;
    PyObject *answer;
    do
        answer = PyObject_CallMethod(self->raw, "readinto", "O", view);
    while (answer == NULL && was_interrupted());
    return check_count(answer, size, "readinto");
}

Py_ssize_t
buffered_raw_write(struct buffered *self, PyObject *view, Py_ssize_t size)
{
    PyObject *answer;

    do
        answer = PyObject_CallMethod(self->raw, "write", "O", view);
    while (answer == NULL && was_interrupted());
    return check_count(answer, size, "write");
}

/* Steals answer: a position. */
static int64_t
check_position(PyObject *answer)
{
    OWNED_REF owned = answer;
    int64_t at;
    if (owned == NULL || !offset_convert(owned, &at))
        return -1;
    if (at >= 0)
        return at;
    PyErr_Format(PyExc_OSError, "Raw stream returned invalid position %lld",
                 (long long)at);
    return -1;
}

int64_t
buffered_raw_tell(struct buffered *self)
{
    if (self->file != NULL)
        return file_seek_to(self->file, 0, SEEK_CUR);
    return check_position(PyObject_CallMethod(self->raw, "tell", NULL));
}

int64_t
buffered_raw_seek(struct buffered *self, int64_t offset, int whence)
{
    if (self->file != NULL)
        return file_seek_to(self->file, offset, whence);
    return check_position(PyObject_CallMethod(self->raw, "seek", "Li",
                                              (long long)offset, whence));
}

/* --- flushing --- */

static int
raise_blocked(Py_ssize_t written)
{
    OWNED_REF error = PyObject_CallFunction(
        PyExc_BlockingIOError, "isn", EAGAIN,
        "write could not complete without blocking", written);
    if (error != NULL)
        PyErr_SetObject(PyExc_BlockingIOError, error);
    return -1;
}

int
buffered_flush_out(struct buffered *self)
{
    while (self->out_at < self->out_end) {
        Py_ssize_t left = self->out_end - self->out_at;
        OWNED_REF view = memory_view(self->out, self->out_at, left, true);
        if (view == NULL)
            return -1;
        Py_ssize_t count = buffered_raw_write(self, view, left);
        if (count == RAW_BLOCKED)
            return raise_blocked(0);
        if (count < 0)
            return -1;
        self->out_at += count;
        if (PyErr_CheckSignals() < 0)
            return -1;
    }
    self->out_at = self->out_end = 0;
    return 0;
}

int
buffered_flush_both(struct buffered *self)
{
    if (buffered_flush_out(self) < 0)
        return -1;
    Py_ssize_t unread = buffered_unread(self);
    if (unread > 0 && buffered_raw_seek(self, -unread, SEEK_CUR) < 0)
        return -1;
    self->in_at = self->in_end = 0;
    return 0;
}

/* "_io.BufferedReader"; of a class of the guest's, its own name. */
const char *
buffered_shown_name(const PyObject *object)
{
    const PyTypeObject *type = Py_TYPE(object);

    return type == reader_type   ? "_io.BufferedReader"
           : type == writer_type ? "_io.BufferedWriter"
           : type == random_type ? "_io.BufferedRandom"
                                 : type->tp_name;
}

/* --- making one --- */

int
buffered_check_raw(PyObject *raw, const char *question, const char *otherwise)
{
    OWNED_REF answer = PyObject_CallMethod(raw, question, NULL);
    if (answer == NULL)
        return -1;
    if (answer == Py_True)
        return 0;
    PyErr_Format(vfs_py_unsupported(), "File or stream is not %s.", otherwise);
    return -1;
}

static int
init(PyObject *object, PyObject *args, PyObject *kwargs, const char *format,
     bool reads, bool writes)
{
    struct buffered *self = (struct buffered *)object;
    PyObject *raw; /* borrowed from the arguments */
    Py_ssize_t size = 8192;

    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "reentrant call of __init__()");
        return -1;
    }
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, format, KEYWORDS("raw", "buffer_size"), &raw, &size))
        return -1;
    /* No other call comes in between while the raw object is asked. */
    self->busy = true;
    PyObject *old = self->raw;
    self->raw = NULL;
    self->file = NULL;
    self->detached = false;
    drop_buffers(self);
    Py_XDECREF(old);
    int status =
        (reads && writes &&
         buffered_check_raw(raw, "seekable", "seekable") < 0) ||
                (reads &&
                 buffered_check_raw(raw, "readable", "readable") < 0) ||
                (writes && buffered_check_raw(raw, "writable", "writable") < 0)
            ? -1
            : 0;
    self->busy = false;
    if (status < 0)
        return -1;
    if (size <= 0) {
        PyErr_SetString(PyExc_ValueError,
                        "buffer size must be strictly positive");
        return -1;
    }
    self->reads = reads;
    self->writes = writes;
    self->size = size;
    self->file = file_is_exact(raw) ? (struct file *)raw : NULL;
    if (self->file == NULL && make_buffers(self) < 0) {
        self->file = NULL;
        drop_buffers(self);
        return -1;
    }
    self->raw = Py_NewRef(raw);
    return 0;
}

static int
reader_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return init(self, args, kwargs, "O|n:BufferedReader", true, false);
}

static int
writer_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return init(self, args, kwargs, "O|n:BufferedWriter", false, true);
}

static int
random_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return init(self, args, kwargs, "O|n:BufferedRandom", true, true);
}

/* --- ending --- */

PyObject *
buffered_warn_unclosed(PyObject *object, PyObject *source)
{
    struct buffered *self = (struct buffered *)object;

    if (self->raw != NULL) {
        OWNED_REF raw = Py_NewRef(self->raw);
        OWNED_REF done =
            PyObject_CallMethod(raw, "_dealloc_warn", "O", source);
        if (done == NULL)
            PyErr_Clear();
    }
    Py_RETURN_NONE;
}

static PyObject *
close_raw(struct buffered *self, PyObject *object)
{
    PyObject *type, *value, *traceback;
    OWNED_REF raw = Py_XNewRef(self->raw);

    if (self->finalizing)
        Py_XDECREF(buffered_warn_unclosed(object, object));
    OWNED_REF flushed = PyObject_CallMethod(object, "flush", NULL);
    PyErr_Fetch(&type, &value, &traceback);
    OWNED_REF closed = PyObject_CallMethod(raw, "close", NULL);
    if (!self->busy)
        drop_buffers(self);
    if (type == NULL)
        return gate_take_ref(&closed);
    /* Both errors, the later one on top. */
    if (closed == NULL)
        _PyErr_ChainExceptions(type, value, traceback);
    else
        PyErr_Restore(type, value, traceback);
    return NULL;
}

PyObject *
buffered_close(PyObject *object, PyObject *ignored)
{
    struct buffered *self = (struct buffered *)object;

    (void)ignored;
    if (buffered_check_made(self) < 0)
        return NULL;
    int closed = is_closed(self);
    if (closed < 0)
        return NULL;
    if (closed)
        Py_RETURN_NONE;
    return close_raw(self, object);
}

PyObject *
buffered_detach(PyObject *object, PyObject *ignored)
{
    struct buffered *self = (struct buffered *)object;

    (void)ignored;
    if (buffered_check_made(self) < 0)
        return NULL;
    OWNED_REF flushed = PyObject_CallMethod(object, "flush", NULL);
    if (flushed == NULL || buffered_enter(self) < 0)
        return NULL;
    PyObject *raw = self->raw;
    self->raw = NULL;
    self->file = NULL;
    self->detached = true;
    drop_buffers(self);
    buffered_leave(self);
    return raw;
}

static int
buffered_traverse(PyObject *object, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(((struct buffered *)object)->raw);
    Py_VISIT(((struct buffered *)object)->dict);
    return 0;
}

static int
buffered_clear(PyObject *object)
{
    struct buffered *self = (struct buffered *)object;

    self->file = NULL;
    Py_CLEAR(self->raw);
    Py_CLEAR(self->dict);
    return 0;
}

static void
buffered_dealloc(PyObject *object)
{
    struct buffered *self = (struct buffered *)object;
    PyTypeObject *type = Py_TYPE(object);

    self->finalizing = true;
    if (vfs_py_finalize(object) < 0)
        return;
    PyObject_GC_UnTrack(object);
    if (self->weakrefs != NULL)
        PyObject_ClearWeakRefs(object);
    drop_buffers(self);
    buffered_clear(object);
    type->tp_free(object);
    Py_DECREF(type);
}

/* --- the types: all share this, and reading or writing or both --- */

enum { METHODS_MAX = 32 };

/* One table a type, as PyType_FromSpec() wants it. */
static PyMethodDef reader_methods[METHODS_MAX], writer_methods[METHODS_MAX],
    random_methods[METHODS_MAX];

static void
append(PyMethodDef *table, const PyMethodDef *rows)
{
    size_t at = 0;

    while (table[at].ml_name != NULL)
        at++;
    for (; rows->ml_name != NULL && at < METHODS_MAX - 1; rows++)
        table[at++] = *rows;
}

static void
fill_tables(void)
{
    PyMethodDef *const tables[] = {reader_methods, writer_methods,
                                   random_methods};

    for (size_t i = 0; i < Py_ARRAY_LENGTH(tables); i++) {
        append(tables[i], buffered_shared_methods);
        if (tables[i] != writer_methods) {
            append(tables[i], buffered_read_methods);
            append(tables[i], buffered_readable_methods);
        }
        if (tables[i] != reader_methods) {
            append(tables[i], buffered_write_methods);
            append(tables[i], buffered_writable_methods);
        }
    }
    append(reader_methods, buffered_unbuffered_methods);
}

bool
buffered_is_exact(PyObject *object)
{
    return Py_IS_TYPE(object, reader_type) || Py_IS_TYPE(object, random_type);
}

static PyTypeObject *
make_type(const char *name, initproc initialise, PyMethodDef *methods,
          bool reads)
{
    PyType_Slot slots[] = {
        {Py_tp_new, (void *)PyType_GenericNew},
        {Py_tp_init, (void *)initialise},
        {Py_tp_dealloc, (void *)buffered_dealloc},
        {Py_tp_traverse, (void *)buffered_traverse},
        {Py_tp_clear, (void *)buffered_clear},
        {Py_tp_repr, (void *)buffered_repr},
        {Py_tp_methods, methods},
        {Py_tp_members, buffered_members},
        {Py_tp_getset, buffered_getset},
        {reads ? Py_tp_iternext : 0, (void *)buffered_next_line},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = name,
        .basicsize = sizeof(struct buffered),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
        .slots = slots,
    };

    return vfs_py_type(&spec, "_io", "_BufferedIOBase");
}

int
vfs_buffered_init(PyObject *module)
{
    if (memory_init() < 0)
        return -1;
    fill_tables();
    reader_type =
        make_type("_vfs.BufferedReader", reader_init, reader_methods, true);
    writer_type =
        make_type("_vfs.BufferedWriter", writer_init, writer_methods, false);
    random_type =
        make_type("_vfs.BufferedRandom", random_init, random_methods, true);
    if (reader_type == NULL || writer_type == NULL || random_type == NULL)
        return -1;
    if (PyModule_AddObjectRef(module, "BufferedReader",
                              (PyObject *)reader_type) < 0 ||
        PyModule_AddObjectRef(module, "BufferedWriter",
                              (PyObject *)writer_type) < 0)
        return -1;
    return PyModule_AddObjectRef(module, "BufferedRandom",
                                 (PyObject *)random_type);
}
