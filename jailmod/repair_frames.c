/* Frames of a program that runs other code show where they are, not what they
 * say.
 *
 * A grader in the guest runs a student's code over globals of its own.  That
 * code finds the grader's frame by f_back or a traceback; f_locals and
 * f_globals are gated there, but the constants of f_code are the expected
 * answers (tests/escape/430).  So f_code of such a frame is an outline: name,
 * file, lines and positions, which tracebacks and logging want, over code that
 * returns None. */
#include "jailmod/repair.h"

#include <frameobject.h>

static getter was_code;
static PyObject *outlines; /* dict: address of a code -> (code, its outline) */

/* The outline of a code object, always the same one.  New reference. */
static PyObject *
outline_of(PyObject *code)
{
    OWNED_REF key = PyLong_FromVoidPtr(code);
    if (outlines == NULL)
        outlines = PyDict_New();
    if (key == NULL || outlines == NULL)
        return NULL;
    PyObject *known = PyDict_GetItemWithError(outlines, key); /* borrowed */
    if (known != NULL)
        return Py_NewRef(PyTuple_GET_ITEM(known, 1));
    if (PyErr_Occurred())
        return NULL;
    OWNED_REF outline = pyver_code_outline((PyCodeObject *)code);
    OWNED_REF pair = outline == NULL ? NULL : PyTuple_Pack(2, code, outline);
    if (pair == NULL || PyDict_SetItem(outlines, key, pair) < 0)
        return NULL;
    return gate_take_ref(&outline);
}

static PyObject *
frame_code(PyObject *self, void *closure)
{
    OWNED_REF code = was_code(self, closure);
    if (code == NULL || codes_is_trusted(code) ||
        codes_is_own_frame((PyFrameObject *)self))
        return gate_take_ref(&code);
    return outline_of(code);
}

/* clang-format off */
static const struct repair rows[] = {
    {"frame", REPAIR_GET, "f_code", REPAIR_BY(frame_code),
     REPAIR_WAS(was_code),
     "of code over other globals it has the names and lines alone "
     "(tests/escape/430)"},
};
/* clang-format on */

const struct repair_table repair_frames = {rows, REPAIR_COUNT(rows)};
