/* memoryview == of formats that struct.Struct unpacks.
 *
 * memory_richcompare() looks struct.Struct up in the module, and hands it a
 * view of memory it does not own: a guest that put its own class there keeps
 * that view (tests/escape/211).  Here such formats are unpacked from copies,
 * by the real class. */
#include "jailmod/repair.h"

#include <string.h>

static richcmpfunc was_compare;
static PyObject *struct_class;

int
repair_views_prepare(void)
{
    OWNED_REF module = PyImport_ImportModule("_struct");
    if (module == NULL)
        return -1;
    Py_XSETREF(struct_class, PyObject_GetAttrString(module, "Struct"));
    return struct_class == NULL ? -1 : 0;
}

/* The one letter of a native format, or 0: as get_native_fmtchar(). */
static char
native_letter(const Py_buffer *view)
{
    const char *format = view->format == NULL ? "B" : view->format;

    if (*format == '@')
        format++;
    return *format != '\0' && format[1] == '\0' &&
                   strchr("cbBhHiIlLqQnNfd?P", *format) != NULL
               ? *format
               : '\0';
}

static bool
same_shape(const Py_buffer *left, const Py_buffer *right)
{
    if (left->ndim != right->ndim)
        return false;
    for (int i = 0; i < left->ndim; i++) {
        if (left->shape[i] != right->shape[i])
            return false;
        if (left->shape[i] == 0)
            break;
    }
    return true;
}

/* All items, as a list of tuples; NULL with or without an exception. */
static PyObject *
unpack_view(const Py_buffer *view)
{
    const char *format = view->format == NULL ? "B" : view->format;
    OWNED_REF items = PyObject_CallFunction(struct_class, "s", format);
    OWNED_REF size =
        items == NULL ? NULL : PyObject_GetAttrString(items, "size");
    if (size == NULL || PyLong_AsSsize_t(size) != view->itemsize ||
        view->itemsize == 0)
        return NULL;
    OWNED_REF bytes = PyBytes_FromStringAndSize(NULL, view->len);
    if (bytes == NULL || PyBuffer_ToContiguous(PyBytes_AS_STRING(bytes), view,
                                               view->len, 'C') < 0)
        return NULL;
    OWNED_REF iterator = PyObject_CallMethod(items, "iter_unpack", "O", bytes);
    return iterator == NULL ? NULL : PySequence_List(iterator);
}

/* Formats that Struct does not know are unequal to all others. */
static int
views_equal(const Py_buffer *left, const Py_buffer *right)
{
    if (!same_shape(left, right))
        return 0;
    OWNED_REF first = unpack_view(left);
    OWNED_REF second = first == NULL ? NULL : unpack_view(right);
    if (second != NULL)
        return PyObject_RichCompareBool(first, second, Py_EQ);
    if (PyErr_ExceptionMatches(PyExc_MemoryError))
        return -1;
    PyErr_Clear();
    return 0;
}

static PyObject *
compare_odd(PyObject *left, PyObject *right, int operation)
{
    Py_buffer one, other;

    if (PyObject_GetBuffer(left, &one, PyBUF_FULL_RO) < 0) {
        PyErr_Clear();
        return was_compare(left, right, operation);
    }
    if (PyObject_GetBuffer(right, &other, PyBUF_FULL_RO) < 0) {
        PyErr_Clear();
        PyBuffer_Release(&one);
        return was_compare(left, right, operation);
    }
    char letter = native_letter(&one);
    bool odd = letter == '\0' || letter != native_letter(&other);
    int equal = odd ? views_equal(&one, &other) : 0;
    PyBuffer_Release(&one);
    PyBuffer_Release(&other);
    if (!odd)
        return was_compare(left, right, operation);
    return equal < 0 ? NULL : PyBool_FromLong(equal == (operation == Py_EQ));
}

static PyObject *
view_compare(PyObject *left, PyObject *right, int operation)
{
    if ((operation != Py_EQ && operation != Py_NE) ||
        !PyMemoryView_Check(left) || !PyObject_CheckBuffer(right))
        return was_compare(left, right, operation);
    return compare_odd(left, right, operation);
}

/* --- hash() --- */

static hashfunc was_hash;

/* The object behind the view is asked for its hash, and can release the view.
 * What is exported is not released. */
static Py_hash_t
held_hash(PyObject *self)
{
    Py_buffer view;

    if (PyObject_GetBuffer(self, &view, PyBUF_FULL_RO) < 0) {
        PyErr_Clear(); /* released: it may remember */
        return was_hash(self);
    }
    Py_hash_t hash = was_hash(self);
    PyBuffer_Release(&view);
    return hash;
}

/* clang-format off */
static const struct repair rows[] = {
    {"memoryview", REPAIR_COMPARE, "", REPAIR_BY(view_compare),
     REPAIR_WAS(was_compare),
     "a replaced struct.Struct keeps freed memory (tests/escape/211)"},
    {"memoryview", REPAIR_HASH, "", REPAIR_BY(held_hash),
     REPAIR_WAS(was_hash),
     "__hash__ of what it shows releases it (tests/escape/481)"},
};
/* clang-format on */

const struct repair_table repair_views = {rows, REPAIR_COUNT(rows)};
