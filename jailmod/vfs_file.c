/* FileIO over the guest's files: the methods of Modules/_io/fileio.c. */
#include "jailmod/vfs_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

PyTypeObject *vfs_file_type;

static PyObject *unsupported;

/* --- what all classes of io share --- */

PyObject *
vfs_py_unsupported(void)
{
    return unsupported;
}

int
vfs_py_finalize(PyObject *self)
{
    return PyObject_CallFinalizerFromDealloc(self);
}

/* Classes that take the place of CPython's, and their names in messages. */
static struct {
    PyTypeObject *type;
    PyObject *name;
} shown[8];

static int
remember_shown(PyObject *type, const char *module_name)
{
    size_t at = 0;
    while (at < Py_ARRAY_LENGTH(shown) && shown[at].type != NULL)
        at++;
    if (at == Py_ARRAY_LENGTH(shown)) {
        PyErr_SetString(PyExc_SystemError, "too many classes in _vfs");
        return -1;
    }
    OWNED_REF name = PyUnicode_FromFormat("%s.%s", module_name,
                                          _PyType_Name((PyTypeObject *)type));
    if (name == NULL || PyUnicode_AsUTF8(name) == NULL)
        return -1;
    shown[at].type = (PyTypeObject *)Py_NewRef(type);
    shown[at].name = gate_take_ref(&name);
    return 0;
}

void
vfs_show_names(void)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(shown); i++)
        if (shown[i].type != NULL)
            shown[i].type->tp_name = PyUnicode_AsUTF8(shown[i].name);
}

PyTypeObject *
vfs_py_type(PyType_Spec *spec, const char *module_name, const char *base_name)
{
    OWNED_REF io = PyImport_ImportModule("_io");
    OWNED_REF base = io == NULL || base_name == NULL
                         ? NULL
                         : PyObject_GetAttrString(io, base_name);
    if (io == NULL || (base_name != NULL && base == NULL))
        return NULL;
    OWNED_REF type = PyType_FromSpecWithBases(spec, base);
    OWNED_REF name = PyUnicode_InternFromString(module_name);
    if (type == NULL || name == NULL ||
        PyDict_SetItemString(((PyTypeObject *)type)->tp_dict, "__module__",
                             name) < 0 ||
        remember_shown(type, module_name) < 0)
        return NULL;
    PyType_Modified((PyTypeObject *)type);
    return (PyTypeObject *)gate_take_ref(&type);
}

/* --- for the buffered classes --- */

bool
file_is_exact(PyObject *object)
{
    return Py_IS_TYPE(object, vfs_file_type);
}

int
file_check_open(const struct file *self)
{
    if (self->fd >= 0)
        return 0;
    PyErr_SetString(PyExc_ValueError, "I/O operation on closed file");
    return -1;
}

int
file_check_readable(const struct file *self)
{
    if (file_check_open(self) < 0)
        return -1;
    if (self->readable)
        return 0;
    PyErr_SetString(unsupported, "File not open for reading");
    return -1;
}

int
file_check_writable(const struct file *self)
{
    if (file_check_open(self) < 0)
        return -1;
    if (self->writable)
        return 0;
    PyErr_SetString(unsupported, "File not open for writing");
    return -1;
}

/* The open file, or NULL with the OSError. */
struct vfs_open *
file_opened(const struct file *self)
{
    struct vfs_open *open = vfs_opened(fs(), self->fd);

    if (open == NULL)
        vfs_py_error(-EBADF, NULL, NULL);
    return open;
}

static Py_ssize_t
or_raise(ssize_t count)
{
    if (count < 0)
        vfs_py_error(count, NULL, NULL);
    return count < 0 ? -1 : count;
}

Py_ssize_t
file_read_into(struct file *self, void *out, Py_ssize_t size)
{
    if (file_check_readable(self) < 0)
        return -1;
    struct vfs_open *open = file_opened(self);
    return open == NULL ? -1
                        : or_raise(vfs_read(fs(), open, out, (size_t)size));
}

Py_ssize_t
file_write_from(struct file *self, const void *bytes, Py_ssize_t size)
{
    if (file_check_writable(self) < 0)
        return -1;
    return or_raise(vfs_py_write(self->fd, bytes, (size_t)size));
}

int64_t
file_seek_to(struct file *self, int64_t offset, int whence)
{
    if (file_check_open(self) < 0)
        return -1;
    struct vfs_open *open = file_opened(self);
    return open == NULL ? -1 : or_raise(vfs_seek(open, offset, whence));
}

/* How much there is to read from here. */
static Py_ssize_t
remaining(const struct vfs_open *open)
{
    if (open->inode == NULL || !S_ISREG(open->inode->mode) ||
        (uint64_t)open->at >= open->inode->data.size)
        return 0;
    return (Py_ssize_t)(open->inode->data.size - (size_t)open->at);
}

PyObject *
file_read_bytes(struct file *self, Py_ssize_t size)
{
    const struct vfs_open *open = file_opened(self);

    if (open == NULL)
        return NULL;
    Py_ssize_t left = remaining(open);
    if (size < 0 || size > left)
        size = left;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (bytes == NULL)
        return NULL;
    Py_ssize_t count = file_read_into(self, PyBytes_AS_STRING(bytes), size);
    if (count < 0)
        Py_CLEAR(bytes);
    else if (count < size)
        _PyBytes_Resize(&bytes, count);
    return bytes;
}

/* CPython asks the kernel whether it is readable: EBADF. */
PyObject *
file_read_all(struct file *self)
{
    struct vfs_open *open =
        file_check_open(self) < 0 ? NULL : file_opened(self);

    if (open == NULL)
        return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, remaining(open));
    open = bytes == NULL ? NULL : file_opened(self);
    Py_ssize_t count =
        open == NULL ? -1
                     : or_raise(vfs_read(fs(), open, PyBytes_AS_STRING(bytes),
                                         (size_t)PyBytes_GET_SIZE(bytes)));
    if (count < 0)
        Py_CLEAR(bytes);
    else if (count < PyBytes_GET_SIZE(bytes))
        _PyBytes_Resize(&bytes, count);
    return bytes;
}

const char *
file_mode(const struct file *self)
{
    if (self->created)
        return self->readable ? "xb+" : "xb";
    if (self->appending)
        return self->readable ? "ab+" : "ab";
    if (self->readable)
        return self->writable ? "rb+" : "rb";
    return "wb";
}

/* --- making one --- */

static PyObject *
file_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    struct file *self = (struct file *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->fd = -1;
        self->close_fd = true;
    }
    return (PyObject *)self;
}

static int
bad_mode(void)
{
    PyErr_SetString(PyExc_ValueError,
                    "Must have exactly one of create/read/write/append "
                    "mode and at most one plus");
    return -1;
}

/* The flags of open(2), and what self may do; -1 raised. */
static int
parse_mode(struct file *self, const char *mode)
{
    static const struct {
        char letter;
        int flags;
    } kinds[] = {{'r', 0},
                 {'w', O_CREAT | O_TRUNC},
                 {'x', O_EXCL | O_CREAT},
                 {'a', O_APPEND | O_CREAT}};
    int flags = 0;
    char kind = 0;
    bool plus = false;

    for (const char *s = mode; *s != '\0'; s++) {
        if (*s == 'b')
            continue;
        if (*s == '+') {
            if (plus)
                return bad_mode();
            plus = true;
            continue;
        }
        size_t i = 0;
        while (i < Py_ARRAY_LENGTH(kinds) && kinds[i].letter != *s)
            i++;
        if (i == Py_ARRAY_LENGTH(kinds)) {
            PyErr_Format(PyExc_ValueError, "invalid mode: %.200s", mode);
            return -1;
        }
        if (kind != 0)
            return bad_mode();
        kind = *s;
        flags |= kinds[i].flags;
    }
    if (kind == 0)
        return bad_mode();
    self->readable = kind == 'r' || plus;
    self->writable = kind != 'r' || plus;
    self->appending = kind == 'a';
    self->created = kind == 'x';
    return flags | (plus ? O_RDWR : kind == 'r' ? O_RDONLY : O_WRONLY);
}

static int
open_by_opener(PyObject *opener, PyObject *name, int flags)
{
    OWNED_REF answer = PyObject_CallFunction(opener, "Oi", name, flags);
    if (answer == NULL)
        return -1;
    int fd = PyLong_AsInt(answer);
    if (fd >= 0)
        return fd;
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "opener returned %d", fd);
    else if (PyErr_ExceptionMatches(PyExc_TypeError))
        PyErr_SetString(PyExc_TypeError, "expected integer from opener");
    return -1;
}

static int
open_by_name(struct file *self, PyObject *name, PyObject *encoded, int flags,
             PyObject *opener)
{
    if (!self->close_fd) {
        PyErr_SetString(PyExc_ValueError,
                        "Cannot use closefd=False with file name");
        return -1;
    }
    if (opener != Py_None)
        return open_by_opener(opener, name, flags | O_CLOEXEC);
    struct vfs_path start = {NULL, PyBytes_AS_STRING(encoded),
                             (size_t)PyBytes_GET_SIZE(encoded)};
    int fd = vfs_open(fs(), &start, flags, 0666);
    if (fd == -ENOENT && !(flags & O_CREAT))
        vfs_py_note_missing(name);
    if (fd < 0)
        vfs_py_error(fd, name, NULL);
    return fd < 0 ? -1 : fd;
}

/* A descriptor given as a number: -1 without an exception when it is none. */
static int
fd_of(PyObject *file)
{
    int fd = PyLong_AsInt(file);

    if (fd < 0 && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "negative file descriptor");
    else if (fd < 0)
        PyErr_Clear(); /* a name, or nothing that can be opened */
    return fd;
}

static int
close_own(struct file *self)
{
    int fd = self->fd;

    self->fd = -1;
    if (fd < 0 || !self->close_fd)
        return 0;
    int status = vfs_close(fs(), fd);
    if (status < 0)
        vfs_py_error(status, NULL, NULL);
    return status < 0 ? -1 : 0;
}

/* What is open now is no folder, has a name, and is at its end if it must. */
static int
finish_init(struct file *self, PyObject *name)
{
    const struct vfs_open *open = file_opened(self);

    if (open == NULL)
        return -1;
    if (open->inode != NULL && S_ISDIR(open->inode->mode)) {
        vfs_py_error(-EISDIR, name, NULL);
        return -1;
    }
    self->seekable = open->inode != NULL;
    if (self->appending && open->inode != NULL &&
        file_seek_to(self, 0, SEEK_END) < 0)
        return -1;
    return PyObject_SetAttrString((PyObject *)self, "name", name);
}

static int
file_init(PyObject *object, PyObject *args, PyObject *kwargs)
{
    struct file *self = (struct file *)object;
    PyObject *name, *opener = Py_None; /* borrowed from the arguments */
    struct text_arg mode = {"FileIO", "mode", false, "r"};
    int close_fd = 1;

    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O|O&pO:FileIO",
            KEYWORDS("file", "mode", "closefd", "opener"), &name, text_convert,
            &mode, &close_fd, &opener))
        return -1;
    if (close_own(self) < 0)
        return -1;
    int fd = fd_of(name);
    if (fd < 0 && PyErr_Occurred())
        return -1;
    bool given = fd >= 0;
    OWNED_REF encoded = NULL;
    if (!given && !PyUnicode_FSConverter(name, &encoded))
        return -1;
    int flags = parse_mode(self, mode.text);
    if (flags < 0)
        return -1;
    self->close_fd = close_fd != 0;
    if (!given)
        fd = open_by_name(self, name, encoded, flags, opener);
    if (fd < 0)
        return -1;
    /* An opener may have made a file of this object meanwhile. */
    if (close_own(self) < 0)
        PyErr_Clear();
    self->close_fd = close_fd != 0;
    self->fd = fd;
    if (finish_init(self, name) == 0)
        return 0;
    if (given)
        self->fd = -1;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (close_own(self) < 0)
        PyErr_Clear();
    PyErr_Restore(type, value, traceback);
    return -1;
}

/* --- ending --- */

PyObject *
file_dealloc_warn(PyObject *object, PyObject *source)
{
    const struct file *self = (struct file *)object;
    PyObject *type, *value, *traceback;

    if (self->fd < 0 || !self->close_fd)
        Py_RETURN_NONE;
    PyErr_Fetch(&type, &value, &traceback);
    if (PyErr_ResourceWarning(source, 1, "unclosed file %R", source) < 0 &&
        PyErr_ExceptionMatches(PyExc_Warning))
        PyErr_WriteUnraisable(object);
    PyErr_Restore(type, value, traceback);
    Py_RETURN_NONE;
}

static PyObject *
base_close(PyObject *self)
{
    OWNED_REF name = PyUnicode_InternFromString("close");
    if (name == NULL)
        return NULL;
    PyObject *close = PyDict_GetItemWithError(
        vfs_file_type->tp_base->tp_base->tp_dict, name); /* borrowed */
    return close == NULL ? NULL : PyObject_CallOneArg(close, self);
}

PyObject *
file_close(PyObject *object, PyObject *ignored)
{
    struct file *self = (struct file *)object;
    PyObject *type, *value, *traceback;

    (void)ignored;
    OWNED_REF result = base_close(object);
    if (!self->close_fd) {
        self->fd = -1;
        return gate_take_ref(&result);
    }
    PyErr_Fetch(&type, &value, &traceback);
    if (self->finalizing)
        Py_XDECREF(file_dealloc_warn(object, object));
    int status = close_own(self);
    if (status == 0)
        PyErr_Restore(type, value, traceback);
    else if (type != NULL)
        _PyErr_ChainExceptions(type, value, traceback);
    return status < 0 ? NULL : gate_take_ref(&result);
}

static int
file_traverse(PyObject *object, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(((struct file *)object)->dict);
    return 0;
}

static int
file_clear(PyObject *object)
{
    Py_CLEAR(((struct file *)object)->dict);
    return 0;
}

static void
file_dealloc(PyObject *object)
{
    struct file *self = (struct file *)object;
    PyTypeObject *type = Py_TYPE(object);

    self->finalizing = true;
    if (vfs_py_finalize(object) < 0)
        return;
    PyObject_GC_UnTrack(object);
    if (self->weakrefs != NULL)
        PyObject_ClearWeakRefs(object);
    Py_CLEAR(self->dict);
    type->tp_free(object);
    Py_DECREF(type);
}

static char file_doc[] =
    "Open a file.\n\n"
    "The mode can be 'r' (default), 'w', 'x' or 'a' for reading,\n"
    "writing, exclusive creation or appending, with '+' for both.";

static PyType_Slot file_slots[] = {
    {Py_tp_doc, file_doc},
    {Py_tp_new, (void *)file_new},
    {Py_tp_init, (void *)file_init},
    {Py_tp_dealloc, (void *)file_dealloc},
    {Py_tp_traverse, (void *)file_traverse},
    {Py_tp_clear, (void *)file_clear},
    {Py_tp_repr, (void *)file_repr},
    {Py_tp_methods, file_methods},
    {Py_tp_members, file_members},
    {Py_tp_getset, file_getset},
    {0, NULL},
};

static PyType_Spec file_spec = {
    .name = "_vfs.FileIO",
    .basicsize = sizeof(struct file),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = file_slots,
};

int
vfs_file_init(PyObject *module)
{
    OWNED_REF io = PyImport_ImportModule("io");
    if (io == NULL)
        return -1;
    unsupported = PyObject_GetAttrString(io, "UnsupportedOperation");
    vfs_file_type = vfs_py_type(&file_spec, "_io", "_RawIOBase");
    if (unsupported == NULL || vfs_file_type == NULL)
        return -1;
    return PyModule_AddObjectRef(module, "FileIO", (PyObject *)vfs_file_type);
}
