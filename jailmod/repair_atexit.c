/* The module atexit.
 *
 * Its C code compares and calls what is in a table of raw structs, and the
 * code it runs can clear that table: unregister() with an __eq__ that clears
 * (tests/escape/183), and a call whose arguments are freed under it
 * (tests/escape/251).  What guests register is kept here, in a list of tuples
 * that are held while they are used.  The table of the original keeps what the
 * library registered before; it is never entered twice. */
#include "jailmod/repair.h"

static PyCFunction was_register;
static PyCFunction was_unregister;
static PyCFunction was_clear;
static PyCFunction was_run;
static PyCFunction was_count;

static PyObject *entries; /* list of (function, args, kwargs or None), None */
static bool busy;         /* inside the original */

/* The original, or None when it is running already. */
static PyObject *
call_original(PyCFunction original, PyObject *module, PyObject *arg)
{
    if (busy)
        Py_RETURN_NONE;
    busy = true;
    PyObject *result = original(module, arg);
    busy = false;
    return result;
}

static PyObject *
exit_register(PyObject *module, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) == 0 ||
        !PyCallable_Check(PyTuple_GET_ITEM(args, 0)))
        /* For its complaint. */
        return ((PyCFunctionWithKeywords)(void (*)(void))was_register)(
            module, args, kwargs);
    PyObject *function = PyTuple_GET_ITEM(args, 0); /* borrowed */
    OWNED_REF rest = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    if (rest == NULL)
        return NULL;
    OWNED_REF entry =
        PyTuple_Pack(3, function, rest, kwargs == NULL ? Py_None : kwargs);
    if (entry == NULL || PyList_Append(entries, entry) < 0)
        return NULL;
    return Py_NewRef(function);
}

/* New reference to entry i; NULL without an exception when it is gone. */
static PyObject *
entry_at(Py_ssize_t i)
{
    PyObject *entry =
        i < PyList_GET_SIZE(entries) ? PyList_GET_ITEM(entries, i) : Py_None;
    return entry == Py_None ? NULL : Py_NewRef(entry);
}

static PyObject *
exit_unregister(PyObject *module, PyObject *function)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(entries); i++) {
        OWNED_REF entry = entry_at(i);
        if (entry == NULL)
            continue;
        int equal = PyObject_RichCompareBool(PyTuple_GET_ITEM(entry, 0),
                                             function, Py_EQ);
        if (equal < 0)
            return NULL;
        OWNED_REF now = entry_at(i);
        if (equal && now == entry &&
            PyList_SetItem(entries, i, Py_NewRef(Py_None)) < 0)
            return NULL;
    }
    return call_original(was_unregister, module, function);
}

static PyObject *
exit_clear(PyObject *module, PyObject *ignored)
{
    if (PyList_SetSlice(entries, 0, PY_SSIZE_T_MAX, NULL) < 0)
        return NULL;
    return call_original(was_clear, module, ignored);
}

static void
call_entry(PyObject *entry)
{
    PyObject *function = PyTuple_GET_ITEM(entry, 0); /* borrowed */
    PyObject *kwargs = PyTuple_GET_ITEM(entry, 2);   /* borrowed */
    OWNED_REF result = PyObject_Call(function, PyTuple_GET_ITEM(entry, 1),
                                     kwargs == Py_None ? NULL : kwargs);
    if (result == NULL)
        PyErr_WriteUnraisable(function);
}

/* Last in, first out; the library's came first. */
static PyObject *
exit_run(PyObject *module, PyObject *ignored)
{
    for (Py_ssize_t i = PyList_GET_SIZE(entries) - 1; i >= 0; i--) {
        OWNED_REF entry = entry_at(i);
        if (entry != NULL)
            call_entry(entry);
    }
    if (PyList_SetSlice(entries, 0, PY_SSIZE_T_MAX, NULL) < 0)
        return NULL;
    return call_original(was_run, module, ignored);
}

static PyObject *
exit_count(PyObject *module, PyObject *ignored)
{
    OWNED_REF library = was_count(module, ignored);
    if (library == NULL)
        return NULL;
    return PyLong_FromSsize_t(PyLong_AsSsize_t(library) +
                              PyList_GET_SIZE(entries));
}

bool
jail_has_no_exits(void)
{
    return entries != NULL && PyList_GET_SIZE(entries) == 0;
}

int
repair_atexit_prepare(void)
{
    Py_XSETREF(entries, PyList_New(0));
    return entries == NULL ? -1 : 0;
}

/* clang-format off */
#define OF_ATEXIT(name, by, was)                                              \
    {"atexit", REPAIR_FUNCTION, name, REPAIR_BY(by), REPAIR_WAS(was),         \
     "its table changes under it (tests/escape/183, 251)"}

static const struct repair rows[] = {
    OF_ATEXIT("register", exit_register, was_register),
    OF_ATEXIT("unregister", exit_unregister, was_unregister),
    OF_ATEXIT("_clear", exit_clear, was_clear),
    OF_ATEXIT("_run_exitfuncs", exit_run, was_run),
    OF_ATEXIT("_ncallbacks", exit_count, was_count),
};
/* clang-format on */

const struct repair_table repair_atexit = {rows, REPAIR_COUNT(rows)};
