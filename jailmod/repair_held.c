/* Objects that C code uses without a reference of its own, while the guest's
 * code, which it calls, lets them go. */
#include "jailmod/repair.h"

/* --- list < list --- */

static richcmpfunc was_list_compare;

/* The first pair that differs, with references; none: both NULL.  As
 * list_richcompare() finds it. */
static int
find_difference(PyObject *left, PyObject *right, PyObject **out_left,
                PyObject **out_right)
{
    for (Py_ssize_t i = 0;
         i < PyList_GET_SIZE(left) && i < PyList_GET_SIZE(right); i++) {
        OWNED_REF one = Py_NewRef(PyList_GET_ITEM(left, i));
        OWNED_REF other = Py_NewRef(PyList_GET_ITEM(right, i));
        int equal =
            one == other ? 1 : PyObject_RichCompareBool(one, other, Py_EQ);
        if (equal < 0)
            return -1;
        if (equal)
            continue;
        *out_left = gate_take_ref(&one);
        *out_right = gate_take_ref(&other);
        return 0;
    }
    return 0;
}

/* The original compares the pair that differs once more, borrowed: __lt__
 * empties the lists and says NotImplemented, and __gt__ of what was freed is
 * asked (tests/escape/252). */
static PyObject *
list_compare(PyObject *left, PyObject *right, int operation)
{
    if (operation == Py_EQ || operation == Py_NE || !PyList_Check(left) ||
        !PyList_Check(right))
        return was_list_compare(left, right, operation);
    OWNED_REF one = NULL;
    OWNED_REF other = NULL;
    if (find_difference(left, right, &one, &other) < 0)
        return NULL;
    if (one != NULL)
        return PyObject_RichCompare(one, other, operation);
    Py_RETURN_RICHCOMPARE(PyList_GET_SIZE(left), PyList_GET_SIZE(right),
                          operation);
}

/* --- weakref.proxy() --- */

static richcmpfunc was_proxy_compare;
static richcmpfunc was_callable_proxy_compare;

static PyObject *
hold_referent(PyObject *object)
{
    PyObject *referent = NULL;

    if (PyWeakref_CheckProxy(object) &&
        PyWeakref_GetRef(object, &referent) < 0)
        PyErr_Clear();
    return referent;
}

static PyObject *
proxy_compare(PyObject *left, PyObject *right, int operation)
{
    OWNED_REF one = hold_referent(left);
    OWNED_REF other = hold_referent(right);
    return was_proxy_compare(left, right, operation);
}

static PyObject *
callable_proxy_compare(PyObject *left, PyObject *right, int operation)
{
    OWNED_REF one = hold_referent(left);
    OWNED_REF other = hold_referent(right);
    return was_callable_proxy_compare(left, right, operation);
}

/* --- functools.cmp_to_key() --- */

/* The head of keyobject in Modules/_functoolsmodule.c, 3.2 to 3.13. */
struct key_object {
    PyObject_HEAD PyObject *compare;
    PyObject *object;
};

static richcmpfunc was_key_compare;

static PyObject *
key_compare(PyObject *left, PyObject *right, int operation)
{
    if (!Py_IS_TYPE(right, Py_TYPE(left)))
        return was_key_compare(left, right, operation);
    OWNED_REF compare = Py_XNewRef(((struct key_object *)left)->compare);
    OWNED_REF one = Py_XNewRef(((struct key_object *)left)->object);
    OWNED_REF other = Py_XNewRef(((struct key_object *)right)->object);
    return was_key_compare(left, right, operation);
}

/* --- cells of closures --- */

static richcmpfunc was_cell_compare;

static PyObject *
cell_compare(PyObject *left, PyObject *right, int operation)
{
    if (!PyCell_Check(left) || !PyCell_Check(right))
        return was_cell_compare(left, right, operation);
    OWNED_REF one = PyCell_Get(left);
    OWNED_REF other = PyCell_Get(right);
    if (one != NULL && other != NULL)
        return PyObject_RichCompare(one, other, operation);
    Py_RETURN_RICHCOMPARE(other == NULL, one == NULL, operation);
}

/* --- contextvars.Context --- */

/* The head of PyContext in Include/internal/pycore_context.h. */
struct context_object {
    PyObject_HEAD PyObject *previous;
    PyObject *variables;
};

static richcmpfunc was_context_compare;

static PyObject *
hold_variables(PyObject *object)
{
    return PyContext_CheckExact(object)
               ? Py_XNewRef(((struct context_object *)object)->variables)
               : NULL;
}

static PyObject *
context_compare(PyObject *left, PyObject *right, int operation)
{
    OWNED_REF one = hold_variables(left);
    OWNED_REF other = hold_variables(right);
    return was_context_compare(left, right, operation);
}

/* --- collections.defaultdict --- */

/* defdictobject in Modules/_collectionsmodule.c, 2.5 to 3.13. */
struct default_dict {
    PyDictObject dict;
    PyObject *factory;
};

static PyCFunction was_missing;

static PyObject *
default_missing(PyObject *self, PyObject *key)
{
    OWNED_REF factory = Py_XNewRef(((struct default_dict *)self)->factory);
    return was_missing(self, key);
}

/* --- collections.Counter --- */

static PyCFunction was_count_elements;

static int
count_one(PyObject *mapping, PyObject *key, PyObject *one)
{
    PyObject *known = PyDict_GetItemWithError(mapping, key); /* borrowed */
    if (known == NULL)
        return PyErr_Occurred() ? -1 : PyDict_SetItem(mapping, key, one);
    OWNED_REF held = Py_NewRef(known);
    OWNED_REF sum = PyNumber_Add(held, one);
    return sum == NULL ? -1 : PyDict_SetItem(mapping, key, sum);
}

/* Whether a type has dict's own method of that name. */
static bool
is_of_dict(PyTypeObject *type, const char *name)
{
    OWNED_REF attribute = PyObject_GetAttrString((PyObject *)type, name);
    OWNED_REF own = PyObject_GetAttrString((PyObject *)&PyDict_Type, name);

    PyErr_Clear();
    return attribute != NULL && attribute == own;
}

static PyObject *
count_elements(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2 || !PyDict_Check(args[0]) ||
        !is_of_dict(Py_TYPE(args[0]), "get") ||
        !is_of_dict(Py_TYPE(args[0]), "__setitem__"))
        return ((_PyCFunctionFast)(void (*)(void))was_count_elements)(
            module, args, nargs);
    OWNED_REF iterator = PyObject_GetIter(args[1]);
    OWNED_REF one = PyLong_FromLong(1);
    if (iterator == NULL || one == NULL)
        return NULL;
    PyObject *key;
    while ((key = PyIter_Next(iterator)) != NULL) {
        int done = count_one(args[0], key, one);
        Py_DECREF(key);
        if (done < 0)
            return NULL;
    }
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* --- functools.partial --- */

/* The head of partialobject in Modules/_functoolsmodule.c, 2.5 to 3.13. */
struct partial_object {
    PyObject_HEAD PyObject *function;
    PyObject *args;
    PyObject *keywords;
};

static PyCFunction was_partial_state;
static PyObject *former_parts; /* list */

/* A call under way uses the parts that go.  They stay, for good: copy and
 * pickle set a state once, on an object that nobody has called yet. */
static PyObject *
partial_state(PyObject *self, PyObject *state)
{
    const struct partial_object *partial = (struct partial_object *)self;
    OWNED_REF parts =
        PyTuple_Pack(3, partial->function, partial->args, partial->keywords);

    if (parts == NULL || PyList_Append(former_parts, parts) < 0)
        return NULL;
    return was_partial_state(self, state);
}

int
repair_held_prepare(void)
{
    Py_XSETREF(former_parts, PyList_New(0));
    return former_parts == NULL ? -1 : 0;
}

/* clang-format off */
static const struct repair rows[] = {
    {"list", REPAIR_COMPARE, "", REPAIR_BY(list_compare),
     REPAIR_WAS(was_list_compare),
     "an item's __lt__ empties the lists (tests/escape/252)"},
    {"weakref.ProxyType", REPAIR_COMPARE, "", REPAIR_BY(proxy_compare),
     REPAIR_WAS(was_proxy_compare),
     "__lt__ lets go of what is compared (tests/escape/253)"},
    {"weakref.CallableProxyType", REPAIR_COMPARE, "",
     REPAIR_BY(callable_proxy_compare),
     REPAIR_WAS(was_callable_proxy_compare), "as weakref.ProxyType"},
    {"functools.KeyWrapper", REPAIR_COMPARE, "", REPAIR_BY(key_compare),
     REPAIR_WAS(was_key_compare),
     "__lt__ sets another obj (tests/escape/254)"},
    {"cell", REPAIR_COMPARE, "", REPAIR_BY(cell_compare),
     REPAIR_WAS(was_cell_compare),
     "__lt__ sets what a cell holds (tests/escape/473)"},
    {"_contextvars.Context", REPAIR_COMPARE, "", REPAIR_BY(context_compare),
     REPAIR_WAS(was_context_compare),
     "__eq__ of a value sets variables (tests/escape/473)"},
    {"collections.defaultdict", REPAIR_METHOD, "__missing__",
     REPAIR_BY(default_missing), REPAIR_WAS(was_missing),
     "the factory replaces itself (tests/escape/255)"},
    {"_collections", REPAIR_FUNCTION, "_count_elements",
     REPAIR_BY(count_elements), REPAIR_WAS(was_count_elements),
     "__add__ of a count removes it (tests/escape/256)"},
    {"functools.partial", REPAIR_METHOD, "__setstate__",
     REPAIR_BY(partial_state), REPAIR_WAS(was_partial_state),
     "a call sets the state it uses (tests/escape/217, 257)"},
};
/* clang-format on */

const struct repair_table repair_held = {rows, REPAIR_COUNT(rows)};
