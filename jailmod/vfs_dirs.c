/* os.listdir(), os.scandir() and what they return; os.statvfs(). */
#include "jailmod/vfs_py.h"

#include <errno.h>
#include <fcntl.h>
#include <structmember.h>

static struct {
    PyTypeObject *entry_type, *iterator_type, *statvfs_type;
} state;

/* The folder of a path argument, held: making objects may run code that
 * removes it. */
static int
hold_folder(const struct path_arg *path, struct vfs_inode **out)
{
    int status = path_inode(path, AT_FDCWD, true, out);

    if (status == 0 && !S_ISDIR((*out)->mode))
        status = -ENOTDIR;
    if (status == 0 && !path->is_fd && !vfs_may(*out, 4))
        status = -EACCES;
    if (status < 0)
        return status;
    vfs_hold(*out);
    if ((*out)->links > 0) /* not one that was removed */
        vfs_accessed(fs(), *out);
    return 0;
}

/* path=None is the working directory; to CPython so is -1. */
static int
default_path(struct path_arg *path)
{
    if (path->is_fd && path->fd == -1) {
        OWNED_REF shown = Py_NewRef(path->object);
        if (!path_convert(Py_None, path))
            return 0;
        Py_SETREF(path->object, gate_take_ref(&shown)); /* for messages */
        return 1;
    }
    if (path->text != NULL || path->is_fd)
        return 1;
    if (!path_convert(Py_None, path))
        return 0;
    Py_CLEAR(path->object); /* there was no argument */
    return 1;
}

/* It copies a descriptor first, which names no file when it fails. */
static PyObject *
folder_error(int status, const struct path_arg *path)
{
    return vfs_py_error(
        status, path->is_fd && status == -EBADF ? NULL : path->object, NULL);
}

static PyObject *
list_names(const struct vfs_inode *dir, bool as_bytes)
{
    OWNED_REF list = PyList_New(0);
    /* The rows are looked at anew in each round, never kept. */
    for (uint32_t i = 0; list != NULL && i < dir->dir.used; i++) {
        const struct vfs_entry *entry = dir->dir.rows[i];
        if (entry == NULL)
            continue;
        OWNED_REF name = name_result(entry->name, entry->len, as_bytes);
        if (name == NULL || PyList_Append(list, name) < 0)
            return NULL;
    }
    return gate_take_ref(&list);
}

static PyObject *
os_listdir(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "listdir", .or_fd = true, .or_none = true};
    struct vfs_inode *dir;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O&:listdir",
                                     KEYWORDS("path"), path_convert, &path) ||
        !default_path(&path))
        return NULL;
    int status = hold_folder(&path, &dir);
    if (status < 0)
        return folder_error(status, &path);
    PyObject *list = list_names(dir, path.object != NULL &&
                                         PyObject_CheckBuffer(path.object));
    vfs_release(fs(), dir);
    return list;
}

/* --- DirEntry --- */

struct entry {
    PyObject_HEAD PyObject *name;
    PyObject *path;
    PyObject *stat, *lstat; /* asked for once; may be NULL */
    int dir_fd;             /* name is below it; or AT_FDCWD */
    uint32_t mode;          /* when it was listed */
    uint64_t number;
};

static void
entry_dealloc(PyObject *self)
{
    struct entry *entry = (struct entry *)self;
    PyTypeObject *type = Py_TYPE(self);

    Py_XDECREF(entry->name);
    Py_XDECREF(entry->path);
    Py_XDECREF(entry->stat);
    Py_XDECREF(entry->lstat);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
entry_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<DirEntry %R>", ((struct entry *)self)->name);
}

static PyObject *
entry_fspath(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return Py_NewRef(((struct entry *)self)->path);
}

static PyObject *
entry_inode(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return PyLong_FromUnsignedLongLong(((struct entry *)self)->number);
}

/* The inode the entry names now: 0 or a negative errno. */
static int
entry_look(const struct entry *entry, bool follow, struct vfs_inode **out)
{
    OWNED_PATH path = {.function = "DirEntry.stat"};
    bool below = entry->dir_fd != AT_FDCWD;

    if (!path_convert(below ? entry->name : entry->path, &path))
        return 1;
    return path_inode(&path, entry->dir_fd, follow, out);
}

static PyObject *
entry_get_stat(struct entry *entry, bool follow)
{
    PyObject **kept = follow ? &entry->stat : &entry->lstat;
    struct vfs_inode *inode = NULL;

    if (*kept == NULL) {
        int status = entry_look(entry, follow, &inode);
        if (status > 0)
            return NULL;
        if (status < 0)
            return vfs_py_error(status, entry->path, NULL);
        PyObject *made = stat_result(inode);
        if (made == NULL)
            return NULL;
        Py_XSETREF(*kept, made);
    }
    return Py_NewRef(*kept);
}

static int
parse_follow(PyObject *args, PyObject *kwargs, const char *format)
{
    int follow = 1;

    return PyArg_ParseTupleAndKeywords(args, kwargs, format,
                                       KEYWORDS("follow_symlinks"), &follow)
               ? follow != 0
               : -1;
}

static PyObject *
entry_stat(PyObject *self, PyObject *args, PyObject *kwargs)
{
    int follow = parse_follow(args, kwargs, "|$p:stat");

    return follow < 0 ? NULL : entry_get_stat((struct entry *)self, follow);
}

/* By what was listed; a link is followed now. */
static PyObject *
entry_is(struct entry *entry, int follow, uint32_t kind)
{
    uint32_t mode = entry->mode;

    if (follow < 0)
        return NULL;
    if (follow && S_ISLNK(mode)) {
        struct vfs_inode *inode;
        int status = entry_look(entry, true, &inode);
        if (status > 0)
            return NULL;
        if (status == -ENOENT)
            Py_RETURN_FALSE;
        if (status < 0)
            return vfs_py_error(status, entry->path, NULL);
        mode = inode->mode;
    }
    return PyBool_FromLong((mode & S_IFMT) == kind);
}

static PyObject *
entry_is_dir(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return entry_is((struct entry *)self,
                    parse_follow(args, kwargs, "|$p:is_dir"), S_IFDIR);
}

static PyObject *
entry_is_file(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return entry_is((struct entry *)self,
                    parse_follow(args, kwargs, "|$p:is_file"), S_IFREG);
}

static PyObject *
entry_is_symlink(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return PyBool_FromLong(S_ISLNK(((struct entry *)self)->mode));
}

#if PY_VERSION_HEX >= 0x030c0000
/* They are Windows'. */
static PyObject *
entry_is_junction(PyObject *self, PyObject *ignored)
{
    (void)self;
    (void)ignored;
    Py_RETURN_FALSE;
}
#endif

static PyMethodDef entry_methods[] = {
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, NULL},
    {"__fspath__", entry_fspath, METH_NOARGS, "The path for this entry."},
    {"inode", entry_inode, METH_NOARGS, "Its number."},
    {"is_dir", CALL(entry_is_dir), METH_VARARGS | METH_KEYWORDS, NULL},
    {"is_file", CALL(entry_is_file), METH_VARARGS | METH_KEYWORDS, NULL},
    {"is_symlink", entry_is_symlink, METH_NOARGS, NULL},
#if PY_VERSION_HEX >= 0x030c0000
    {"is_junction", entry_is_junction, METH_NOARGS, NULL},
#endif
    {"stat", CALL(entry_stat), METH_VARARGS | METH_KEYWORDS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef entry_members[] = {
    {"name", T_OBJECT_EX, offsetof(struct entry, name), READONLY, NULL},
    {"path", T_OBJECT_EX, offsetof(struct entry, path), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot entry_slots[] = {
    {Py_tp_dealloc, (void *)entry_dealloc},
    {Py_tp_repr, (void *)entry_repr},
    {Py_tp_methods, entry_methods},
    {Py_tp_members, entry_members},
    {0, NULL},
};

static PyType_Spec entry_spec = {
    .name = "_vfs.DirEntry",
    .basicsize = sizeof(struct entry),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = entry_slots,
};

/* --- the iterator: over what was there when it was made --- */

struct iterator {
    PyObject_HEAD PyObject *entries; /* list; NULL when closed */
    Py_ssize_t next;
};

static void
iterator_finalize(PyObject *self)
{
    PyObject *type, *value, *traceback;

    if (((struct iterator *)self)->entries == NULL)
        return;
    PyErr_Fetch(&type, &value, &traceback);
    if (PyErr_ResourceWarning(self, 1, "unclosed scandir iterator %R", self) <
            0 &&
        PyErr_ExceptionMatches(PyExc_Warning))
        PyErr_WriteUnraisable(self);
    PyErr_Restore(type, value, traceback);
}

static void
iterator_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    if (PyObject_CallFinalizerFromDealloc(self) < 0)
        return;
    Py_XDECREF(((struct iterator *)self)->entries);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
iterator_next(PyObject *self)
{
    struct iterator *iterator = (struct iterator *)self;

    if (iterator->entries == NULL)
        return NULL;
    if (iterator->next < PyList_GET_SIZE(iterator->entries))
        return Py_NewRef(PyList_GET_ITEM(iterator->entries, iterator->next++));
    Py_CLEAR(iterator->entries);
    return NULL;
}

static PyObject *
iterator_close(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    Py_CLEAR(((struct iterator *)self)->entries);
    Py_RETURN_NONE;
}

static PyObject *
iterator_enter(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return Py_NewRef(self);
}

static PyMethodDef iterator_methods[] = {
    {"__enter__", iterator_enter, METH_NOARGS, NULL},
    {"__exit__", iterator_close, METH_VARARGS, NULL},
    {"close", iterator_close, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot iterator_slots[] = {
    {Py_tp_dealloc, (void *)iterator_dealloc},
    {Py_tp_finalize, (void *)iterator_finalize},
    {Py_tp_iter, (void *)PyObject_SelfIter},
    {Py_tp_iternext, (void *)iterator_next},
    {Py_tp_methods, iterator_methods},
    {0, NULL},
};

static PyType_Spec iterator_spec = {
    .name = "_vfs.ScandirIterator",
    .basicsize = sizeof(struct iterator),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = iterator_slots,
};

/* What goes before a name in DirEntry.path, "" for a descriptor. */
static PyObject *
path_prefix(const struct path_arg *path)
{
    if (path->is_fd)
        return PyUnicode_FromString("");
    if (path->object == NULL || path->object == Py_None ||
        PyIndex_Check(path->object))
        return PyUnicode_FromString("./");
    bool slash = path->len > 0 && path->text[path->len - 1] == '/';
    if (!PyUnicode_Check(path->object))
        return PyBytes_FromFormat("%s%s", path->text, slash ? "" : "/");
    return PyUnicode_FromFormat("%U%s", path->object, slash ? "" : "/");
}

static PyObject *
join(PyObject *prefix, PyObject *name)
{
    if (PyUnicode_Check(name))
        return PyUnicode_Concat(prefix, name);
    PyObject *whole = Py_NewRef(prefix);
    PyBytes_Concat(&whole, name);
    return whole;
}

static PyObject *
new_entry(const struct vfs_entry *from, PyObject *prefix, int dir_fd)
{
    /* All of the row is copied before an allocation can collect garbage. */
    uint32_t mode = from->inode->mode;
    uint64_t number = from->inode->number;
    OWNED_REF name = name_result(from->name, from->len, PyBytes_Check(prefix));
    OWNED_REF path = name == NULL ? NULL : join(prefix, name);
    if (path == NULL)
        return NULL;
    struct entry *entry =
        (struct entry *)state.entry_type->tp_alloc(state.entry_type, 0);
    if (entry == NULL)
        return NULL;
    entry->name = gate_take_ref(&name);
    entry->path = gate_take_ref(&path);
    entry->dir_fd = dir_fd;
    entry->mode = mode;
    entry->number = number;
    return (PyObject *)entry;
}

static PyObject *
list_entries(const struct vfs_inode *dir, PyObject *prefix, int dir_fd)
{
    OWNED_REF list = PyList_New(0);
    for (uint32_t i = 0; list != NULL && i < dir->dir.used; i++) {
        if (dir->dir.rows[i] == NULL)
            continue;
        OWNED_REF entry = new_entry(dir->dir.rows[i], prefix, dir_fd);
        if (entry == NULL || PyList_Append(list, entry) < 0)
            return NULL;
    }
    return gate_take_ref(&list);
}

static PyObject *
os_scandir(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "scandir", .or_fd = true, .or_none = true};
    struct vfs_inode *dir;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O&:scandir",
                                     KEYWORDS("path"), path_convert, &path) ||
        !default_path(&path))
        return NULL;
    OWNED_REF prefix = path_prefix(&path);
    if (prefix == NULL)
        return NULL;
    int status = hold_folder(&path, &dir);
    if (status < 0)
        return folder_error(status, &path);
    OWNED_REF entries =
        list_entries(dir, prefix, path.is_fd ? path.fd : AT_FDCWD);
    vfs_release(fs(), dir);
    if (entries == NULL)
        return NULL;
    struct iterator *iterator =
        (struct iterator *)state.iterator_type->tp_alloc(state.iterator_type,
                                                         0);
    if (iterator != NULL)
        iterator->entries = gate_take_ref(&entries);
    return (PyObject *)iterator;
}

/* --- how much there is --- */

static PyObject *
make_statvfs(void)
{
    const struct vfs *all = fs();
    const uint64_t block = 4096;
    uint64_t left = (all->limits.bytes - all->bytes) / block;
    left -= left > 0; /* the folders are worth a block */
    const uint64_t numbers[] = {
        block,
        block,
        all->limits.bytes / block,
        left,
        left,
        all->limits.inodes,
        all->limits.inodes - all->inodes,
        all->limits.inodes - all->inodes,
        0,
        VFS_NAME_MAX,
        0,
    };

    OWNED_REF result = PyStructSequence_New(state.statvfs_type);
    for (size_t i = 0; result != NULL && i < Py_ARRAY_LENGTH(numbers); i++) {
        PyObject *number = PyLong_FromUnsignedLongLong(numbers[i]);
        if (number == NULL)
            return NULL;
        PyStructSequence_SET_ITEM(result, (Py_ssize_t)i, number);
    }
    return gate_take_ref(&result);
}

static PyObject *
os_statvfs(PyObject *module, PyObject *args, PyObject *kwargs)
{
    OWNED_PATH path = {.function = "statvfs", .or_fd = true};
    struct vfs_inode *inode;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&:statvfs",
                                     KEYWORDS("path"), path_convert, &path))
        return NULL;
    int status = path_inode(&path, AT_FDCWD, true, &inode);
    if (status < 0)
        return vfs_py_error(status, path.object, NULL);
    return make_statvfs();
}

static PyObject *
os_fstatvfs(PyObject *module, PyObject *arg)
{
    int fd;

    (void)module;
    if (!int_convert(arg, &fd))
        return NULL;
    if (vfs_opened(fs(), fd) == NULL)
        return vfs_py_error(-EBADF, NULL, NULL);
    return make_statvfs();
}

PyMethodDef vfs_dir_methods[] = {
    {"fstatvfs", os_fstatvfs, METH_O, "The state of the file system."},
    {"listdir", CALL(os_listdir), METH_VARARGS | METH_KEYWORDS,
     "The names in a directory."},
    {"scandir", CALL(os_scandir), METH_VARARGS | METH_KEYWORDS,
     "An iterator of DirEntry objects."},
    {"statvfs", CALL(os_statvfs), METH_VARARGS | METH_KEYWORDS,
     "The state of the file system."},
    {NULL, NULL, 0, NULL},
};

int
vfs_dirs_init(PyObject *module)
{
    OWNED_REF posix = PyImport_ImportModule("posix");
    if (posix == NULL)
        return -1;
    state.statvfs_type =
        (PyTypeObject *)PyObject_GetAttrString(posix, "statvfs_result");
    state.entry_type = vfs_py_type(&entry_spec, "posix", NULL);
    state.iterator_type = vfs_py_type(&iterator_spec, "posix", NULL);
    if (state.statvfs_type == NULL || state.entry_type == NULL ||
        state.iterator_type == NULL)
        return -1;
    return PyModule_AddObjectRef(module, "DirEntry",
                                 (PyObject *)state.entry_type);
}
