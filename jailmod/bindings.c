/* What the code that may pass a gate calls by name.
 *
 * A pair names a code object, but that code finds its helpers in dicts that a
 * guest can write: `re._compiler._code = evil` handed _sre.compile the guest's
 * byte code, `traceback.linecache.lazycache = evil` the globals of every frame
 * (tests/escape/156, 158, 159, 221).  So a pair holds only while each name of
 * its code, in its globals, in the builtins and in the modules among them, is
 * bound to what it was bound to when the jail closed. */
#include "jailmod/gate.h"

struct binding {
    PyObject *dict;  /* strong */
    PyObject *name;  /* strong */
    PyObject *value; /* strong; NULL: the name was not there */
};

struct bound {
    PyObject *code;    /* borrowed: codes.c keeps it */
    PyObject *globals; /* strong */
    struct binding *rows;
    size_t count;
};

static struct {
    struct bound *codes;
    size_t count;
} bindings;

static int
add_row(struct bound *bound, PyObject *dict, PyObject *name)
{
    struct binding *rows = PyMem_RawRealloc(
        bound->rows, (bound->count + 1) * sizeof *bound->rows);
    if (rows == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    bound->rows = rows;
    PyObject *value = PyDict_GetItemWithError(dict, name); /* borrowed */
    if (value == NULL && PyErr_Occurred())
        return -1;
    rows[bound->count++] =
        (struct binding){Py_NewRef(dict), Py_NewRef(name), Py_XNewRef(value)};
    return 0;
}

/* `linecache` in the globals: its `lazycache` counts too. */
static int
add_module(struct bound *bound, PyObject *module, PyObject *names)
{
    PyObject *dict = PyModule_GetDict(module); /* borrowed */
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i); /* borrowed */
        int known = PyDict_Contains(dict, name);
        if (known < 0 || (known && add_row(bound, dict, name) < 0))
            return -1;
    }
    return 0;
}

static int
add_names(struct bound *bound, PyObject *builtins)
{
    PyObject *names = ((PyCodeObject *)bound->code)->co_names; /* borrowed */
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i); /* borrowed */
        if (add_row(bound, bound->globals, name) < 0)
            return -1;
        PyObject *value = bound->rows[bound->count - 1].value;
        if (value == NULL && add_row(bound, builtins, name) < 0)
            return -1;
        if (value != NULL && PyModule_Check(value) &&
            add_module(bound, value, names) < 0)
            return -1;
    }
    return 0;
}

int
bindings_take(PyObject *code, PyObject *globals)
{
    PyObject *builtins = PyEval_GetBuiltins(); /* borrowed */
    for (size_t i = 0; i < bindings.count; i++)
        if (bindings.codes[i].code == code)
            return 0; /* it may pass several gates */
    struct bound *codes = PyMem_RawRealloc(
        bindings.codes, (bindings.count + 1) * sizeof *bindings.codes);
    if (codes == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    bindings.codes = codes;
    struct bound *bound = &codes[bindings.count++];
    *bound = (struct bound){.code = code, .globals = Py_NewRef(globals)};
    return add_names(bound, builtins);
}

/* A key that is a str of the guest's own class is asked whether it is the name
 * that is looked for, and can give the code one answer and this another
 * (tests/escape/422). */
bool
bindings_are_plain(PyObject *dict)
{
    PyObject *key;
    Py_ssize_t at = 0;

    if (dict == NULL || !PyDict_CheckExact(dict))
        return false;
    while (pyver_has_odd_keys(dict) && PyDict_Next(dict, &at, &key, NULL))
        if (!PyUnicode_CheckExact(key))
            return false;
    return true;
}

static bool
holds(const struct bound *bound)
{
    for (size_t i = 0; i < bound->count; i++) {
        const struct binding *row = &bound->rows[i];
        if (!bindings_are_plain(row->dict))
            return false;
        PyObject *now = PyDict_GetItemWithError(row->dict, row->name);
        if (now != row->value) {
            PyErr_Clear();
            return false;
        }
    }
    return true;
}

bool
bindings_hold(const struct pyver_caller *caller)
{
    for (size_t i = 0; i < bindings.count; i++) {
        const struct bound *bound = &bindings.codes[i];
        if (bound->code == caller->code)
            return bound->globals == caller->globals &&
                   PyEval_GetBuiltins() == caller->builtins && holds(bound);
    }
    return false;
}
