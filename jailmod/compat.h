/* Names that CPython has changed or taken out of its public headers since
 * 3.11: the code uses the newest public one, and the old ones where there is
 * no public one.  What differs in kind is in pyver.c. */
#ifndef IMMURE_JAILMOD_COMPAT_H
#define IMMURE_JAILMOD_COMPAT_H

#include <Python.h>

#include <time.h>

#if PY_VERSION_HEX >= 0x030d0000

/* Include/internal/pycore_pyerrors.h, pycore_setobject.h, pycore_time.h */
PyObject *_PyErr_FormatFromCause(PyObject *type, const char *format, ...);
void _PyErr_ChainExceptions(PyObject *type, PyObject *value,
                            PyObject *traceback);
int _PySet_NextEntry(PyObject *set, Py_ssize_t *at, PyObject **out_key,
                     Py_hash_t *out_hash);
int _PyTime_ObjectToTimespec(PyObject *number, time_t *out_seconds,
                             long *out_nanoseconds, int round);
enum { _PyTime_ROUND_FLOOR = 0 };
time_t _PyLong_AsTime_t(PyObject *number);

#else

#define PyObject_GetOptionalAttr _PyObject_LookupAttr
#define PyLong_AsInt _PyLong_AsInt

static inline int
PyWeakref_GetRef(PyObject *weak, PyObject **out_referent)
{
    PyObject *referent = PyWeakref_GetObject(weak); /* borrowed */

    *out_referent = NULL;
    if (referent == NULL)
        return -1;
    if (referent != Py_None)
        *out_referent = Py_NewRef(referent);
    return referent != Py_None;
}

#endif

#endif
