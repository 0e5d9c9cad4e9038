/* Types whose objects are unsafe before their __init__, or by a second one. */
#include "jailmod/repair.h"

/* --- _struct.Struct --- */

/* The head of PyStructObject in Modules/_struct.c, 3.0 to 3.13. */
struct struct_object {
    PyObject_HEAD Py_ssize_t size;
    Py_ssize_t length;
    void *codes; /* NULL before __init__ */
};

static initproc was_struct_init;
static PyCFunction was_unpack;
static PyCFunction was_iter_unpack;
static PyCFunction was_pack;
static PyCFunction was_pack_into;
static PyCFunction was_unpack_from;
static PyCFunction was_struct_size;
static getter was_format;

static bool
struct_is_made(PyObject *self)
{
    if (((struct struct_object *)self)->codes != NULL)
        return true;
    PyErr_SetString(PyExc_RuntimeError, "Struct object is not initialized");
    return false;
}

static int
struct_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    if (((struct struct_object *)self)->codes == NULL)
        return was_struct_init(self, args, kwargs);
    PyErr_SetString(PyExc_RuntimeError, "Struct object is initialized");
    return -1;
}

static PyObject *
struct_unpack(PyObject *self, PyObject *buffer)
{
    return struct_is_made(self) ? was_unpack(self, buffer) : NULL;
}

static PyObject *
struct_iter_unpack(PyObject *self, PyObject *buffer)
{
    return struct_is_made(self) ? was_iter_unpack(self, buffer) : NULL;
}

static PyObject *
struct_sizeof(PyObject *self, PyObject *ignored)
{
    return struct_is_made(self) ? was_struct_size(self, ignored) : NULL;
}

static PyObject *
struct_format(PyObject *self, void *closure)
{
    return struct_is_made(self) ? was_format(self, closure) : NULL;
}

static PyObject *
struct_pack(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (!struct_is_made(self))
        return NULL;
    return ((_PyCFunctionFast)(void (*)(void))was_pack)(self, args, nargs);
}

static PyObject *
struct_pack_into(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (!struct_is_made(self))
        return NULL;
    return ((_PyCFunctionFast)(void (*)(void))was_pack_into)(self, args,
                                                             nargs);
}

static PyObject *
struct_unpack_from(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
                   PyObject *names)
{
    if (!struct_is_made(self))
        return NULL;
    return ((_PyCFunctionFastWithKeywords)(void (*)(void))was_unpack_from)(
        self, args, nargs, names);
}

#if PY_VERSION_HEX < 0x030d0000

/* --- compressors: __new__ does what __init__ did, as in 3.13 --- */

/* None of these can be subclassed, so __new__ always has the arguments. */
#define MADE_WHOLE(name)                                                      \
    static newfunc was_new_##name;                                            \
    static initproc was_init_##name;                                          \
    static PyObject *whole_##name(PyTypeObject *type, PyObject *args,         \
                                  PyObject *kwargs)                           \
    {                                                                         \
        return make_whole(type, args, kwargs, was_new_##name,                 \
                          was_init_##name);                                   \
    }

static PyObject *
make_whole(PyTypeObject *type, PyObject *args, PyObject *kwargs, newfunc make,
           initproc init)
{
    OWNED_REF object = make(type, args, kwargs);
    if (object == NULL || init(object, args, kwargs) < 0)
        return NULL;
    return gate_take_ref(&object);
}

/* In tp_init, after tp_new, and behind __init__. */
static int
made_already(PyObject *self, PyObject *args, PyObject *kwargs)
{
    (void)self;
    (void)args;
    (void)kwargs;
    return 0;
}

MADE_WHOLE(lzma_in)
MADE_WHOLE(lzma_out)
MADE_WHOLE(bz2_in)
MADE_WHOLE(bz2_out)

#endif

/* --- decimal: flags and traps are a pointer into a Context --- */

/* PyDecSignalDictObject in Modules/_decimal/_decimal.c. */
struct signal_dict {
    PyObject_HEAD uint32_t *flags;
};

/* What a dict points at that belongs to no context. */
static uint32_t no_context;

static newfunc was_signals_new;
static initproc was_signals_init;
static destructor was_context_dealloc;
static getattrofunc was_context_get;

static PyObject *
signals_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *self = was_signals_new(type, args, kwargs);
    if (self != NULL)
        ((struct signal_dict *)self)->flags = &no_context;
    return self;
}

static int
signals_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    ((struct signal_dict *)self)->flags = &no_context;
    return 0;
}

static PyObject *
context_get(PyObject *self, PyObject *name)
{
    return was_context_get(self, name);
}

/* The getter hands out the two dicts, and takes no reference to self. */
static void
context_dealloc(PyObject *self)
{
    static const char *const names[] = {"flags", "traps"};
    PyObject *type, *value, *traceback;

    PyErr_Fetch(&type, &value, &traceback);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++) {
        OWNED_REF name = PyUnicode_InternFromString(names[i]);
        OWNED_REF dict = name == NULL ? NULL : was_context_get(self, name);
        if (dict != NULL)
            ((struct signal_dict *)dict)->flags = &no_context;
    }
    PyErr_Restore(type, value, traceback);
    was_context_dealloc(self);
}

/* clang-format off */
#define OF_STRUCT(place, name, by, was)                                       \
    {"_struct.Struct", place, name, REPAIR_BY(by), REPAIR_WAS(was),           \
     "a Struct has no codes before __init__ (tests/escape/226)"}
#define WHOLE(type, name)                                                     \
    {type, REPAIR_NEW, "", REPAIR_BY(whole_##name),                           \
     REPAIR_WAS(was_new_##name),                                              \
     "it crashes before __init__ (tests/escape/210)"},                        \
    {type, REPAIR_INIT, "", REPAIR_BY(made_already),                          \
     REPAIR_WAS(was_init_##name),                                             \
     "a second __init__ frees what is in use (tests/escape/210)"}

static const struct repair rows[] = {
    {"_struct.Struct", REPAIR_INIT, "", REPAIR_BY(struct_init),
     REPAIR_WAS(was_struct_init),
     "a second __init__ while it packs (tests/escape/223, 224, 225)"},
    OF_STRUCT(REPAIR_METHOD, "unpack", struct_unpack, was_unpack),
    OF_STRUCT(REPAIR_METHOD, "iter_unpack", struct_iter_unpack,
              was_iter_unpack),
    OF_STRUCT(REPAIR_METHOD, "__sizeof__", struct_sizeof, was_struct_size),
    OF_STRUCT(REPAIR_FAST, "pack", struct_pack, was_pack),
    OF_STRUCT(REPAIR_FAST, "pack_into", struct_pack_into, was_pack_into),
    OF_STRUCT(REPAIR_FAST_ALL, "unpack_from", struct_unpack_from,
              was_unpack_from),
    OF_STRUCT(REPAIR_GET, "format", struct_format, was_format),
#if PY_VERSION_HEX < 0x030d0000
    WHOLE("_lzma.LZMADecompressor", lzma_in),
    WHOLE("_lzma.LZMACompressor", lzma_out),
    WHOLE("_bz2.BZ2Decompressor", bz2_in),
    WHOLE("_bz2.BZ2Compressor", bz2_out),
#endif
    {"decimal.SignalDictMixin", REPAIR_NEW, "", REPAIR_BY(signals_new),
     REPAIR_WAS(was_signals_new), "it points nowhere (tests/escape/194)"},
    {"decimal.SignalDictMixin", REPAIR_INIT, "", REPAIR_BY(signals_init),
     REPAIR_WAS(was_signals_init), "it points nowhere (tests/escape/194)"},
    {"decimal.Context", REPAIR_DEALLOC, "", REPAIR_BY(context_dealloc),
     REPAIR_WAS(was_context_dealloc),
     "flags outlive the context they are in (tests/escape/193)"},
    {"decimal.Context", REPAIR_GETATTR, "", REPAIR_BY(context_get),
     REPAIR_WAS(was_context_get), "context_dealloc() asks it"},
};
/* clang-format on */

const struct repair_table repair_inits = {rows, REPAIR_COUNT(rows)};
