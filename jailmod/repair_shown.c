/* What is shown while it changes.
 *
 * repr() and str() of these go through fields and items that nobody holds, and
 * run the guest's code on the way (tests/escape/471, 472). */
#include "jailmod/repair.h"

/* --- list --- */

static reprfunc was_list_repr;

/* New reference: the text of each item, joined. */
static PyObject *
join_items(PyObject *items)
{
    OWNED_REF comma = PyUnicode_FromString(", ");
    if (comma == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items); i++) {
        if (Py_EnterRecursiveCall(" while getting the repr of a list") != 0)
            return NULL;
        OWNED_REF item = Py_NewRef(PyList_GET_ITEM(items, i));
        PyObject *text = PyObject_Repr(item);
        Py_LeaveRecursiveCall();
        if (text == NULL || PyList_SetItem(items, i, text) < 0)
            return NULL;
    }
    return PyUnicode_Join(comma, items);
}

/* The items are copied first. */
static PyObject *
list_repr(PyObject *self)
{
    if (PyList_GET_SIZE(self) == 0)
        return PyUnicode_FromString("[]");
    int entered = Py_ReprEnter(self);
    if (entered != 0)
        return entered > 0 ? PyUnicode_FromString("[...]") : NULL;
    OWNED_REF items = PyList_GetSlice(self, 0, PY_SSIZE_T_MAX);
    OWNED_REF text = items == NULL ? NULL : join_items(items);
    Py_ReprLeave(self);
    return text == NULL ? NULL : PyUnicode_FromFormat("[%U]", text);
}

/* --- types.SimpleNamespace --- */

/* The head of _PyNamespaceObject in Objects/namespaceobject.c. */
struct namespace_object {
    PyObject_HEAD PyObject *dict;
};

static reprfunc was_namespace_repr;

/* "name=value", NULL with or without an exception. */
static PyObject *
show_pair(PyObject *dict, PyObject *name)
{
    if (!PyUnicode_Check(name) || PyUnicode_GET_LENGTH(name) == 0)
        return NULL;
    OWNED_REF value = Py_XNewRef(PyDict_GetItemWithError(dict, name));
    return value == NULL ? NULL : PyUnicode_FromFormat("%U=%R", name, value);
}

static PyObject *
join_pairs(PyObject *dict)
{
    OWNED_REF names = PyDict_Keys(dict);
    OWNED_REF pairs = PyList_New(0);
    OWNED_REF comma = PyUnicode_FromString(", ");
    if (names == NULL || pairs == NULL || comma == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names); i++) {
        OWNED_REF pair = show_pair(dict, PyList_GET_ITEM(names, i));
        if (pair == NULL ? PyErr_Occurred() != NULL
                         : PyList_Append(pairs, pair) < 0)
            return NULL;
    }
    return PyUnicode_Join(comma, pairs);
}

static PyObject *
namespace_repr(PyObject *self)
{
    const char *name =
        walk_is_c_type(Py_TYPE(self)) ? "namespace" : Py_TYPE(self)->tp_name;
    int entered = Py_ReprEnter(self);
    if (entered != 0)
        return entered > 0 ? PyUnicode_FromFormat("%s(...)", name) : NULL;
    OWNED_REF dict = Py_NewRef(((struct namespace_object *)self)->dict);
    OWNED_REF text = join_pairs(dict);
    Py_ReprLeave(self);
    return text == NULL ? NULL : PyUnicode_FromFormat("%s(%U)", name, text);
}

/* --- exceptions --- */

static reprfunc was_exception_repr;
static reprfunc was_exception_str;
static reprfunc was_key_error_str;
static reprfunc was_import_error_str;
static reprfunc was_os_error_str;
static reprfunc was_syntax_error_str;
static reprfunc was_group_str;

static PyObject *
show_with_args(PyObject *self, reprfunc was)
{
    OWNED_REF args = Py_XNewRef(((PyBaseExceptionObject *)self)->args);
    return was(self);
}

static PyObject *
exception_repr(PyObject *self)
{
    return show_with_args(self, was_exception_repr);
}

static PyObject *
exception_str(PyObject *self)
{
    return show_with_args(self, was_exception_str);
}

static PyObject *
key_error_str(PyObject *self)
{
    return show_with_args(self, was_key_error_str);
}

static PyObject *
import_error_str(PyObject *self)
{
    return show_with_args(self, was_import_error_str);
}

static PyObject *
os_error_str(PyObject *self)
{
    const PyOSErrorObject *error = (PyOSErrorObject *)self;
    OWNED_REF number = Py_XNewRef(error->myerrno);
    OWNED_REF text = Py_XNewRef(error->strerror);
    OWNED_REF file = Py_XNewRef(error->filename);
    OWNED_REF second = Py_XNewRef(error->filename2);
    return show_with_args(self, was_os_error_str);
}

static PyObject *
syntax_error_str(PyObject *self)
{
    const PySyntaxErrorObject *error = (PySyntaxErrorObject *)self;
    OWNED_REF message = Py_XNewRef(error->msg);
    OWNED_REF file = Py_XNewRef(error->filename);
    OWNED_REF line = Py_XNewRef(error->lineno);
    return was_syntax_error_str(self);
}

static PyObject *
group_str(PyObject *self)
{
    OWNED_REF message = Py_XNewRef(((PyBaseExceptionGroupObject *)self)->msg);
    return was_group_str(self);
}

/* clang-format off */
#define SHOWN(type, place, by, was, test)                                     \
    {type, place, "", REPAIR_BY(by), REPAIR_WAS(was),                         \
     "what it shows changes it (tests/escape/" test ")"}

static const struct repair rows[] = {
    SHOWN("list", REPAIR_REPR, list_repr, was_list_repr, "471"),
    SHOWN("types.SimpleNamespace", REPAIR_REPR, namespace_repr,
          was_namespace_repr, "471"),
    SHOWN("BaseException", REPAIR_REPR, exception_repr, was_exception_repr,
          "472"),
    SHOWN("BaseException", REPAIR_STR, exception_str, was_exception_str,
          "472"),
    SHOWN("KeyError", REPAIR_STR, key_error_str, was_key_error_str, "472"),
    SHOWN("ImportError", REPAIR_STR, import_error_str, was_import_error_str,
          "472"),
    SHOWN("OSError", REPAIR_STR, os_error_str, was_os_error_str, "472"),
    SHOWN("SyntaxError", REPAIR_STR, syntax_error_str, was_syntax_error_str,
          "472"),
    SHOWN("BaseExceptionGroup", REPAIR_STR, group_str, was_group_str, "472"),
};
/* clang-format on */

const struct repair_table repair_shown = {rows, REPAIR_COUNT(rows)};
