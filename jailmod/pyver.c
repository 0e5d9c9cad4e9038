/* What differs between versions of CPython, and needs its inner headers. */
#define Py_BUILD_CORE 1
#include <Python.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#undef Py_BUILD_CORE

#include "jailmod/gate.h"

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
