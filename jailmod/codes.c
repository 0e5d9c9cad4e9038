/* Which code objects existed before the jail, and which may pass a gate.
 *
 * A code object is known by its address, and a strong reference keeps that
 * address from being used again.  Guests have no way to put one of these code
 * objects to another use: function.__new__, function.__code__ and exec() of
 * them are refused. */
#include "jailmod/gate.h"

#include <stdint.h>
#include <string.h>

static struct {
    struct pointers trusted; /* strong references */
    struct pointers *gates;  /* one a distinct gate name of list_grants */
    size_t gate_count;
    PyObject *wanted;  /* set: the qualnames of list_grants */
    PyObject *names;   /* dict: (module, qualname) -> list of code objects */
    PyObject *globals; /* dict: address of a code object -> its globals */
    PyObject *unresolved;
} codes;

/* 1 added, 0 was there, -1 raised. */
static int
hold(struct pointers *set, PyObject *code)
{
    int added = pointers_add(set, code);
    if (added > 0)
        Py_INCREF(code);
    return added;
}

static int
remember_name(PyObject *module, PyObject *code)
{
    PyObject *qualname = ((PyCodeObject *)code)->co_qualname; /* borrowed */
    OWNED_REF key = PyTuple_Pack(2, module, qualname);
    OWNED_REF empty = PyList_New(0);
    if (key == NULL || empty == NULL)
        return -1;
    PyObject *list = PyDict_SetDefault(codes.names, key, empty);
    return list == NULL ? -1 : PyList_Append(list, code);
}

static int
remember_globals(PyObject *globals, PyObject *code)
{
    if (globals == NULL)
        return 0; /* the code of a module or a class: never granted */
    OWNED_REF key = PyLong_FromVoidPtr(code);
    return key == NULL ? -1 : PyDict_SetItem(codes.globals, key, globals);
}

/* A code object and those nested in its constants.  The code of a program that
 * enters the jail itself is the guest's from then on. */
static int
add_code(PyObject *module, PyObject *globals, PyObject *code)
{
    if (deny_is_guest_code((PyCodeObject *)code))
        return 0;
    int added = hold(&codes.trusted, code);

    if (added <= 0)
        return added;
    int wanted =
        PySet_Contains(codes.wanted, ((PyCodeObject *)code)->co_qualname);
    if (wanted < 0 || (wanted && (remember_name(module, code) < 0 ||
                                  remember_globals(globals, code) < 0)))
        return -1;
    PyObject *consts = ((PyCodeObject *)code)->co_consts; /* borrowed */
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(consts); i++) {
        PyObject *nested = PyTuple_GET_ITEM(consts, i); /* borrowed */
        if (PyCode_Check(nested) && add_code(module, globals, nested) < 0)
            return -1;
    }
    return 0;
}

static int
add_function(PyObject *function, PyObject *nobody)
{
    PyObject *module = ((PyFunctionObject *)function)->func_module;
    return add_code(
        module != NULL && PyUnicode_Check(module) ? module : nobody,
        PyFunction_GET_GLOBALS(function), PyFunction_GET_CODE(function));
}

static bool
is_loaded(const char *module)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed */
    OWNED_REF name =
        PyUnicode_FromStringAndSize(module, (Py_ssize_t)strcspn(module, "."));

    return name != NULL && PyDict_GetItem(modules, name) != NULL;
}

static int
resolve_grant(const struct grant_row *row, struct pointers *set)
{
    OWNED_REF key = Py_BuildValue("(ss)", row->module, row->qualname);
    if (key == NULL)
        return -1;
    PyObject *found = PyDict_GetItemWithError(codes.names, key);
    if (found == NULL) {
        if (PyErr_Occurred())
            return -1;
        if (!is_loaded(row->module))
            return 0; /* of a package that this policy does not have */
        OWNED_REF text = PyUnicode_FromFormat("%s: %s:%s", row->gate,
                                              row->module, row->qualname);
        return text == NULL ? -1 : PyList_Append(codes.unresolved, text);
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(found); i++)
        if (hold(set, PyList_GET_ITEM(found, i)) < 0)
            return -1;
    return 0;
}

/* The rows are sorted by gate: gate n is the n-th distinct one. */
static int
resolve_grants(void)
{
    codes.gates = PyMem_RawCalloc(list_grants_count + 1, sizeof *codes.gates);
    if (codes.gates == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < list_grants_count; i++) {
        const struct grant_row *row = &list_grants[i];
        if (i == 0 || strcmp(row->gate, list_grants[i - 1].gate) != 0)
            codes.gate_count++;
        if (resolve_grant(row, &codes.gates[codes.gate_count - 1]) < 0)
            return -1;
    }
    return 0;
}

static PyObject *
wanted_names(void)
{
    OWNED_REF names = PySet_New(NULL);
    for (size_t i = 0; names != NULL && i < list_grants_count; i++) {
        OWNED_REF name = PyUnicode_FromString(list_grants[i].qualname);
        if (name == NULL || PySet_Add(names, name) < 0)
            return NULL;
    }
    return gate_take_ref(&names);
}

/* Functions before bare code objects: they know their module. */
static int
add_all(const struct walk *walk)
{
    OWNED_REF nobody = PyUnicode_FromString("");
    if (nobody == NULL)
        return -1;
    for (size_t i = 0; i < walk->functions.count; i++)
        if (add_function(walk->functions.items[i], nobody) < 0)
            return -1;
    for (size_t i = 0; i < walk->codes.count; i++)
        if (add_code(nobody, NULL, walk->codes.items[i]) < 0)
            return -1;
    return 0;
}

int
codes_collect(const struct walk *walk)
{
    codes.wanted = wanted_names();
    codes.names = PyDict_New();
    codes.globals = PyDict_New();
    codes.unresolved = PyList_New(0);
    if (codes.wanted == NULL || codes.names == NULL || codes.globals == NULL ||
        codes.unresolved == NULL || add_all(walk) < 0 || resolve_grants() < 0)
        return -1;
    Py_CLEAR(codes.names);
    Py_CLEAR(codes.wanted);
    return 0;
}

static int
bind_set(const struct pointers *set)
{
    for (size_t i = 0; i < set->count; i++) {
        PyObject *code = set->items[i]; /* borrowed */
        OWNED_REF key = PyLong_FromVoidPtr(code);
        PyObject *globals =
            key == NULL ? NULL : PyDict_GetItemWithError(codes.globals, key);
        if (globals == NULL && PyErr_Occurred())
            return -1;
        if (globals != NULL && bindings_take(code, globals) < 0)
            return -1;
    }
    return 0;
}

int
codes_bind(void)
{
    for (size_t i = 0; i < codes.gate_count; i++)
        if (bind_set(&codes.gates[i]) < 0)
            return -1;
    Py_CLEAR(codes.globals);
    return 0;
}

bool
codes_is_trusted(PyObject *code)
{
    return pointers_has(&codes.trusted, code);
}

int
codes_trust(PyObject *code)
{
    if (hold(&codes.trusted, code) < 0)
        return -1;
    PyObject *consts = ((PyCodeObject *)code)->co_consts; /* borrowed */
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(consts); i++) {
        PyObject *nested = PyTuple_GET_ITEM(consts, i); /* borrowed */
        if (PyCode_Check(nested) && codes_trust(nested) < 0)
            return -1;
    }
    return 0;
}

bool
codes_has_grants(PyObject *module)
{
    for (size_t i = 0; i < list_grants_count; i++)
        if (PyUnicode_CompareWithASCIIString(module, list_grants[i].module) ==
            0)
            return true;
    return false;
}

const struct pointers *
codes_granted(const char *gate)
{
    size_t at = 0;

    for (size_t i = 0; i < list_grants_count; i++) {
        const struct grant_row *row = &list_grants[i];
        if (i > 0 && strcmp(row->gate, list_grants[i - 1].gate) != 0)
            at++;
        if (strcmp(row->gate, gate) == 0)
            return &codes.gates[at];
    }
    return NULL;
}

bool
codes_caller_in(const struct pointers *set)
{
    struct pyver_caller caller = pyver_get_caller();

    return set != NULL && caller.code != NULL &&
           pointers_has(set, caller.code) && bindings_hold(&caller);
}

bool
codes_caller_is_trusted(void)
{
    PyObject *code = pyver_get_caller().code; /* borrowed */

    return code != NULL && pointers_has(&codes.trusted, code);
}

/* A program that runs other code over other globals, as a grader does, is not
 * laid open to it by f_back. */
bool
codes_is_own_frame(PyFrameObject *frame)
{
    OWNED_REF code = (PyObject *)PyFrame_GetCode(frame);
    OWNED_REF globals = PyFrame_GetGlobals(frame);

    return !codes_is_trusted(code) &&
           pyver_globals_past(codes_is_trusted) == globals;
}

PyObject *
codes_unresolved(void)
{
    return codes.unresolved == NULL
               ? PyList_New(0)
               : PyList_GetSlice(codes.unresolved, 0, PY_SSIZE_T_MAX);
}
