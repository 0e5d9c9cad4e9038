/* C functions that stay, with a check of their arguments before them. */
#include "jailmod/gate.h"

#include <string.h>

#define RECURSION_MAX 20000

static struct {
    PyCFunction setrecursionlimit;
    PyCFunction setlocale;
    PyCFunction settrace;
    PyCFunction setprofile;
    PyCFunction replace;
    bool replacing;
} originals;

/* Deep C recursion ends in a crash: a verdict, but a poor one. */
static PyObject *
check_setrecursionlimit(PyObject *module, PyObject *limit)
{
    static const struct deny_text too_deep = {
        "sys.setrecursionlimit() above 20000", "sys.setrecursionlimit",
        "the stack of a guest is no deeper than that",
        "Use a loop and a list in place of the recursion"};

    if (PyLong_Check(limit)) {
        int overflow;
        long value = PyLong_AsLongAndOverflow(limit, &overflow);
        if (overflow > 0 || value > RECURSION_MAX)
            return deny_raise(&too_deep);
        return originals.setrecursionlimit(module, limit);
    }
    PyErr_Format(PyExc_TypeError,
                 "'%.200s' object cannot be interpreted as "
                 "an integer",
                 Py_TYPE(limit)->tp_name);
    return NULL;
}

/* Any locale but the C library's own ones is read from files. */
static PyObject *
check_setlocale(PyObject *module, PyObject *args)
{
    static const char *const built_in[] = {"", "C", "POSIX"};
    int category;
    const char *name = NULL;

    if (!PyArg_ParseTuple(args, "i|z:setlocale", &category, &name))
        return NULL;
    if (name == NULL)
        return originals.setlocale(module, args);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(built_in); i++)
        if (strcmp(name, built_in[i]) == 0)
            return originals.setlocale(module, args);
    OWNED_REF error = PyObject_GetAttrString(module, "Error");
    if (error != NULL)
        PyErr_SetString(error, "unsupported locale setting");
    return NULL;
}

/* Setting none is how doctest and others end; there never is one. */
static PyObject *
check_settrace(PyObject *module, PyObject *function)
{
    static const struct deny_text refused = {
        "sys.settrace()", "sys.settrace",
        "a trace function edits frames of the library",
        "Use logging or print"};

    return function == Py_None ? originals.settrace(module, function)
                               : deny_raise(&refused);
}

static PyObject *
check_setprofile(PyObject *module, PyObject *function)
{
    static const struct deny_text refused = {
        "sys.setprofile()", "sys.setprofile",
        "a profile function sees frames of the library", "Use timeit"};

    return function == Py_None ? originals.setprofile(module, function)
                               : deny_raise(&refused);
}

/* types.coroutine() marks a generator's code with one flag.  Granting it the
 * whole of code.replace would grant it to functools.partial(code.replace,
 * co_consts=...) inside an object that only looks like a code object. */
static bool
only_marks_coroutine(PyObject *code, PyObject *const *args, Py_ssize_t nargs,
                     PyObject *names)
{
    if (nargs != 0 || names == NULL || PyTuple_GET_SIZE(names) != 1 ||
        PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0),
                                         "co_flags") != 0 ||
        !PyLong_CheckExact(args[0]))
        return false;
    int overflow;
    long flags = PyLong_AsLongAndOverflow(args[0], &overflow);
    int known = ((PyCodeObject *)code)->co_flags;
    return overflow == 0 && (known & CO_GENERATOR) != 0 &&
           flags == (known | CO_ITERABLE_COROUTINE);
}

static PyObject *
check_replace(PyObject *code, PyObject *const *args, Py_ssize_t nargs,
              PyObject *names)
{
    static const struct deny_text refused = {
        "code.replace()", "code.replace",
        "code objects come from the compiler only: others write to native "
        "memory",
        "Use compile()"};
    _PyCFunctionFastWithKeywords replace =
        (_PyCFunctionFastWithKeywords)(void (*)(void))originals.replace;

    if (!only_marks_coroutine(code, args, nargs, names))
        return deny_raise(&refused);
    originals.replacing = true;
    PyObject *result = replace(code, args, nargs, names);
    originals.replacing = false;
    return result;
}

bool
checked_is_replacing(void)
{
    return originals.replacing;
}

static const struct {
    const char *name;
    PyCFunction replacement;
    PyCFunction *original;
} checks[] = {
    {"code.replace", (PyCFunction)(void (*)(void))check_replace,
     &originals.replace},
    {"_locale.setlocale", check_setlocale, &originals.setlocale},
    {"sys.setrecursionlimit", check_setrecursionlimit,
     &originals.setrecursionlimit},
    {"sys.setprofile", check_setprofile, &originals.setprofile},
    {"sys.settrace", check_settrace, &originals.settrace},
};

PyCFunction
checked_find(const char *name, PyCFunction original)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(checks); i++) {
        if (strcmp(checks[i].name, name) != 0)
            continue;
        *checks[i].original = original;
        return checks[i].replacement;
    }
    return NULL;
}
