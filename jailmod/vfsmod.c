/* The module `_vfs`: the guest's file system as the library sees it. */
#include "jailmod/vfs_py.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 100, OPEN = 1024, INODES = 100000 };

/* Module state of `_vfs`, of which there is one a process. */
static struct {
    struct vfs fs;
    PyTypeObject *stat_type;
} state;

struct vfs *
vfs_py_fs(void)
{
    return &state.fs;
}

PyObject *
vfs_py_error(ssize_t error, PyObject *filename, PyObject *second)
{
    if (error == -ENOMEM)
        return PyErr_NoMemory();
    errno = (int)-error;
    if (second != NULL)
        return PyErr_SetFromErrnoWithFilenameObjects(PyExc_OSError, filename,
                                                     second);
    if (filename != NULL)
        return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, filename);
    return PyErr_SetFromErrno(PyExc_OSError);
}

/* --- arguments --- */

void
path_clear(struct path_arg *path)
{
    Py_CLEAR(path->object);
    Py_CLEAR(path->bytes);
}

static int
wrong_type(const struct path_arg *path, PyObject *object)
{
    const char *wanted = path->or_fd && path->or_none
                             ? "string, bytes, os.PathLike, integer or None"
                         : path->or_fd
                             ? "string, bytes, os.PathLike or integer"
                         : path->or_none ? "string, bytes, os.PathLike or None"
                                         : "string, bytes or os.PathLike";

    PyErr_Format(PyExc_TypeError, "%s: %s should be %s, not %.200s",
                 path->function, path->argument ? path->argument : "path",
                 wanted, Py_TYPE(object)->tp_name);
    return 0;
}

/* The text of an exact or inherited str or bytes: no code of a subclass. */
static int
take_text(struct path_arg *path, PyObject *object)
{
    char *text;
    Py_ssize_t len;

    if (PyUnicode_Check(object)) {
        path->bytes =
            PyUnicode_AsEncodedString(object, "utf-8", "surrogateescape");
        if (path->bytes == NULL)
            return 0;
    } else {
        path->bytes = Py_NewRef(object);
    }
    if (PyBytes_AsStringAndSize(path->bytes, &text, &len) < 0)
        return 0;
    if (memchr(text, '\0', (size_t)len) != NULL) {
        if (PyUnicode_Check(object))
            PyErr_SetString(PyExc_ValueError, "embedded null byte");
        else
            PyErr_Format(PyExc_ValueError, "%s: embedded null character in %s",
                         path->function,
                         path->argument ? path->argument : "path");
        return 0;
    }
    path->text = text;
    path->len = (size_t)len;
    path->object = Py_NewRef(object);
    return 1;
}

/* What `__fspath__` returns; its type's, asked once. */
static PyObject *
ask_fspath(const struct path_arg *path, PyObject *object)
{
    OWNED_REF method =
        PyObject_GetAttrString((PyObject *)Py_TYPE(object), "__fspath__");
    if (method == NULL) {
        if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear();
            wrong_type(path, object);
        }
        return NULL;
    }
    OWNED_REF answer = PyObject_CallOneArg(method, object);
    if (answer != NULL && !PyUnicode_Check(answer) && !PyBytes_Check(answer)) {
        PyErr_Format(PyExc_TypeError,
                     "expected %.200s.__fspath__() to return str or bytes, "
                     "not %.200s",
                     Py_TYPE(object)->tp_name, Py_TYPE(answer)->tp_name);
        return NULL;
    }
    return gate_take_ref(&answer);
}

int
path_convert(PyObject *object, void *arg)
{
    struct path_arg *path = arg;

    path_clear(path);
    path->is_fd = false;
    path->text = ".";
    path->len = 1;
    if (object == Py_None && path->or_none) {
        path->object = Py_NewRef(object);
        return 1;
    }
    if (PyUnicode_Check(object) || PyBytes_Check(object))
        return take_text(path, object);
    if (path->or_fd && PyIndex_Check(object)) {
        path->is_fd = true;
        path->object = Py_NewRef(object); /* for messages */
        return fd_convert(object, &path->fd);
    }
    if (PyObject_CheckBuffer(object) && !PyType_Check(object)) {
        if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                             "%s: %s should be string, bytes or os.PathLike, "
                             "not %.200s",
                             path->function,
                             path->argument ? path->argument : "path",
                             Py_TYPE(object)->tp_name) < 0)
            return 0;
        OWNED_REF bytes = PyBytes_FromObject(object);
        if (bytes == NULL || !take_text(path, bytes))
            return 0;
        Py_SETREF(path->object, Py_NewRef(object)); /* for messages */
        return 1;
    }
    OWNED_REF text = ask_fspath(path, object);
    return text == NULL ? 0 : take_text(path, text);
}

int
fd_convert(PyObject *object, void *arg)
{
    OWNED_REF number = PyNumber_Index(object);
    if (number == NULL)
        return 0;
    int overflow;
    long value = PyLong_AsLongAndOverflow(number, &overflow);
    if (overflow > 0 || value > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "fd is greater than maximum");
        return 0;
    }
    if (overflow < 0 || value < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, "fd is less than minimum");
        return 0;
    }
    *(int *)arg = (int)value;
    return 1;
}

int
int_convert(PyObject *object, void *arg)
{
    int value = PyLong_AsInt(object);
    if (value == -1 && PyErr_Occurred())
        return 0;
    *(int *)arg = value;
    return 1;
}

static int
id_convert(PyObject *object, const char *which, long *out)
{
    if (!PyIndex_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s should be integer, not %.200s",
                     which, Py_TYPE(object)->tp_name);
        return 0;
    }
    OWNED_REF number = PyNumber_Index(object);
    if (number == NULL)
        return 0;
    int overflow;
    long value = PyLong_AsLongAndOverflow(number, &overflow);
    if (value == -1 && overflow == 0 && PyErr_Occurred())
        return 0;
    if (overflow > 0) {
        PyErr_Format(PyExc_OverflowError, "%s is greater than maximum", which);
        return 0;
    }
    /* What is only a little too large is so called by CPython as well. */
    if (overflow < 0 || value < -1 || value > UINT32_MAX) {
        PyErr_Format(PyExc_OverflowError, "%s is less than minimum", which);
        return 0;
    }
    *out = value;
    return 1;
}

int
uid_convert(PyObject *object, void *arg)
{
    return id_convert(object, "uid", arg);
}

int
gid_convert(PyObject *object, void *arg)
{
    return id_convert(object, "gid", arg);
}

int
text_convert(PyObject *object, void *arg)
{
    struct text_arg *text = arg;
    Py_ssize_t len;

    if (object == Py_None && text->or_none) {
        text->text = NULL;
        return 1;
    }
    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError,
                     "%s() argument '%s' must be %s, not %.50s",
                     text->function, text->argument,
                     text->or_none ? "str or None" : "str",
                     object == Py_None ? "None" : Py_TYPE(object)->tp_name);
        return 0;
    }
    text->text = PyUnicode_AsUTF8AndSize(object, &len);
    if (text->text == NULL)
        return 0;
    if (strlen(text->text) == (size_t)len)
        return 1;
    PyErr_SetString(PyExc_ValueError, "embedded null character");
    return 0;
}

int
room_convert(PyObject *object, const char *method, Py_buffer *out)
{
    if (PyObject_GetBuffer(object, out, PyBUF_WRITABLE) == 0)
        return 0;
    PyErr_Clear();
    PyErr_Format(PyExc_TypeError,
                 "%s() argument must be read-write bytes-like object, not "
                 "%.50s",
                 method,
                 object == Py_None ? "None" : Py_TYPE(object)->tp_name);
    return -1;
}

int
dir_fd_convert(PyObject *object, void *arg)
{
    if (object == Py_None) {
        *(int *)arg = AT_FDCWD;
        return 1;
    }
    if (PyIndex_Check(object))
        return fd_convert(object, arg);
    PyErr_Format(PyExc_TypeError,
                 "argument should be integer or None, not %.200s",
                 Py_TYPE(object)->tp_name);
    return 0;
}

int
offset_convert(PyObject *object, void *arg)
{
    long value = PyLong_AsLong(object);
    if (value == -1 && PyErr_Occurred())
        return 0;
    *(int64_t *)arg = value;
    return 1;
}

int
path_start(const struct path_arg *path, int dir_fd, struct vfs_path *out)
{
    *out = (struct vfs_path){NULL, path->text, path->len};
    if (dir_fd == AT_FDCWD || (path->len > 0 && path->text[0] == '/'))
        return 0;
    /* The kernel takes the name before it looks at the descriptor. */
    if (path->len == 0 || path->len >= VFS_PATH_MAX)
        return path->len == 0 ? -ENOENT : -ENAMETOOLONG;
    const struct vfs_open *open = vfs_opened(&state.fs, dir_fd);
    if (open == NULL)
        return -EBADF;
    out->start = open->inode;
    return open->inode == NULL ? -ENOTDIR : 0;
}

int
path_inode(const struct path_arg *path, int dir_fd, bool follow,
           struct vfs_inode **out)
{
    if (path->is_fd) {
        const struct vfs_open *open = vfs_opened(&state.fs, path->fd);
        /* To CPython -1 is no descriptor, and then there is no path. */
        if (open == NULL)
            return path->fd == -1 ? -EFAULT : -EBADF;
        *out = open->inode;
        return open->inode == NULL ? -EINVAL : 0;
    }
    struct vfs_path start;
    int status = path_start(path, dir_fd, &start);
    if (status < 0)
        return status;
    return vfs_lookup(&state.fs, &start, follow ? VFS_FOLLOW : VFS_NOFOLLOW,
                      out);
}

/* --- results --- */

PyObject *
name_result(const char *name, size_t len, bool as_bytes)
{
    if (as_bytes)
        return PyBytes_FromStringAndSize(name, (Py_ssize_t)len);
    return PyUnicode_DecodeUTF8(name, (Py_ssize_t)len, "surrogateescape");
}

/* stat_result_fields[] of Modules/posixmodule.c, 3.11 to 3.13. */
enum {
    STAT_TIMES = 7,
    STAT_FLOATS = 10,
    STAT_NS = 13,
    STAT_BLOCKS = 16,
    STAT_FIELDS = 19,
};

static int
set_times(PyObject *result, int which, struct timespec time)
{
    OWNED_REF second = PyLong_FromLongLong(time.tv_sec);
    OWNED_REF real =
        PyFloat_FromDouble((double)time.tv_sec + 1e-9 * (double)time.tv_nsec);
    OWNED_REF ns = PyLong_FromLongLong((long long)time.tv_sec * 1000000000 +
                                       time.tv_nsec);
    if (second == NULL || real == NULL || ns == NULL)
        return -1;
    PyStructSequence_SET_ITEM(result, STAT_TIMES + which,
                              gate_take_ref(&second));
    PyStructSequence_SET_ITEM(result, STAT_FLOATS + which,
                              gate_take_ref(&real));
    PyStructSequence_SET_ITEM(result, STAT_NS + which, gate_take_ref(&ns));
    return 0;
}

static PyObject *
make_stat(const struct stat *st)
{
    const long long numbers[] = {
        (long long)st->st_mode,  (long long)st->st_ino, (long long)st->st_dev,
        (long long)st->st_nlink, (long long)st->st_uid, (long long)st->st_gid,
        (long long)st->st_size,
    };
    const long long last[] = {st->st_blksize, st->st_blocks, 0};

    OWNED_REF result = PyStructSequence_New(state.stat_type);
    if (result == NULL || set_times(result, 0, st->st_atim) < 0 ||
        set_times(result, 1, st->st_mtim) < 0 ||
        set_times(result, 2, st->st_ctim) < 0)
        return NULL;
    for (int i = 0; i < STAT_TIMES; i++) {
        PyObject *number = PyLong_FromLongLong(numbers[i]);
        if (number == NULL)
            return NULL;
        PyStructSequence_SET_ITEM(result, i, number);
    }
    for (int i = 0; i < 3; i++) {
        PyObject *number = PyLong_FromLongLong(last[i]);
        if (number == NULL)
            return NULL;
        PyStructSequence_SET_ITEM(result, STAT_BLOCKS + i, number);
    }
    return gate_take_ref(&result);
}

PyObject *
stat_result(const struct vfs_inode *inode)
{
    struct stat st;

    vfs_fill_stat(inode, &st);
    return make_stat(&st);
}

PyObject *
stream_stat_result(void)
{
    const struct stat st = {.st_mode = S_IFIFO | 0600,
                            .st_nlink = 1,
                            .st_uid = VFS_UID,
                            .st_gid = VFS_UID,
                            .st_blksize = 4096};

    return make_stat(&st);
}

/* --- denials --- */

/* Kept short: a denial is read by people. */
enum { SHOWN = 200 };

static bool
is_made_here(PyObject *filename)
{
    OWNED_REF bytes =
        PyUnicode_Check(filename)
            ? PyUnicode_AsEncodedString(filename, "utf-8", "surrogateescape")
            : Py_NewRef(filename);
    bool here = bytes != NULL && PyBytes_Check(bytes) &&
                strncmp(PyBytes_AS_STRING(bytes), "/tmp", 4) == 0;

    if (bytes == NULL)
        PyErr_Clear();
    return here;
}

/* shown: the name as Python's ascii() writes it. */
static void
note_missing(const char *shown)
{
    char what[SHOWN + 16], fix[3 * SHOWN];
    size_t len = strlen(shown);
    bool whole = len <= SHOWN && strchr(shown, '\\') == NULL && len > 3;
    const char *name = shown + (shown[0] == 'b' ? 2 : 1); /* a quote */
    int name_len = (int)len - (shown[0] == 'b' ? 3 : 2);

    PyOS_snprintf(what, sizeof what, "open(%.*s%s)", SHOWN, shown,
                  len <= SHOWN ? "" : "...");
    const char *last = whole ? memrchr(name, '/', (size_t)name_len) : NULL;
    if (whole && name[0] == '/' && last != NULL &&
        strncmp(name, "/job/", 5) != 0) {
        int base = name_len - (int)(last + 1 - name);
        PyOS_snprintf(fix, sizeof fix,
                      "Give it with --file %.*s=%.*s and open(\"%.*s\")", base,
                      last + 1, name_len, name, base, last + 1);
    } else {
        PyOS_snprintf(fix, sizeof fix, "Give it with --file %.*s=PATH",
                      whole ? name_len : 4, whole ? name : "NAME");
    }
    deny_note(what, "files.read", fix);
}

void
vfs_py_note_missing(PyObject *filename)
{
    PyObject *type, *value, *traceback;

    PyErr_Fetch(&type, &value, &traceback);
    if (filename != NULL && !is_made_here(filename)) {
        OWNED_REF shown = PyObject_ASCII(filename);
        const char *text = shown == NULL ? NULL : PyUnicode_AsUTF8(shown);
        if (text != NULL)
            note_missing(text);
        else
            PyErr_Clear();
    }
    PyErr_Restore(type, value, traceback);
}

/* --- the module --- */

static PyMethodDef *const tables[] = {vfs_path_methods, vfs_attribute_methods,
                                      vfs_fd_methods,   vfs_rw_methods,
                                      vfs_dir_methods,  vfs_job_methods};

/* open() of io, beside that of os: io_open here, "open" to whoever asks. */
static int
add_io_functions(PyObject *module)
{
    OWNED_REF owner = PyUnicode_InternFromString("_vfs");
    if (owner == NULL)
        return -1;
    for (PyMethodDef *def = vfs_io_methods; def->ml_name != NULL; def++) {
        char name[32];
        OWNED_REF function = PyCFunction_NewEx(def, NULL, owner);
        PyOS_snprintf(name, sizeof name, "io_%s", def->ml_name);
        if (function == NULL ||
            PyModule_AddObjectRef(module, name, function) < 0)
            return -1;
    }
    return 0;
}

static int
find_stat_type(void)
{
    OWNED_REF posix = PyImport_ImportModule("posix");
    OWNED_REF type =
        posix == NULL ? NULL : PyObject_GetAttrString(posix, "stat_result");
    OWNED_REF fields =
        type == NULL ? NULL : PyObject_GetAttrString(type, "n_fields");
    if (fields == NULL)
        return -1;
    if (PyLong_AsLong(fields) != STAT_FIELDS) {
        PyErr_SetString(PyExc_RuntimeError,
                        "os.stat_result has other fields than are known");
        return -1;
    }
    state.stat_type = (PyTypeObject *)gate_take_ref(&type);
    return 0;
}

static struct PyModuleDef vfs_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_vfs",
    .m_doc = "The guest's file system, in its own memory.",
    .m_size = -1,
};

/* The folders that every guest has.  Only those two can be written to. */
static int
make_layout(void)
{
    static const struct {
        const char *path;
        uint32_t mode;
        bool locked;
    } layout[] = {
        {"/job", 0755, false}, {"/lib", 0755, true}, {"/tmp", 01777, false}};
    struct vfs_inode *inode = NULL;
    int status = 0;

    for (size_t i = 0; status == 0 && i < Py_ARRAY_LENGTH(layout); i++) {
        const size_t len = strlen(layout[i].path);
        const struct vfs_path path = {NULL, layout[i].path, len};
        status =
            vfs_give(&state.fs, path.text, len, NULL, 0, layout[i].locked);
        if (status == 0)
            status = vfs_lookup(&state.fs, &path, VFS_FOLLOW, &inode);
        if (status == 0)
            inode->mode = S_IFDIR | layout[i].mode;
        if (status == 0 && i == 0)
            status = vfs_chdir(&state.fs, inode);
    }
    state.fs.root->locked = true;
    return status;
}

PyMODINIT_FUNC
PyInit__vfs(void)
{
    const struct vfs_limits limits = {
        .bytes = 0, .inodes = INODES, .depth = DEPTH, .open = OPEN};

    OWNED_REF module = PyModule_Create(&vfs_module);
    if (module == NULL || find_stat_type() < 0)
        return NULL;
    if (vfs_init(&state.fs, &limits) < 0 || make_layout() < 0)
        return PyErr_NoMemory();
    for (size_t i = 0; i < Py_ARRAY_LENGTH(tables); i++)
        if (PyModule_AddFunctions(module, tables[i]) < 0)
            return NULL;
    if (add_io_functions(module) < 0 || vfs_dirs_init(module) < 0 ||
        vfs_file_init(module) < 0 || vfs_buffered_init(module) < 0 ||
        vfs_open_init(module) < 0 || vfs_job_init() < 0)
        return NULL;
    return gate_take_ref(&module);
}
