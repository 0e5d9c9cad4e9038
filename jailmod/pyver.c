/* What differs between versions of CPython, and needs its inner headers. */
#define Py_BUILD_CORE 1
#include <Python.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#undef Py_BUILD_CORE

#include "jailmod/gate.h"

#include <opcode.h>
#include <string.h>

#if PY_VERSION_HEX < 0x030b0000 || PY_VERSION_HEX >= 0x030c0000
#error "the gate knows CPython 3.11; add this version's layout to pyver.c"
#endif

/* PyEval_GetFrame() would make a frame object for each gated call. */
struct pyver_caller
pyver_get_caller(void)
{
    _PyInterpreterFrame *frame = PyThreadState_Get()->cframe->current_frame;

    while (frame != NULL && _PyFrame_IsIncomplete(frame))
        frame = frame->previous;
    if (frame == NULL)
        return (struct pyver_caller){0};
    return (struct pyver_caller){(PyObject *)frame->f_code, frame->f_globals,
                                 frame->f_builtins};
}

PyObject *
pyver_globals_past(bool (*passes)(PyObject *code))
{
    _PyInterpreterFrame *frame = PyThreadState_Get()->cframe->current_frame;

    while (frame != NULL &&
           (_PyFrame_IsIncomplete(frame) || passes((PyObject *)frame->f_code)))
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
    return (PyObject *)PyCode_NewWithPosOnlyArgs(
        0, 0, 0, 0, 1, flags, instructions, constants, none, none, none, none,
        code->co_filename, code->co_name, code->co_qualname,
        code->co_firstlineno, code->co_linetable, handlers);
}

PyObject *
pyver_type_dict(PyTypeObject *type)
{
    return type->tp_dict;
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
    return type->tp_subclasses != NULL;
}
