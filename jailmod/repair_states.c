/* States that a guest hands to C code as if pickle had made them. */
#include "jailmod/repair.h"

#include <datetime.h>
#include <string.h>

/* --- datetime: objects of bytes --- */

static newfunc was_new_date;
static newfunc was_new_datetime;

/* The original looks at the month alone.  Odd days, hours and late years only
 * print oddly, and CPython's own tests make some; but the day of the week is
 * negative in the year 0, and ctime() reads before its table of names. */
static PyObject *
check_year(PyObject *date)
{
    OWNED_REF made = date;

    if (made == NULL || PyDateTime_GET_YEAR(made) > 0)
        return gate_take_ref(&made);
    PyErr_SetString(PyExc_ValueError, "year 0 is out of range");
    return NULL;
}

static PyObject *
new_date(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return check_year(was_new_date(type, args, kwargs));
}

static PyObject *
new_datetime(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return check_year(was_new_datetime(type, args, kwargs));
}

/* --- itertools.tee() --- */

static PyCFunction was_tee_state;

/* How many values the data of a tee holds, -1 with an exception. */
static Py_ssize_t
count_values(PyObject *data)
{
    OWNED_REF state = PyObject_CallMethod(data, "__reduce__", NULL);
    if (state == NULL)
        return -1;
    PyObject *args = PyTuple_GET_ITEM(state, 1); /* borrowed */
    return PyObject_Size(PyTuple_GET_ITEM(args, 1));
}

static PyObject *
tee_state(PyObject *self, PyObject *state)
{
    if (PyTuple_Check(state) && PyTuple_GET_SIZE(state) == 2 &&
        strcmp(Py_TYPE(PyTuple_GET_ITEM(state, 0))->tp_name,
               "itertools._tee_dataobject") == 0) {
        OWNED_REF index = PyNumber_Index(PyTuple_GET_ITEM(state, 1));
        Py_ssize_t at = index == NULL ? -1 : PyLong_AsSsize_t(index);
        if (at == -1 && PyErr_Occurred())
            return NULL;
        Py_ssize_t count = count_values(PyTuple_GET_ITEM(state, 0));
        if (count < 0)
            return NULL;
        if (at >= 0 && at <= count) {
            OWNED_REF plain =
                PyTuple_Pack(2, PyTuple_GET_ITEM(state, 0), index);
            return plain == NULL ? NULL : was_tee_state(self, plain);
        }
    }
    PyErr_SetString(PyExc_ValueError, "Invalid state");
    return NULL;
}

/* --- itertools.cycle() --- */

static PyCFunction was_cycle_state;
static PyCFunction was_cycle_reduce;

/* The head of _PyListIterObject in Objects/listobject.c, 2.x to 3.13. */
struct list_iterator {
    PyObject_HEAD Py_ssize_t index;
    PyObject *list; /* NULL at the end */
};

/* The list is the guest's, which can shrink it below the index. */
static PyObject *
cycle_state(PyObject *self, PyObject *state)
{
    if (!PyTuple_Check(state) || PyTuple_GET_SIZE(state) != 2 ||
        !PyList_Check(PyTuple_GET_ITEM(state, 0)))
        return was_cycle_state(self, state);
    OWNED_REF list = PySequence_List(PyTuple_GET_ITEM(state, 0));
    OWNED_REF own = list == NULL
                        ? NULL
                        : PyTuple_Pack(2, list, PyTuple_GET_ITEM(state, 1));
    return own == NULL ? NULL : was_cycle_state(self, own);
}

/* An iterator at the same place of the copy, when it is one of the list. */
static PyObject *
copy_iterator(PyObject *iterator, PyObject *list, PyObject *copy)
{
    if (!Py_IS_TYPE(iterator, &PyListIter_Type) ||
        ((struct list_iterator *)iterator)->list != list)
        return Py_NewRef(iterator);
    PyObject *made = PyObject_GetIter(copy);
    if (made != NULL)
        ((struct list_iterator *)made)->index =
            ((struct list_iterator *)iterator)->index;
    return made;
}

/* (type, (iterator,), (list, int)), with a copy of the list. */
static PyObject *
cycle_reduce(PyObject *self, PyObject *ignored)
{
    OWNED_REF state = was_cycle_reduce(self, ignored);
    if (state == NULL)
        return NULL;
    PyObject *args = PyTuple_GET_ITEM(state, 1);  /* borrowed */
    PyObject *parts = PyTuple_GET_ITEM(state, 2); /* borrowed */
    PyObject *list = PyTuple_GET_ITEM(parts, 0);  /* borrowed */
    OWNED_REF copy = PySequence_List(list);
    OWNED_REF iterator =
        copy == NULL ? NULL
                     : copy_iterator(PyTuple_GET_ITEM(args, 0), list, copy);
    if (iterator == NULL)
        return NULL;
    return Py_BuildValue("O(O)(OO)", PyTuple_GET_ITEM(state, 0), iterator,
                         copy, PyTuple_GET_ITEM(parts, 1));
}

/* clang-format off */
static const struct repair rows[] = {
    {"datetime.date", REPAIR_NEW, "", REPAIR_BY(new_date),
     REPAIR_WAS(was_new_date), "the year 0, out of bytes (tests/escape/258)"},
    {"datetime.datetime", REPAIR_NEW, "", REPAIR_BY(new_datetime),
     REPAIR_WAS(was_new_datetime),
     "the year 0, out of bytes (tests/escape/258)"},
    {"itertools._tee", REPAIR_METHOD, "__setstate__", REPAIR_BY(tee_state),
     REPAIR_WAS(was_tee_state),
     "an index beyond the values there are (tests/escape/259)"},
    {"itertools.cycle", REPAIR_METHOD, "__setstate__", REPAIR_BY(cycle_state),
     REPAIR_WAS(was_cycle_state), "a list that shrinks (tests/escape/260)"},
    {"itertools.cycle", REPAIR_METHOD, "__reduce__", REPAIR_BY(cycle_reduce),
     REPAIR_WAS(was_cycle_reduce), "a list that shrinks (tests/escape/260)"},
};
/* clang-format on */

const struct repair_table repair_states = {rows, REPAIR_COUNT(rows)};
