/* FileIO of the guest. */
#ifndef IMMURE_JAILMOD_VFS_FILE_H
#define IMMURE_JAILMOD_VFS_FILE_H

#include "jailmod/vfs_py.h"

#include <structmember.h>

struct file {
    PyObject_HEAD int fd; /* -1: closed; see vfs_open.c */
    bool readable, writable, seekable, appending, created;
    bool close_fd, finalizing;
    PyObject *dict;
    PyObject *weakrefs;
};

extern PyTypeObject *vfs_file_type;

/* The object is exactly a FileIO, whose methods nobody has replaced. */
bool file_is_exact(PyObject *object);
/* None of these runs Python code unless it raises.  -1: raised. */
Py_ssize_t file_read_into(struct file *file, void *out, Py_ssize_t size);
Py_ssize_t file_write_from(struct file *file, const void *bytes,
                           Py_ssize_t size);
int64_t file_seek_to(struct file *file, int64_t offset, int whence);
PyObject *file_read_all(struct file *file);
/* mode of FileIO: "rb+" and so on. */
const char *file_mode(const struct file *file);

/* --- between vfs_file.c and vfs_file_methods.c --- */

/* -1 raised. */
int file_check_open(const struct file *self);
int file_check_readable(const struct file *self);
int file_check_writable(const struct file *self);
/* The open file, or NULL with the OSError. */
struct vfs_open *file_opened(const struct file *self);
/* Up to size bytes; all that is left when it is negative. */
PyObject *file_read_bytes(struct file *self, Py_ssize_t size);
PyObject *file_close(PyObject *object, PyObject *ignored);
PyObject *file_dealloc_warn(PyObject *object, PyObject *source);
PyObject *file_repr(PyObject *object);
extern PyMethodDef file_methods[];
extern PyMemberDef file_members[];
extern PyGetSetDef file_getset[];

#endif
