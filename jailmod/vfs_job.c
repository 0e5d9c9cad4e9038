/* What a job brings to the guest's files, and takes from them. */
#include "jailmod/vfs_py.h"

#include <errno.h>
#include <fcntl.h>

/* Objects whose bytes are in files: a list.  Module state of `_vfs`. */
static PyObject *lent;

int
vfs_job_init(void)
{
    lent = PyList_New(0);
    return lent == NULL ? -1 : 0;
}

/* A guest finds these by way of the jail's own modules, whose functions it can
 * call: what it gives itself is its own memory, and no quota. */
static int
check_caller(void)
{
    if (!jail_is_closed() || codes_caller_is_trusted())
        return 0;
    PyErr_SetString(PyExc_PermissionError,
                    "a job's files are set up by the jail, not by a guest");
    return -1;
}

static PyObject *
job_start(PyObject *module, PyObject *args)
{
    unsigned long long bytes;

    (void)module;
    if (jail_is_closed()) {
        PyErr_SetString(PyExc_PermissionError,
                        "a job's quota is set by its host");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "K:start", &bytes))
        return NULL;
    jail_set_files_quota(bytes);
    Py_RETURN_NONE;
}

static PyObject *
job_give(PyObject *module, PyObject *args)
{
    const char *path;
    Py_ssize_t len;
    PyObject *data;
    int locked;

    (void)module;
    if (check_caller() < 0 ||
        !PyArg_ParseTuple(args, "y#Op:give", &path, &len, &data, &locked))
        return NULL;
    const Py_buffer *view =
        PyMemoryView_Check(data) ? PyMemoryView_GET_BUFFER(data) : NULL;
    /* A view of an object would not do: who has it can release it, and then
     * the object's memory goes (tests/escape/482). */
    if (data != Py_None &&
        (view == NULL || view->obj != NULL || !view->readonly ||
         !PyBuffer_IsContiguous(view, 'C'))) {
        PyErr_SetString(PyExc_TypeError,
                        "give() wants a view of the job's memory, or None for "
                        "a folder");
        return NULL;
    }
    /* Lent for good: the file reads the memory that is viewed. */
    if (view != NULL && PyList_Append(lent, data) < 0)
        return NULL;
    int status =
        vfs_give(fs(), path, (size_t)len, view != NULL ? view->buf : NULL,
                 view != NULL ? (size_t)view->len : 0, locked != 0);
    if (status < 0)
        return vfs_py_error(status, PyTuple_GET_ITEM(args, 0), NULL);
    Py_RETURN_NONE;
}

int
jail_give_file(const struct jail_file *file, bool locked)
{
    int status = vfs_give(fs(), file->path, file->path_len, file->bytes,
                          file->size, locked);
    if (status == 0)
        return 0;
    OWNED_REF name = name_result(file->path, file->path_len, false);
    if (name != NULL)
        vfs_py_error(status, name, NULL);
    return -1;
}

/* Descriptor 0 reads these bytes; 1 and 2 are the streams. */
static PyObject *
job_streams(PyObject *module, PyObject *data)
{
    int status = 0;

    (void)module;
    if (check_caller() < 0)
        return NULL;
    if (!PyBytes_CheckExact(data)) {
        PyErr_SetString(PyExc_TypeError, "streams() wants bytes");
        return NULL;
    }
    if (PyList_Append(lent, data) < 0)
        return NULL;
    struct vfs_inode *inode = vfs_new(fs(), S_IFREG | 0400, &status);
    if (inode == NULL)
        return vfs_py_error(status, NULL, NULL);
    vfs_data_lend(&inode->data, PyBytes_AS_STRING(data),
                  (size_t)PyBytes_GET_SIZE(data));
    vfs_hold(inode);
    status = vfs_open_stream(fs(), 0, inode, O_RDONLY);
    vfs_release(fs(), inode);
    for (int fd = 1; status == 0 && fd < VFS_STREAMS; fd++)
        status = vfs_open_stream(fs(), fd, NULL, O_WRONLY);
    if (status < 0)
        return vfs_py_error(status, NULL, NULL);
    Py_RETURN_NONE;
}

struct teller {
    int (*tell)(void *arg, const struct jail_file *file);
    void *arg;
};

static int
tell_one(void *arg, const struct vfs_file *file)
{
    const struct teller *teller = arg;
    const struct jail_file told = {file->path, file->len, file->bytes,
                                   file->size};

    return teller->tell(teller->arg, &told);
}

void
jail_each_changed(int (*tell)(void *arg, const struct jail_file *file),
                  void *arg)
{
    struct teller teller = {tell, arg};

    if (fs()->root != NULL)
        (void)vfs_each_changed(fs(), tell_one, &teller);
}

void
jail_settle_files(void)
{
    if (fs()->root != NULL)
        vfs_settle(fs());
}

void
jail_set_files_quota(uint64_t bytes)
{
    fs()->limits.bytes = bytes;
}

uint64_t
jail_files_quota(void)
{
    return fs()->limits.bytes;
}

bool
jail_has_open_files(void)
{
    for (uint32_t fd = VFS_STREAMS; fd < fs()->limits.open; fd++)
        if (fs()->open != NULL && fs()->open[fd] != NULL &&
            (fs()->open[fd]->flags & O_ACCMODE) != O_RDONLY)
            return true;
    return false;
}

PyMethodDef vfs_job_methods[] = {
    {"start", job_start, METH_VARARGS, "start(bytes): the job's quota."},
    {"give", job_give, METH_VARARGS,
     "give(path, view or None, locked): a file or folder of the job's."},
    {"streams", job_streams, METH_O, "streams(stdin): descriptors 0 to 2."},
    {NULL, NULL, 0, NULL},
};
