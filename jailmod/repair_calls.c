/* What is called, or written to, while nobody holds it.
 *
 * The caller has it from a place that the guest can write to: a name of sys, a
 * field of an object, a list of functions.  What is called lets go of itself
 * there, and its own code goes on in freed memory (tests/escape/417, 418,
 * 419). */
#include "jailmod/repair.h"

/* --- functools.lru_cache(): it uses itself after its function --- */

static ternaryfunc was_cached_call;

static PyObject *
cached_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    OWNED_REF held = Py_NewRef(self);
    return was_cached_call(self, args, kwargs);
}

/* --- property --- */

/* The head of propertyobject in Objects/descrobject.c, 2.2 to 3.13. */
struct property_object {
    PyObject_HEAD PyObject *get;
    PyObject *set;
    PyObject *delete;
};

static descrgetfunc was_property_get;
static descrsetfunc was_property_set;

static PyObject *
property_get(PyObject *self, PyObject *object, PyObject *type)
{
    OWNED_REF get = Py_XNewRef(((struct property_object *)self)->get);
    return was_property_get(self, object, type);
}

static int
property_set(PyObject *self, PyObject *object, PyObject *value)
{
    const struct property_object *property = (struct property_object *)self;
    OWNED_REF set = Py_XNewRef(property->set);
    OWNED_REF delete = Py_XNewRef(property->delete);
    return was_property_set(self, object, value);
}

/* --- codecs.unregister() --- */

static PyCFunction was_unregister;
static PyObject *former; /* list: what was taken out and may be in use */

static PyObject *
codec_unregister(PyObject *module, PyObject *function)
{
    if (PyList_Append(former, function) < 0)
        return NULL;
    return was_unregister(module, function);
}

/* --- def f(*, a=1) --- */

static setter was_set_defaults;

/* A call looks its defaults up in a dict that nobody else holds, and a key
 * there may be of the guest's own class. */
static int
set_defaults(PyObject *self, PyObject *value, void *closure)
{
    PyObject *old = ((PyFunctionObject *)self)->func_kwdefaults;

    if (old != NULL && !bindings_are_plain(old) &&
        PyList_Append(former, old) < 0)
        return -1;
    return was_set_defaults(self, value, closure);
}

/* --- print() --- */

#define ARGUMENTS_MAX 8 /* more of them are on the heap */

static _PyCFunctionFastWithKeywords was_print;
static PyObject *file_name; /* "file" */
static PyObject *file_only; /* ("file",) */

static Py_ssize_t
find_file(PyObject *names)
{
    for (Py_ssize_t i = 0; names != NULL && i < PyTuple_GET_SIZE(names); i++)
        if (PyUnicode_Compare(PyTuple_GET_ITEM(names, i), file_name) == 0)
            return i;
    return -1;
}

/* print(*args, file=out), with room for one more in copy. */
static PyObject *
print_into(PyObject *module, PyObject *const *args, Py_ssize_t nargs,
           PyObject *names, PyObject *out, PyObject **copy)
{
    Py_ssize_t count = names == NULL ? 0 : PyTuple_GET_SIZE(names);
    Py_ssize_t at = find_file(names);
    OWNED_REF more = NULL;

    for (Py_ssize_t i = 0; i < nargs + count; i++)
        copy[i] = args[i];
    copy[at < 0 ? nargs + count : nargs + at] = out;
    if (at < 0)
        more = names == NULL ? Py_NewRef(file_only)
                             : PySequence_Concat(names, file_only);
    if (at < 0 && more == NULL)
        return NULL;
    return was_print(module, copy, nargs, at < 0 ? more : names);
}

/* The original takes sys.stdout without holding it. */
static PyObject *
held_print(PyObject *module, PyObject *const *args, Py_ssize_t nargs,
           PyObject *names)
{
    Py_ssize_t count = names == NULL ? 0 : PyTuple_GET_SIZE(names);
    Py_ssize_t at = find_file(names);
    OWNED_REF out = Py_XNewRef(PySys_GetObject("stdout"));

    if (out == NULL || (at >= 0 && args[nargs + at] != Py_None))
        return was_print(module, args, nargs, names);
    if (out == Py_None)
        Py_RETURN_NONE;
    if (nargs + count < ARGUMENTS_MAX) {
        PyObject *copy[ARGUMENTS_MAX];
        return print_into(module, args, nargs, names, out, copy);
    }
    PyObject **copy = PyMem_New(PyObject *, nargs + count + 1);
    if (copy == NULL)
        return PyErr_NoMemory();
    PyObject *done = print_into(module, args, nargs, names, out, copy);
    PyMem_Free(copy);
    return done;
}

int
repair_calls_prepare(void)
{
    Py_XSETREF(former, PyList_New(0));
    Py_XSETREF(file_name, PyUnicode_InternFromString("file"));
    Py_XSETREF(file_only,
               file_name == NULL ? NULL : PyTuple_Pack(1, file_name));
    return former == NULL || file_only == NULL ? -1 : 0;
}

/* clang-format off */
static const struct repair rows[] = {
    {"functools._lru_cache_wrapper", REPAIR_CALL, "", REPAIR_BY(cached_call),
     REPAIR_WAS(was_cached_call), "it lets go of itself (tests/escape/417)"},
    {"property", REPAIR_DESCRIPTOR_GET, "", REPAIR_BY(property_get),
     REPAIR_WAS(was_property_get),
     "the getter makes it anew (tests/escape/218, 418)"},
    {"property", REPAIR_DESCRIPTOR_SET, "", REPAIR_BY(property_set),
     REPAIR_WAS(was_property_set), "as the getter"},
    {"_codecs", REPAIR_FUNCTION, "unregister", REPAIR_BY(codec_unregister),
     REPAIR_WAS(was_unregister),
     "a search ends its own function (tests/escape/417)"},
    {"function", REPAIR_SET, "__kwdefaults__", REPAIR_BY(set_defaults),
     REPAIR_WAS(was_set_defaults),
     "a key of the defaults takes them away (tests/escape/474)"},
    {"builtins", REPAIR_FUNCTION, "print", REPAIR_BY(held_print),
     REPAIR_WAS(was_print),
     "write() replaces sys.stdout (tests/escape/419)"},
};
/* clang-format on */

const struct repair_table repair_calls = {rows, REPAIR_COUNT(rows)};
