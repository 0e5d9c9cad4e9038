/* Containers that take their memory, then run the guest's code, then use what
 * they took. */
#include "jailmod/repair.h"

#include <string.h>

/* --- bytearray: the memory stays while the original runs --- */

/* An export of the buffer makes clear() and the like a BufferError. */
static PyObject *
call_held(PyCFunction method, PyObject *self, PyObject *args)
{
    Py_buffer view;

    if (PyObject_GetBuffer(self, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *result = method(self, args);
    PyBuffer_Release(&view);
    return result;
}

#define HELD(name)                                                            \
    static PyCFunction was_##name;                                            \
    static PyObject *held_##name(PyObject *self, PyObject *args)              \
    {                                                                         \
        return call_held(was_##name, self, args);                             \
    }

#if PY_VERSION_HEX >= 0x030d0000

static PyObject *
call_held_fast(_PyCFunctionFast method, PyObject *self, PyObject *const *args,
               Py_ssize_t nargs)
{
    Py_buffer view;

    if (PyObject_GetBuffer(self, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *result = method(self, args, nargs);
    PyBuffer_Release(&view);
    return result;
}

#define SEARCH_PLACE REPAIR_FAST
#define HELD_SEARCH(name)                                                     \
    static _PyCFunctionFast was_##name;                                       \
    static PyObject *held_##name(PyObject *self, PyObject *const *args,       \
                                 Py_ssize_t nargs)                            \
    {                                                                         \
        return call_held_fast(was_##name, self, args, nargs);                 \
    }

#else
#define SEARCH_PLACE REPAIR_METHOD
#define HELD_SEARCH(name) HELD(name)
#endif

HELD_SEARCH(find)
HELD_SEARCH(rfind)
HELD_SEARCH(index)
HELD_SEARCH(rindex)
HELD_SEARCH(count)
HELD_SEARCH(startswith)
HELD_SEARCH(endswith)
HELD(join)

static objobjproc was_contains;
static binaryfunc was_remainder;
static objobjargproc was_set_bytes;
static objobjargproc was_set_list;

static int
held_contains(PyObject *self, PyObject *item)
{
    if (PyLong_CheckExact(item) || PyBytes_CheckExact(item))
        return was_contains(self, item);
    Py_buffer view;
    if (PyObject_GetBuffer(self, &view, PyBUF_SIMPLE) < 0)
        return -1;
    int found = was_contains(self, item);
    PyBuffer_Release(&view);
    return found;
}

static PyObject *
held_remainder(PyObject *left, PyObject *right)
{
    if (!PyByteArray_Check(left))
        return was_remainder(left, right);
    Py_buffer view;
    if (PyObject_GetBuffer(left, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *result = was_remainder(left, right);
    PyBuffer_Release(&view);
    return result;
}

/* --- keys and values whose code has run already --- */

static bool
is_plain_part(PyObject *part)
{
    return part == Py_None || PyLong_Check(part);
}

/* The slice, with numbers in it.  New reference. */
static PyObject *
plain_slice(PyObject *key)
{
    const PySliceObject *slice = (PySliceObject *)key;
    Py_ssize_t start, stop, step;

    if (is_plain_part(slice->start) && is_plain_part(slice->stop) &&
        is_plain_part(slice->step))
        return Py_NewRef(key);
    if (PySlice_Unpack(key, &start, &stop, &step) < 0)
        return NULL;
    OWNED_REF first = PyLong_FromSsize_t(start);
    OWNED_REF last = PyLong_FromSsize_t(stop);
    OWNED_REF by = PyLong_FromSsize_t(step);
    if (first == NULL || last == NULL || by == NULL)
        return NULL;
    return PySlice_New(first, last, by);
}

/* Anything else is for the original to complain of. */
static PyObject *
plain_index(PyObject *value)
{
    return PyLong_Check(value) || !PyIndex_Check(value)
               ? Py_NewRef(value)
               : PyNumber_Index(value);
}

static PyObject *
plain_key(PyObject *key)
{
    return PySlice_Check(key) ? plain_slice(key) : plain_index(key);
}

static int
plain_set_bytes(PyObject *self, PyObject *key, PyObject *value)
{
    OWNED_REF plain = plain_key(key);
    if (plain == NULL)
        return -1;
    if (value == NULL || PyLong_CheckExact(value) || PySlice_Check(key))
        return was_set_bytes(self, plain, value);
    OWNED_REF number = plain_index(value);
    return number == NULL ? -1 : was_set_bytes(self, plain, number);
}

/* list_ass_subscript() measures the list before it runs the iterable. */
static int
plain_set_list(PyObject *self, PyObject *key, PyObject *value)
{
    if (value == NULL || !PySlice_Check(key) || PyList_CheckExact(value) ||
        PyTuple_CheckExact(value))
        return was_set_list(self, key, value);
    if (Py_TYPE(value)->tp_iter == NULL && !PySequence_Check(value))
        return was_set_list(self, key, value);
    OWNED_REF items = PySequence_List(value);
    return items == NULL ? -1 : was_set_list(self, key, items);
}

static PyCFunction was_extend_bytes;

/* An iterator that says it has nothing, and has something, has it written to
 * memory that all empty ones share. */
static PyObject *
plain_extend_bytes(PyObject *self, PyObject *items)
{
    if (PyObject_CheckBuffer(items) || PyUnicode_Check(items) ||
        (Py_TYPE(items)->tp_iter == NULL && !PySequence_Check(items)))
        return was_extend_bytes(self, items);
    OWNED_REF list = PySequence_List(items);
    return list == NULL ? NULL : was_extend_bytes(self, list);
}

/* --- array.array --- */

static getter was_typecode;
static objobjargproc was_set_array;
static ssizeobjargproc was_set_array_item;
static PyCFunction was_append;
static PyCFunction was_fromlist;
static PyCFunction was_insert;
static PyCMethod was_extend;
static PyCMethod was_tofile;

static PyObject *
same_typecode(PyObject *self, void *closure)
{
    return was_typecode(self, closure);
}

/* What the array stores, with the value's own code run already. */
static PyObject *
plain_item(PyObject *self, PyObject *value)
{
    if (PyLong_CheckExact(value) || PyFloat_CheckExact(value) ||
        PyUnicode_Check(value))
        return Py_NewRef(value);
    OWNED_REF code = was_typecode(self, NULL);
    if (code == NULL)
        return NULL;
    Py_UCS4 kind = PyUnicode_READ_CHAR(code, 0);
    const PyNumberMethods *number = Py_TYPE(value)->tp_as_number;
    if (kind != 'f' && kind != 'd')
        return plain_index(value);
    if (number == NULL ||
        (number->nb_float == NULL && number->nb_index == NULL))
        return Py_NewRef(value);
    return PyNumber_Float(value);
}

static int
plain_set_array(PyObject *self, PyObject *key, PyObject *value)
{
    OWNED_REF plain = plain_key(key);
    if (plain == NULL)
        return -1;
    if (value == NULL || PySlice_Check(key))
        return was_set_array(self, plain, value);
    OWNED_REF item = plain_item(self, value);
    return item == NULL ? -1 : was_set_array(self, plain, item);
}

static int
plain_set_array_item(PyObject *self, Py_ssize_t at, PyObject *value)
{
    if (value == NULL)
        return was_set_array_item(self, at, value);
    OWNED_REF item = plain_item(self, value);
    return item == NULL ? -1 : was_set_array_item(self, at, item);
}

static PyObject *
plain_append(PyObject *self, PyObject *value)
{
    OWNED_REF item = plain_item(self, value);
    return item == NULL ? NULL : was_append(self, item);
}

static PyObject *
plain_insert(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    _PyCFunctionFast insert = (_PyCFunctionFast)(void (*)(void))was_insert;
    if (nargs != 2)
        return insert(self, args, nargs);
    OWNED_REF at = plain_index(args[0]);
    if (at == NULL)
        return NULL;
    OWNED_REF item = plain_item(self, args[1]);
    if (item == NULL)
        return NULL;
    PyObject *const plain[] = {at, item};
    return insert(self, plain, 2);
}

/* A new list of plain items. */
static PyObject *
plain_items(PyObject *self, PyObject *iterable)
{
    OWNED_REF items = PySequence_List(iterable);
    if (items == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items); i++) {
        OWNED_REF held = Py_NewRef(PyList_GET_ITEM(items, i));
        PyObject *item = plain_item(self, held);
        if (item == NULL || PyList_SetItem(items, i, item) < 0)
            return NULL;
    }
    return gate_take_ref(&items);
}

static PyObject *
plain_fromlist(PyObject *self, PyObject *list)
{
    if (!PyList_Check(list))
        return was_fromlist(self, list);
    OWNED_REF items = plain_items(self, list);
    return items == NULL ? NULL : was_fromlist(self, items);
}

static bool
is_array(PyObject *object)
{
    for (PyTypeObject *base = Py_TYPE(object); base != NULL;
         base = base->tp_base)
        if (walk_is_c_type(base) && strcmp(base->tp_name, "array.array") == 0)
            return true;
    return false;
}

static PyObject *
plain_extend(PyObject *self, PyTypeObject *type, PyObject *const *args,
             size_t nargs, PyObject *names)
{
    if (PyVectorcall_NARGS(nargs) != 1 || names != NULL || is_array(args[0]))
        return was_extend(self, type, args, nargs, names);
    OWNED_REF items = plain_items(self, args[0]);
    if (items == NULL)
        return NULL;
    PyObject *const plain[] = {items};
    return was_extend(self, type, plain, 1, NULL);
}

static PyObject *
held_tofile(PyObject *self, PyTypeObject *type, PyObject *const *args,
            size_t nargs, PyObject *names)
{
    Py_buffer view;

    if (PyObject_GetBuffer(self, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *result = was_tofile(self, type, args, nargs, names);
    PyBuffer_Release(&view);
    return result;
}

/* clang-format off */
#define IN_BYTES(name)                                                        \
    {"bytearray", SEARCH_PLACE, #name, REPAIR_BY(held_##name),                \
     REPAIR_WAS(was_##name),                                                  \
     "the __index__ of an argument clears it (tests/escape/184, 185)"}

static const struct repair rows[] = {
    IN_BYTES(find), IN_BYTES(rfind), IN_BYTES(index), IN_BYTES(rindex),
    IN_BYTES(count), IN_BYTES(startswith), IN_BYTES(endswith),
    {"bytearray", REPAIR_METHOD, "extend", REPAIR_BY(plain_extend_bytes),
     REPAIR_WAS(was_extend_bytes),
     "__length_hint__ of an iterator lies (tests/escape/481)"},
    {"bytearray", REPAIR_METHOD, "join", REPAIR_BY(held_join),
     REPAIR_WAS(was_join),
     "the iterable clears the separator (tests/escape/186)"},
    {"bytearray", REPAIR_REMAINDER, "", REPAIR_BY(held_remainder),
     REPAIR_WAS(was_remainder),
     "an argument clears the format (tests/escape/187)"},
    {"bytearray", REPAIR_CONTAINS, "", REPAIR_BY(held_contains),
     REPAIR_WAS(was_contains), "as bytearray.find"},
    {"bytearray", REPAIR_SET_SUBSCRIPT, "", REPAIR_BY(plain_set_bytes),
     REPAIR_WAS(was_set_bytes),
     "the __index__ of a value clears it: a write to freed memory"},
    {"list", REPAIR_SET_SUBSCRIPT, "", REPAIR_BY(plain_set_list),
     REPAIR_WAS(was_set_list),
     "the iterable replaces the list's memory (tests/escape/208)"},
    {"array.array", REPAIR_GET, "typecode", REPAIR_BY(same_typecode),
     REPAIR_WAS(was_typecode), "plain_item() asks it"},
    {"array.array", REPAIR_SET_SUBSCRIPT, "", REPAIR_BY(plain_set_array),
     REPAIR_WAS(was_set_array),
     "the __index__ of a value shrinks it (tests/escape/181)"},
    {"array.array", REPAIR_SET_ITEM, "", REPAIR_BY(plain_set_array_item),
     REPAIR_WAS(was_set_array_item), "as array.__setitem__"},
    {"array.array", REPAIR_METHOD, "append", REPAIR_BY(plain_append),
     REPAIR_WAS(was_append), "as array.__setitem__"},
    {"array.array", REPAIR_FAST, "insert", REPAIR_BY(plain_insert),
     REPAIR_WAS(was_insert), "as array.__setitem__"},
    {"array.array", REPAIR_METHOD, "fromlist", REPAIR_BY(plain_fromlist),
     REPAIR_WAS(was_fromlist), "an item shrinks it (tests/escape/180)"},
    {"array.array", REPAIR_FAST_DEF, "extend", REPAIR_BY(plain_extend),
     REPAIR_WAS(was_extend), "an item shrinks it (tests/escape/180)"},
    {"array.array", REPAIR_FAST_DEF, "tofile", REPAIR_BY(held_tofile),
     REPAIR_WAS(was_tofile), "the file shrinks it (tests/escape/180)"},
};
/* clang-format on */

const struct repair_table repair_buffers = {rows, REPAIR_COUNT(rows)};
