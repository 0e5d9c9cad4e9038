/* compile() of trees.
 *
 * The compiler believes some of what a tree says without looking: that the
 * target of `:=` is a name, which it takes for one whatever it is, and that an
 * `except*` has a type.  And it asks each node for its class and its fields,
 * which may answer as they like.  So it gets a copy of the tree, of the
 * module _ast's own classes, in which these two are as the parser makes
 * them (tests/escape/423, 424). */
#include "jailmod/repair.h"

static _PyCFunctionFastWithKeywords was_compile;
static PyObject *shapes; /* dict: class of _ast -> names of its fields */
static PyObject *base;   /* _ast.AST; NULL: there are no trees */
static PyObject *named;  /* _ast.NamedExpr... */
static PyObject *name_type;
static PyObject *store;
static PyObject *try_star;
static PyObject *constant; /* _ast.Constant */
static bool untyped;       /* an except* of the tree has no type */

static PyObject *copy_value(PyObject *value);

static bool
is_node(PyObject *value)
{
    return PyType_IsSubtype(Py_TYPE(value), (PyTypeObject *)base);
}

/* The names of its fields, and in *out_type the class of _ast that it is of:
 * both borrowed. */
static PyObject *
shape_of(PyObject *node, PyTypeObject **out_type)
{
    for (PyTypeObject *type = Py_TYPE(node); type != NULL;
         type = type->tp_base) {
        PyObject *fields =
            PyDict_GetItemWithError(shapes, (PyObject *)type); /* borrowed */
        *out_type = type;
        if (fields != NULL || PyErr_Occurred())
            return fields;
    }
    PyErr_SetString(PyExc_TypeError, "a node of no class of the module ast");
    return NULL;
}

static bool
is_of(PyObject *value, PyObject *type)
{
    return value != NULL && (PyObject *)Py_TYPE(value) == type;
}

/* New reference: the attribute of a copy, NULL without an exception. */
static PyObject *
part(PyObject *copy, const char *name)
{
    PyObject *value = PyObject_GetAttrString(copy, name);

    if (value == NULL && PyErr_ExceptionMatches(PyExc_AttributeError))
        PyErr_Clear();
    return value;
}

static int
check_named(PyObject *copy)
{
    OWNED_REF target = part(copy, "target");
    OWNED_REF context = is_of(target, name_type) ? part(target, "ctx") : NULL;
    if (is_of(context, store))
        return 0;
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError,
                        "the target of a NamedExpr must be a Name to store");
    return -1;
}

/* A type for a handler that has none: CPython's own complaints of the tree come
 * first. */
static int
give_type(PyObject *handler)
{
    static const char *const places[] = {"lineno", "col_offset", "end_lineno",
                                         "end_col_offset"};
    OWNED_REF type = PyObject_CallOneArg(constant, Py_None);

    untyped = true;
    for (size_t i = 0; type != NULL && i < Py_ARRAY_LENGTH(places); i++) {
        OWNED_REF place = part(handler, places[i]);
        if (place != NULL &&
            PyObject_SetAttrString(type, places[i], place) < 0)
            return -1;
    }
    return type == NULL ? -1 : PyObject_SetAttrString(handler, "type", type);
}

static int
check_try_star(PyObject *copy)
{
    OWNED_REF handlers = part(copy, "handlers");
    if (handlers == NULL || !PyList_CheckExact(handlers))
        return PyErr_Occurred() ? -1 : 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(handlers); i++) {
        PyObject *handler = PyList_GET_ITEM(handlers, i); /* borrowed */
        OWNED_REF type = part(handler, "type");
        if (type != NULL && type != Py_None)
            continue;
        if (PyErr_Occurred() || (is_node(handler) && give_type(handler) < 0))
            return -1;
    }
    return 0;
}

/* The value of a Constant is judged by the compiler, and asked nothing. */
static int
copy_field(PyObject *node, PyObject *copy, PyObject *name)
{
    OWNED_REF value = NULL;

    if (PyObject_GetOptionalAttr(node, name, &value) < 0)
        return -1;
    if (value == NULL)
        return 0;
    bool as_it_is = is_of(copy, constant) &&
                    PyUnicode_CompareWithASCIIString(name, "value") == 0;
    OWNED_REF plain = as_it_is ? Py_NewRef(value) : copy_value(value);
    return plain == NULL ? -1 : PyObject_SetAttr(copy, name, plain);
}

static PyObject *
copy_node(PyObject *node)
{
    PyTypeObject *type;
    PyObject *fields = shape_of(node, &type); /* borrowed */
    OWNED_REF copy =
        fields == NULL ? NULL : PyObject_CallNoArgs((PyObject *)type);

    if (copy == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(fields); i++)
        if (copy_field(node, copy, PyTuple_GET_ITEM(fields, i)) < 0)
            return NULL;
    if ((is_of(copy, named) && check_named(copy) < 0) ||
        (is_of(copy, try_star) && check_try_star(copy) < 0))
        return NULL;
    return gate_take_ref(&copy);
}

static PyObject *
copy_list(PyObject *list)
{
    OWNED_REF copy = PyList_GetSlice(list, 0, PY_SSIZE_T_MAX);
    for (Py_ssize_t i = 0; copy != NULL && i < PyList_GET_SIZE(copy); i++) {
        PyObject *item = copy_value(PyList_GET_ITEM(copy, i));
        if (item == NULL || PyList_SetItem(copy, i, item) < 0)
            return NULL;
    }
    return gate_take_ref(&copy);
}

/* What is no node and can't say that it is one. */
static bool
is_plain(PyObject *value)
{
    return value == Py_None || PyUnicode_CheckExact(value) ||
           PyLong_CheckExact(value) || PyBool_Check(value);
}

/* New reference. */
static PyObject *
copy_value(PyObject *value)
{
    if (is_plain(value))
        return Py_NewRef(value);
    if (PyLong_Check(value))
        return PyLong_Type.tp_as_number->nb_add(value, Py_False);
    if (!is_node(value) && !PyList_Check(value)) {
        PyErr_Format(PyExc_TypeError, "a tree holds a value of type %.100s",
                     Py_TYPE(value)->tp_name);
        return NULL;
    }
    if (Py_EnterRecursiveCall(" while a tree is copied") != 0)
        return NULL;
    PyObject *copy = is_node(value) ? copy_node(value) : copy_list(value);
    Py_LeaveRecursiveCall();
    return copy;
}

/* What compile() is given, as something that no guest's code can be part of.
 * New reference. */
static PyObject *
plain_source(PyObject *source)
{
    if (PyUnicode_CheckExact(source) || PyBytes_CheckExact(source) ||
        PyByteArray_CheckExact(source) || PyMemoryView_Check(source))
        return Py_NewRef(source);
    if (base != NULL && is_node(source))
        return copy_node(source);
    if (PyUnicode_Check(source))
        return PyUnicode_FromObject(source);
    if (PyObject_CheckBuffer(source))
        return PyBytes_FromObject(source);
    PyErr_SetString(PyExc_TypeError,
                    "compile() arg 1 must be a string, bytes or AST object");
    return NULL;
}

/* Where the source is among the arguments, -1: nowhere. */
static Py_ssize_t
find_source(Py_ssize_t nargs, PyObject *names)
{
    if (nargs > 0)
        return 0;
    for (Py_ssize_t i = 0; names != NULL && i < PyTuple_GET_SIZE(names); i++)
        if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i),
                                             "source") == 0)
            return i;
    return -1;
}

#define ARGUMENTS_MAX 16 /* compile() takes seven */

static PyObject *
compile_plainly(PyObject *module, PyObject *const *args, Py_ssize_t nargs,
                PyObject *names)
{
    Py_ssize_t count = nargs + (names == NULL ? 0 : PyTuple_GET_SIZE(names));
    Py_ssize_t at = find_source(nargs, names);
    PyObject *copy[ARGUMENTS_MAX];

    if (at < 0 || count > ARGUMENTS_MAX)
        return was_compile(module, NULL, 0, NULL); /* for its complaint */
    bool outer = untyped; /* reading the tree may compile another one */
    untyped = false;
    OWNED_REF source = plain_source(args[at]);
    bool refused = untyped;
    untyped = outer;
    if (source == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++)
        copy[i] = i == at ? source : args[i];
    OWNED_REF made = was_compile(module, copy, nargs, names);
    if (made == NULL || !refused)
        return gate_take_ref(&made);
    PyErr_SetString(PyExc_ValueError, "a handler of TryStar must have a type");
    return NULL;
}

/* Fields and attributes (`lineno`...) of a class, as one tuple. */
static int
remember(PyObject *type)
{
    OWNED_REF fields = PyObject_GetAttrString(type, "_fields");
    OWNED_REF others = PyObject_GetAttrString(type, "_attributes");
    OWNED_REF all = fields == NULL || others == NULL
                        ? NULL
                        : PySequence_Concat(fields, others);
    return all == NULL ? -1 : PyDict_SetItem(shapes, type, all);
}

static int
remember_all(PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;

    while (PyDict_Next(dict, &at, &key, &value))
        if (PyType_Check(value) &&
            PyType_IsSubtype((PyTypeObject *)value, (PyTypeObject *)base) &&
            remember(value) < 0)
            return -1;
    return 0;
}

int
repair_trees_prepare(void)
{
    OWNED_REF module = PyImport_ImportModule("_ast");
    const struct {
        const char *name;
        PyObject **place;
    } types[] = {{"AST", &base},         {"NamedExpr", &named},
                 {"Name", &name_type},   {"Store", &store},
                 {"TryStar", &try_star}, {"Constant", &constant}};

    Py_XSETREF(shapes, PyDict_New());
    if (module == NULL || shapes == NULL)
        return -1;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(types); i++) {
        Py_XSETREF(*types[i].place,
                   PyObject_GetAttrString(module, types[i].name));
        if (*types[i].place == NULL)
            return -1;
    }
    return remember_all(PyModule_GetDict(module));
}

/* clang-format off */
static const struct repair rows[] = {
    {"builtins", REPAIR_FUNCTION, "compile", REPAIR_BY(compile_plainly),
     REPAIR_WAS(was_compile),
     "nodes that the compiler takes for others (tests/escape/423, 424)"},
};
/* clang-format on */

const struct repair_table repair_trees = {rows, REPAIR_COUNT(rows)};
