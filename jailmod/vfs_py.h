/* What the Python side of the guest's files shares.  Only jailmod/vfs*.c
 * include this.
 *
 * The rule of all of it: arguments are taken apart first, which may run the
 * guest's code (`__fspath__`, `__index__`); then the tree is asked, which runs
 * none; nothing of the tree is kept in a C variable from one to the other. */
#ifndef IMMURE_JAILMOD_VFS_PY_H
#define IMMURE_JAILMOD_VFS_PY_H

#define PY_SSIZE_T_CLEAN
#include "jailmod/gate.h"
#include "jailmod/vfs.h"

/* The file system of this process; made when `_vfs` is imported. */
struct vfs *vfs_py_fs(void);

static inline struct vfs *
fs(void)
{
    return vfs_py_fs();
}

/* CPython takes char **, and changes nothing there. */
#define KEYWORDS(...) ((char **)(uintptr_t)(const char *[]){__VA_ARGS__, NULL})
#define CALL(function) ((PyCFunction)(void (*)(void))(function))
#define ROW(name, function, doc)                                              \
    {                                                                         \
        name, CALL(function), METH_VARARGS | METH_KEYWORDS, doc               \
    }

/* Raise the OSError of a negative errno; filenames may be NULL.  NULL. */
PyObject *vfs_py_error(ssize_t error, PyObject *filename, PyObject *second);
/* What open() of a missing file tells the operator, besides raising. */
void vfs_py_note_missing(PyObject *filename);

/* --- arguments --- */

struct path_arg {
    /* Before: how the function calls it. */
    const char *function;
    const char *argument; /* NULL: path */
    bool or_fd;
    bool or_none;
    /* After: */
    PyObject *object; /* owned: the name as it was given; NULL: none */
    PyObject *bytes;  /* owned, when the str had to be encoded */
    const char *text;
    size_t len;
    int fd;
    bool is_fd;
};

#define OWNED_PATH __attribute__((cleanup(path_clear))) struct path_arg

void path_clear(struct path_arg *path);
/* Converters for "O&"; 1 or 0.  A descriptor among paths says so when it is
 * out of range; where nothing else is wanted it is any int. */
int path_convert(PyObject *object, void *path);
int dir_fd_convert(PyObject *object, void *fd);
int fd_convert(PyObject *object, void *fd);
int int_convert(PyObject *object, void *number);
/* A user's or group's number, -1 for none; the object says which. */
int uid_convert(PyObject *object, void *uid);
int gid_convert(PyObject *object, void *gid);

/* A str argument, without NULs. */
struct text_arg {
    /* Before: how the function calls it. */
    const char *function, *argument;
    bool or_none;
    const char *text; /* what it is without the argument */
};

int text_convert(PyObject *object, void *text);
/* What a method called so wants to fill: 0, or -1 raised. */
int room_convert(PyObject *object, const char *method, Py_buffer *out);
int offset_convert(PyObject *object, void *offset);

/* Where a path argument starts and leads: 0 or a negative errno. */
int path_start(const struct path_arg *path, int dir_fd, struct vfs_path *out);
int path_inode(const struct path_arg *path, int dir_fd, bool follow,
               struct vfs_inode **out);
/* A descriptor goes with neither of the other two: 0, or -1 raised. */
int path_check_fd(const struct path_arg *path, int dir_fd, int follow);
/* None, or NULL with the error of a path. */
PyObject *path_answer(ssize_t status, const struct path_arg *path);

/* --- results --- */

PyObject *name_result(const char *name, size_t len, bool as_bytes);
PyObject *stat_result(const struct vfs_inode *inode);
PyObject *stream_stat_result(void);

/* --- the parts --- */

extern PyMethodDef vfs_path_methods[]; /* vfs_os.c */
extern PyMethodDef vfs_attribute_methods[];
extern PyMethodDef vfs_fd_methods[];  /* vfs_fds.c */
extern PyMethodDef vfs_rw_methods[];  /* vfs_rw.c */
extern PyMethodDef vfs_dir_methods[]; /* vfs_dirs.c */
extern PyMethodDef vfs_io_methods[];  /* vfs_open.c */
extern PyMethodDef vfs_job_methods[]; /* vfs_job.c */
int vfs_job_init(void);
int vfs_dirs_init(PyObject *module);
int vfs_file_init(PyObject *module);
int vfs_buffered_init(PyObject *module);
int vfs_open_init(PyObject *module); /* after those */

/* --- what all of them use --- */

/* Bytes to a descriptor: how many, or a negative errno. */
ssize_t vfs_py_write(int fd, const void *bytes, size_t size);
/* A class of `_io` made in C; shown as of module_name. */
PyTypeObject *vfs_py_type(PyType_Spec *spec, const char *module_name,
                          const char *base);
/* io.UnsupportedOperation, borrowed. */
PyObject *vfs_py_unsupported(void);
/* The finalizer of io.IOBase, from a tp_dealloc.  -1: it lives again. */
int vfs_py_finalize(PyObject *self);

#endif
