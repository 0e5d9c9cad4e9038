/* list[T][int]: types.GenericAlias and types.UnionType with parameters.
 *
 * _Py_subs_parameters() takes what `__typing_subst__` returns for a tuple, and
 * believes that an object which has that method had it before, too: both give
 * a guest objects of its own making (tests/escape/205, 231, 232).  Here the
 * same is done with the checks that CPython 3.13 has. */
#include "jailmod/repair.h"

static binaryfunc was_alias_item;
static binaryfunc was_union_item;

/* The attribute, NULL without an exception when there is none. */
static PyObject *
find_attribute(PyObject *object, const char *name)
{
    PyObject *value = PyObject_GetAttrString(object, name);

    if (value == NULL && PyErr_ExceptionMatches(PyExc_AttributeError))
        PyErr_Clear();
    return value;
}

/* 1 when that is an attribute, and true. */
static int
is_marked(PyObject *object, const char *name)
{
    OWNED_REF value = find_attribute(object, name);
    if (value == NULL)
        return PyErr_Occurred() ? -1 : 0;
    return PyObject_IsTrue(value);
}

static Py_ssize_t
find_in_tuple(PyObject *tuple, PyObject *item)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++)
        if (PyTuple_GET_ITEM(tuple, i) == item)
            return i;
    return -1;
}

/* The items as a tuple, `*tuple[int, str]` taken apart. */
static PyObject *
unpack_items(PyObject *key)
{
    OWNED_REF list = PyList_New(0);
    OWNED_REF keys =
        PyTuple_Check(key) ? Py_NewRef(key) : PyTuple_Pack(1, key);
    if (list == NULL || keys == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keys); i++) {
        PyObject *item = PyTuple_GET_ITEM(keys, i); /* borrowed */
        OWNED_REF parts = NULL;
        if (!PyType_Check(item)) {
            parts = find_attribute(item, "__typing_unpacked_tuple_args__");
            if (parts == NULL && PyErr_Occurred())
                return NULL;
        }
        Py_ssize_t size = parts != NULL && PyTuple_Check(parts)
                              ? PyTuple_GET_SIZE(parts)
                              : 0;
        bool endless =
            size > 0 && PyTuple_GET_ITEM(parts, size - 1) == Py_Ellipsis;
        int status =
            parts == NULL || !PyTuple_Check(parts) || endless
                ? PyList_Append(list, item)
                : PyList_SetSlice(list, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, parts);
        if (status < 0)
            return NULL;
    }
    return PyList_AsTuple(list);
}

/* The items, after each parameter has had its say. */
static PyObject *
prepare_items(PyObject *self, PyObject *parameters, PyObject *key)
{
    OWNED_REF items = unpack_items(key);
    for (Py_ssize_t i = 0; items != NULL && i < PyTuple_GET_SIZE(parameters);
         i++) {
        OWNED_REF prepare = find_attribute(PyTuple_GET_ITEM(parameters, i),
                                           "__typing_prepare_subst__");
        if (prepare == NULL && PyErr_Occurred())
            return NULL;
        if (prepare == NULL || prepare == Py_None)
            continue;
        PyObject *made =
            PyObject_CallFunctionObjArgs(prepare, self, items, NULL);
        PyObject *tuple =
            made == NULL || PyTuple_Check(made) ? made : PyTuple_Pack(1, made);
        if (tuple != made)
            Py_DECREF(made);
        Py_XSETREF(items, tuple);
    }
    if (items == NULL)
        return NULL;
    Py_ssize_t wanted = PyTuple_GET_SIZE(parameters);
    Py_ssize_t given = PyTuple_GET_SIZE(items);
    if (given == wanted)
        return gate_take_ref(&items);
    PyErr_Format(PyExc_TypeError,
                 "Too %s arguments for %R; actual %zd, expected %zd",
                 given > wanted ? "many" : "few", self, given, wanted);
    return NULL;
}

/* `dict[str, T]` inside of the alias: the same for its own parameters. */
static PyObject *
substitute_inside(PyObject *arg, PyObject *parameters, PyObject *items)
{
    OWNED_REF inner = find_attribute(arg, "__parameters__");
    if (inner == NULL && PyErr_Occurred())
        return NULL;
    if (inner == NULL || !PyTuple_Check(inner) || PyTuple_GET_SIZE(inner) == 0)
        return Py_NewRef(arg);
    OWNED_REF list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < PyTuple_GET_SIZE(inner); i++) {
        PyObject *part = PyTuple_GET_ITEM(inner, i); /* borrowed */
        Py_ssize_t at = find_in_tuple(parameters, part);
        PyObject *item =
            at < 0 ? part : PyTuple_GET_ITEM(items, at); /* borrowed */
        bool many =
            at >= 0 && Py_TYPE(part)->tp_iter != NULL && PyTuple_Check(item);
        if ((many ? PyList_SetSlice(list, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, item)
                  : PyList_Append(list, item)) < 0)
            return NULL;
    }
    OWNED_REF key = list == NULL ? NULL : PyList_AsTuple(list);
    return key == NULL ? NULL : PyObject_GetItem(arg, key);
}

static PyObject *
substitute_one(PyObject *arg, PyObject *parameters, PyObject *items)
{
    OWNED_REF subst = find_attribute(arg, "__typing_subst__");
    if (subst == NULL)
        return PyErr_Occurred() ? NULL
                                : substitute_inside(arg, parameters, items);
    Py_ssize_t at = find_in_tuple(parameters, arg);
    if (at < 0) {
        PyErr_SetString(PyExc_TypeError, "a parameter came out of nothing");
        return NULL;
    }
    return PyObject_CallOneArg(subst, PyTuple_GET_ITEM(items, at));
}

/* The arguments with the items in place of the parameters: a tuple. */
static PyObject *
substitute(PyObject *args, PyObject *parameters, PyObject *items)
{
    OWNED_REF list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < PyTuple_GET_SIZE(args); i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, i); /* borrowed */
        int unpack =
            PyType_Check(arg)
                ? 0
                : is_marked(arg, "__typing_is_unpacked_typevartuple__");
        if (unpack < 0)
            return NULL;
        OWNED_REF made = PyType_Check(arg)
                             ? Py_NewRef(arg)
                             : substitute_one(arg, parameters, items);
        if (made == NULL)
            return NULL;
        if (unpack && !PyTuple_Check(made)) {
            PyErr_Format(PyExc_TypeError,
                         "expected __typing_subst__ of %.200s objects to "
                         "return a tuple, not %.200s",
                         Py_TYPE(arg)->tp_name, Py_TYPE(made)->tp_name);
            return NULL;
        }
        if ((unpack
                 ? PyList_SetSlice(list, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, made)
                 : PyList_Append(list, made)) < 0)
            return NULL;
    }
    return list == NULL ? NULL : PyList_AsTuple(list);
}

/* New reference to the new arguments, for self with these parameters. */
static PyObject *
subscribe(PyObject *self, PyObject *key)
{
    OWNED_REF parameters = PyObject_GetAttrString(self, "__parameters__");
    OWNED_REF args = PyObject_GetAttrString(self, "__args__");
    if (parameters == NULL || args == NULL)
        return NULL;
    if (!PyTuple_Check(parameters) || !PyTuple_Check(args) ||
        PyTuple_GET_SIZE(parameters) == 0) {
        PyErr_Format(PyExc_TypeError, "%R is not a generic class", self);
        return NULL;
    }
    OWNED_REF items = prepare_items(self, parameters, key);
    return items == NULL ? NULL : substitute(args, parameters, items);
}

static PyObject *
alias_item(PyObject *self, PyObject *key)
{
    OWNED_REF args = subscribe(self, key);
    if (args == NULL)
        return NULL;
    OWNED_REF origin = PyObject_GetAttrString(self, "__origin__");
    OWNED_REF starred = PyObject_GetAttrString(self, "__unpacked__");
    if (origin == NULL || starred == NULL)
        return NULL;
    OWNED_REF made = Py_GenericAlias(origin, args);
    if (made == NULL || starred != Py_True)
        return gate_take_ref(&made);
    OWNED_REF iterator = PyObject_GetIter(made);
    return iterator == NULL ? NULL : PyIter_Next(iterator);
}

/* `int | list[T]`: the arguments joined by `|`. */
static PyObject *
union_item(PyObject *self, PyObject *key)
{
    OWNED_REF args = subscribe(self, key);
    if (args == NULL)
        return NULL;
    if (PyTuple_GET_SIZE(args) == 0) {
        PyErr_SetString(PyExc_TypeError, "a union of nothing");
        return NULL;
    }
    OWNED_REF made = Py_NewRef(PyTuple_GET_ITEM(args, 0));
    for (Py_ssize_t i = 1; made != NULL && i < PyTuple_GET_SIZE(args); i++) {
        PyObject *both = PyNumber_Or(made, PyTuple_GET_ITEM(args, i));
        Py_SETREF(made, both);
    }
    return gate_take_ref(&made);
}

/* clang-format off */
static const struct repair rows[] = {
    {"types.GenericAlias", REPAIR_SUBSCRIPT, "", REPAIR_BY(alias_item),
     REPAIR_WAS(was_alias_item),
     "what a method returns is taken for a tuple (tests/escape/231, 232)"},
    {"types.UnionType", REPAIR_SUBSCRIPT, "", REPAIR_BY(union_item),
     REPAIR_WAS(was_union_item), "as types.GenericAlias"},
};
/* clang-format on */

const struct repair_table repair_aliases = {rows, REPAIR_COUNT(rows)};
