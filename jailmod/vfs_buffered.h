/* BufferedReader, BufferedWriter, BufferedRandom of the guest. */
#ifndef IMMURE_JAILMOD_VFS_BUFFERED_H
#define IMMURE_JAILMOD_VFS_BUFFERED_H

#include "jailmod/vfs_file.h"

/* --- vfs_memory.c --- */

struct memory {
    PyObject_HEAD char *bytes;
    Py_ssize_t size;
    Py_ssize_t start, length; /* what the next view shows */
    bool read_only;
};

int memory_init(void);
struct memory *memory_new(Py_ssize_t size);
PyObject *memory_view(struct memory *memory, Py_ssize_t start,
                      Py_ssize_t length, bool read_only);

/* --- vfs_buffered.c --- */

/* Over exactly a FileIO nothing is buffered: the file is memory already.  All
 * else is raw.readinto() and raw.write() as in Modules/_io/bufferedio.c. */
struct buffered {
    PyObject_HEAD PyObject *dict; /* the head of iobase, as in struct file */
    PyObject *weakrefs;
    PyObject *raw; /* NULL: before __init__, or detached */
    bool detached, finalizing;
    bool busy; /* a method runs; others of this object fail */
    bool reads, writes;
    struct file *file; /* raw, when it is exactly a FileIO; borrowed */
    Py_ssize_t size;
    struct memory *in; /* unread bytes are [in_at, in_end) */
    Py_ssize_t in_at, in_end;
    struct memory *out; /* unwritten bytes are [out_at, out_end) */
    Py_ssize_t out_at, out_end;
};

/* What a raw object said instead of a count. */
enum { RAW_ERROR = -1, RAW_BLOCKED = -2 };

/* Enter a method: initialised and not entered yet.  -1 raised. */
int buffered_enter(struct buffered *self);
void buffered_leave(struct buffered *self);
/* closed: what the ValueError says, such as "read of closed file". */
int buffered_check_open(struct buffered *self, const char *closed);
/* Both at once. */
int buffered_begin(struct buffered *self, const char *closed);

static inline Py_ssize_t
buffered_unread(const struct buffered *self)
{
    return self->in_end - self->in_at;
}

/* Entered already: */
int buffered_flush_out(struct buffered *self);
/* And the raw object is where the reader thinks it is. */
int buffered_flush_both(struct buffered *self);
int64_t buffered_raw_seek(struct buffered *self, int64_t offset, int whence);
int64_t buffered_raw_tell(struct buffered *self);
Py_ssize_t buffered_raw_read(struct buffered *self, struct memory *memory,
                             Py_ssize_t start, Py_ssize_t size);
Py_ssize_t buffered_raw_write(struct buffered *self, PyObject *view,
                              Py_ssize_t size);

/* Initialised, or -1 raised. */
int buffered_check_made(const struct buffered *self);
/* The raw object answers the question with True, or -1 raised. */
int buffered_check_raw(PyObject *raw, const char *question,
                       const char *otherwise);
const char *buffered_shown_name(const PyObject *object);
PyObject *buffered_close(PyObject *object, PyObject *ignored);
PyObject *buffered_detach(PyObject *object, PyObject *ignored);
PyObject *buffered_warn_unclosed(PyObject *object, PyObject *source);

/* --- vfs_buffered_methods.c --- */

PyObject *buffered_repr(PyObject *object);
extern PyMethodDef buffered_shared_methods[];
extern PyMethodDef buffered_readable_methods[];
extern PyMethodDef buffered_writable_methods[];
extern PyMethodDef buffered_unbuffered_methods[];
extern PyMemberDef buffered_members[];
extern PyGetSetDef buffered_getset[];

extern PyMethodDef buffered_read_methods[];  /* vfs_reader.c */
extern PyMethodDef buffered_write_methods[]; /* vfs_writer.c */
/* Of a class that reads, and not of a guest's that inherits from it. */
bool buffered_is_exact(PyObject *object);
/* tp_iternext of all that read */
PyObject *buffered_next_line(PyObject *object);

#endif
