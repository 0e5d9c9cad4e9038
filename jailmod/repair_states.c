/* States that a guest hands to C code as if pickle had made them. */
#include "jailmod/repair.h"

#include <datetime.h>
#include <string.h>

/* --- datetime: objects of bytes --- */

static newfunc was_new_date;
static newfunc was_new_datetime;
static newfunc was_new_time;

static bool
is_of_state(PyObject *args)
{
    if (PyTuple_GET_SIZE(args) == 0)
        return false;
    PyObject *state = PyTuple_GET_ITEM(args, 0); /* borrowed */
    return PyBytes_Check(state) || PyUnicode_Check(state);
}

static int
days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}

/* The original looks at the month alone; ctime() of the year 0 reads before
 * its table of names (tests/escape/258). */
static bool
date_is_sound(PyObject *date)
{
    int year = PyDateTime_GET_YEAR(date);
    int month = PyDateTime_GET_MONTH(date);
    int day = PyDateTime_GET_DAY(date);

    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 &&
           day >= 1 && day <= days_in(year, month);
}

static bool
datetime_is_sound(PyObject *date)
{
    return date_is_sound(date) && PyDateTime_DATE_GET_HOUR(date) < 24 &&
           PyDateTime_DATE_GET_MINUTE(date) < 60 &&
           PyDateTime_DATE_GET_SECOND(date) < 60 &&
           PyDateTime_DATE_GET_MICROSECOND(date) < 1000000;
}

static bool
time_is_sound(PyObject *time)
{
    return PyDateTime_TIME_GET_HOUR(time) < 24 &&
           PyDateTime_TIME_GET_MINUTE(time) < 60 &&
           PyDateTime_TIME_GET_SECOND(time) < 60 &&
           PyDateTime_TIME_GET_MICROSECOND(time) < 1000000;
}

static PyObject *
check_state(PyObject *made, PyObject *args, bool (*is_sound)(PyObject *))
{
    OWNED_REF object = made;

    if (object == NULL || !is_of_state(args) || is_sound(object))
        return gate_take_ref(&object);
    PyErr_SetString(PyExc_ValueError, "the state is of no date or time");
    return NULL;
}

static PyObject *
new_date(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return check_state(was_new_date(type, args, kwargs), args, date_is_sound);
}

static PyObject *
new_datetime(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return check_state(was_new_datetime(type, args, kwargs), args,
                       datetime_is_sound);
}

static PyObject *
new_time(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return check_state(was_new_time(type, args, kwargs), args, time_is_sound);
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
     REPAIR_WAS(was_new_date), "dates of any bytes (tests/escape/258)"},
    {"datetime.datetime", REPAIR_NEW, "", REPAIR_BY(new_datetime),
     REPAIR_WAS(was_new_datetime), "dates of any bytes (tests/escape/258)"},
    {"datetime.time", REPAIR_NEW, "", REPAIR_BY(new_time),
     REPAIR_WAS(was_new_time), "times of any bytes (tests/escape/258)"},
    {"itertools._tee", REPAIR_METHOD, "__setstate__", REPAIR_BY(tee_state),
     REPAIR_WAS(was_tee_state),
     "an index beyond the values there are (tests/escape/259)"},
    {"itertools.cycle", REPAIR_METHOD, "__setstate__", REPAIR_BY(cycle_state),
     REPAIR_WAS(was_cycle_state), "a list that shrinks (tests/escape/260)"},
    {"itertools.cycle", REPAIR_METHOD, "__reduce__", REPAIR_BY(cycle_reduce),
     REPAIR_WAS(was_cycle_reduce), "a list that shrinks (tests/escape/260)"},
};
/* clang-format on */

const struct repair_table repair_states = {rows, Py_ARRAY_LENGTH(rows)};
