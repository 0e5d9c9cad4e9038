/* What differs between versions of CPython, and needs its inner headers. */
#define Py_BUILD_CORE 1
#include <Python.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#undef Py_BUILD_CORE

#include "jailmod/gate.h"

#include <opcode.h>
#include <string.h>

#if PY_VERSION_HEX >> 16 != 0x030b && PY_VERSION_HEX >> 16 != 0x030d
#error "the gate knows CPython 3.11 and 3.13; add this one's layout to pyver.c"
#endif
#if PY_VERSION_HEX >= 0x030d0000 && !defined(Py_IMMURE_SERIES)
#error "3.13 is guarded together with patches/cpython-3.13 only"
#endif

static _PyInterpreterFrame *
current_frame(void)
{
#if PY_VERSION_HEX >= 0x030d0000
    return PyThreadState_Get()->current_frame;
#else
    return PyThreadState_Get()->cframe->current_frame;
#endif
}

/* Borrowed; of a complete frame only. */
static PyObject *
code_of(_PyInterpreterFrame *frame)
{
#if PY_VERSION_HEX >= 0x030d0000
    return (PyObject *)_PyFrame_GetCode(frame);
#else
    return (PyObject *)frame->f_code;
#endif
}

/* PyEval_GetFrame() would make a frame object for each gated call. */
struct pyver_caller
pyver_get_caller(void)
{
    _PyInterpreterFrame *frame = current_frame();

    while (frame != NULL && _PyFrame_IsIncomplete(frame))
        frame = frame->previous;
    if (frame == NULL)
        return (struct pyver_caller){0};
    return (struct pyver_caller){code_of(frame), frame->f_globals,
                                 frame->f_builtins};
}

PyObject *
pyver_globals_past(bool (*passes)(PyObject *code))
{
    _PyInterpreterFrame *frame = current_frame();

    while (frame != NULL &&
           (_PyFrame_IsIncomplete(frame) || passes(code_of(frame))))
        frame = frame->previous;
    return frame == NULL ? NULL : frame->f_globals;
}

/* As many instructions as `code` has, for positions are counted by them. */
static PyObject *
empty_instructions(const PyCodeObject *code)
{
    static const char head[] = {RESUME, 0, LOAD_CONST, 0, RETURN_VALUE, 0};
    Py_ssize_t size = Py_SIZE(code) * (Py_ssize_t)sizeof(_Py_CODEUNIT);
    OWNED_REF bytes =
        PyBytes_FromStringAndSize(NULL, Py_MAX(size, (Py_ssize_t)sizeof head));
    if (bytes == NULL)
        return NULL;
    char *text = PyBytes_AS_STRING(bytes);
    memset(text, 0, (size_t)PyBytes_GET_SIZE(bytes));
    for (Py_ssize_t i = 0; i < PyBytes_GET_SIZE(bytes); i += 2)
        text[i] = NOP;
    memcpy(text, head, sizeof head);
    return gate_take_ref(&bytes);
}

#if PY_VERSION_HEX >= 0x030d0000
#define NEW_CODE PyUnstable_Code_NewWithPosOnlyArgs
#else
#define NEW_CODE PyCode_NewWithPosOnlyArgs
#endif

PyObject *
pyver_code_outline(PyCodeObject *code)
{
    int flags = code->co_flags & ~(CO_VARARGS | CO_VARKEYWORDS);
    OWNED_REF instructions = empty_instructions(code);
    OWNED_REF constants = PyTuple_Pack(1, Py_None);
    OWNED_REF none = PyTuple_New(0);
    OWNED_REF handlers = PyBytes_FromStringAndSize(NULL, 0);
    if (instructions == NULL || constants == NULL || none == NULL ||
        handlers == NULL)
        return NULL;
    return (PyObject *)NEW_CODE(
        0, 0, 0, 0, 1, flags, instructions, constants, none, none, none, none,
        code->co_filename, code->co_name, code->co_qualname,
        code->co_firstlineno, code->co_linetable, handlers);
}

#ifdef Py_IMMURE_SERIES

static void
refuse_unjudged(const PyMethodDef *def)
{
    char what[128];
    const struct deny_text text = {
        what, "C functions", "nobody has judged this function for guests", ""};

    PyOS_snprintf(what, sizeof what, "%s()", def->ml_name);
    deny_raise(&text);
}

int
pyver_allow(PyMethodDef *def)
{
    return PyJail_Allow(def);
}

/* The error handlers of codecs are held by C code alone. */
int
pyver_allow_held(void)
{
    static const char *const names[] = {
        "strict",           "ignore",           "replace",
        "backslashreplace", "namereplace",      "surrogatepass",
        "surrogateescape",  "xmlcharrefreplace"};

    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++) {
        OWNED_REF handler = PyCodec_LookupError(names[i]);
        if (handler == NULL ||
            (PyCFunction_Check(handler) &&
             PyJail_Allow(((PyCFunctionObject *)handler)->m_ml) < 0))
            return -1;
    }
    return 0;
}

void
pyver_close(void)
{
    PyJail_Close(refuse_unjudged);
}

#else

int
pyver_allow(PyMethodDef *def)
{
    (void)def;
    return 0;
}

int
pyver_allow_held(void)
{
    return 0;
}

void
pyver_close(void)
{
}

#endif

PyObject *
pyver_type_dict(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030d0000
    PyObject *dict = PyType_GetDict(type);
    Py_XDECREF(dict); /* the type, or the interpreter, holds it */
    return dict;
#else
    return type->tp_dict;
#endif
}

/* PyType_FromSpec keeps its copy of the name; a class statement has none. */
bool
pyver_made_from_spec(PyTypeObject *type)
{
    return ((PyHeapTypeObject *)type)->_ht_tpname != NULL;
}

bool
pyver_has_odd_keys(PyObject *dict)
{
    return !DK_IS_UNICODE(((PyDictObject *)dict)->ma_keys);
}

bool
pyver_may_have_heirs(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030d0000
    /* There it is an index into the interpreter's state. */
    if (PyType_HasFeature(type, _Py_TPFLAGS_STATIC_BUILTIN))
        return true;
#endif
    return type->tp_subclasses != NULL;
}
