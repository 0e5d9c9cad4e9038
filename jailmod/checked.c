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

/* Any locale but the C library's own ones is read from files.  Its definition
 * is METH_FASTCALL, from 3.11 on. */
static PyObject *
check_setlocale(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    static const char *const built_in[] = {"", "C", "POSIX"};
    _PyCFunctionFast setlocale =
        (_PyCFunctionFast)(void (*)(void))originals.setlocale;

    if (nargs < 2 || args[1] == Py_None)
        return setlocale(module, args, nargs);
    const char *name =
        PyUnicode_Check(args[1]) ? PyUnicode_AsUTF8(args[1]) : "";
    for (size_t i = 0; name && i < Py_ARRAY_LENGTH(built_in); i++)
        if (strcmp(name, built_in[i]) == 0)
            return setlocale(module, args, nargs);
    OWNED_REF error = name ? PyObject_GetAttrString(module, "Error") : NULL;
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

#define FIRST_LINE_MAX (1 << 30) /* lines are added to it, in an int */

static bool
is_text(PyObject *code, PyObject *value)
{
    (void)code;
    return PyUnicode_CheckExact(value);
}

static bool
is_line(PyObject *code, PyObject *value)
{
    int overflow;

    (void)code;
    if (!PyLong_CheckExact(value))
        return false;
    long line = PyLong_AsLongAndOverflow(value, &overflow);
    return overflow == 0 && line >= 0 && line < FIRST_LINE_MAX;
}

/* types.coroutine() marks a generator's code with one flag. */
static bool
marks_coroutine(PyObject *code, PyObject *value)
{
    int overflow;
    int known = ((PyCodeObject *)code)->co_flags;

    if (!PyLong_CheckExact(value))
        return false;
    long flags = PyLong_AsLongAndOverflow(value, &overflow);
    return overflow == 0 && (known & CO_GENERATOR) != 0 &&
           flags == (known | CO_ITERABLE_COROUTINE);
}

/* What may change in a code object: nothing that the interpreter follows.
 * Whoever asks is not looked at: functools.partial(code.replace, co_consts=...)
 * inside an object that looks like a code object asks by the library. */
static const struct {
    const char *name;
    bool (*allows)(PyObject *code, PyObject *value);
} replaceable[] = {
    {"co_name", is_text},          {"co_qualname", is_text},
    {"co_filename", is_text},      {"co_firstlineno", is_line},
    {"co_flags", marks_coroutine},
};

static bool
may_replace(PyObject *code, PyObject *name, PyObject *value)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(replaceable); i++)
        if (PyUnicode_CompareWithASCIIString(name, replaceable[i].name) == 0)
            return replaceable[i].allows(code, value);
    return false;
}

static bool
may_replace_all(PyObject *code, PyObject *const *args, Py_ssize_t nargs,
                PyObject *names)
{
    if (nargs != 0 || names == NULL)
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++)
        if (!may_replace(code, PyTuple_GET_ITEM(names, i), args[i]))
            return false;
    return true;
}

static PyObject *
check_replace(PyObject *code, PyObject *const *args, Py_ssize_t nargs,
              PyObject *names)
{
    static const struct deny_text refused = {
        "code.replace()", "code.replace",
        "what the interpreter follows comes from the compiler only: anything "
        "else writes to native memory",
        "Use compile(); names, file and first line can be replaced"};
    _PyCFunctionFastWithKeywords replace =
        (_PyCFunctionFastWithKeywords)(void (*)(void))originals.replace;

    if (!may_replace_all(code, args, nargs, names))
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
    /* copy.replace(): the same function. */
    {"code.__replace__", (PyCFunction)(void (*)(void))check_replace,
     &originals.replace},
    {"_locale.setlocale", (PyCFunction)(void (*)(void))check_setlocale,
     &originals.setlocale},
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
