/* The buffers of the buffered classes.
 *
 * What a raw object is given to read into or to write from is a memoryview
 * over one of these, never over bare memory: CPython's own classes hand out
 * views that own nothing, and a raw object of the guest's may keep them. */
#include "jailmod/vfs_buffered.h"

static PyTypeObject *memory_type;

struct memory *
memory_new(Py_ssize_t size)
{
    struct memory *memory =
        (struct memory *)memory_type->tp_alloc(memory_type, 0);

    if (memory == NULL)
        return NULL;
    /* Zeros: what was freed before is not for a view to show. */
    memory->bytes = PyMem_Calloc(1, (size_t)size);
    memory->size = size;
    if (memory->bytes == NULL) {
        Py_DECREF(memory);
        PyErr_NoMemory();
        return NULL;
    }
    return memory;
}

static void
memory_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyMem_Free(((struct memory *)self)->bytes);
    type->tp_free(self);
    Py_DECREF(type);
}

/* The window that memory_view() has set; the view keeps the whole alive. */
static int
memory_export(PyObject *self, Py_buffer *view, int flags)
{
    struct memory *memory = (struct memory *)self;

    return PyBuffer_FillInfo(view, self, memory->bytes + memory->start,
                             memory->length, memory->read_only, flags);
}

PyObject *
memory_view(struct memory *memory, Py_ssize_t start, Py_ssize_t length,
            bool read_only)
{
    memory->start = start;
    memory->length = length;
    memory->read_only = read_only;
    PyObject *view = PyMemoryView_FromObject((PyObject *)memory);
    /* A guest that finds this object by a view's `obj` gets nothing more. */
    memory->start = memory->length = 0;
    return view;
}

static PyType_Slot memory_slots[] = {
    {Py_tp_dealloc, (void *)memory_dealloc},
    {Py_bf_getbuffer, (void *)memory_export},
    {0, NULL},
};

static PyType_Spec memory_spec = {
    .name = "_vfs.Memory",
    .basicsize = sizeof(struct memory),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = memory_slots,
};

int
memory_init(void)
{
    memory_type = vfs_py_type(&memory_spec, "_vfs", NULL);
    return memory_type == NULL ? -1 : 0;
}
