/* Gate 3: C types that are not kept by name can't make objects.
 *
 * A type holds authority outside any PyMethodDef: io.FileIO(path) opens by
 * tp_init, and FileIO.__init__(existing, path) reopens by the slot wrapper's
 * own copy of that pointer. */
#include "jailmod/gate.h"

#include <string.h>

struct dead_type {
    PyTypeObject *type;
    const struct list_row *row;
};

static struct {
    struct dead_type *rows;
    size_t count;
    PyObject *all; /* list of all types, for their heirs */
} dead;

static PyObject *
refuse_type(PyTypeObject *type)
{
    static const struct list_row unknown = {"type", STAND_DROP, "this type",
                                            "it has effects outside the guest",
                                            ""};
    const struct list_row *row = &unknown;

    for (size_t i = 0; i < dead.count; i++)
        if (PyType_IsSubtype(type, dead.rows[i].type))
            row = dead.rows[i].row;
    return deny_row(row);
}

static PyObject *
dead_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    return refuse_type(type);
}

static int
dead_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    refuse_type(Py_TYPE(self));
    return -1;
}

static PyObject *
dead_next(PyObject *self)
{
    return refuse_type(Py_TYPE(self));
}

static PyObject *
dead_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    return refuse_type(Py_TYPE(self));
}

static int
doom(PyTypeObject *type, const struct list_row *row)
{
    size_t size = (dead.count + 1) * sizeof *dead.rows;
    struct dead_type *rows = PyMem_RawRealloc(dead.rows, size);

    if (rows == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    dead.rows = rows;
    dead.rows[dead.count++] = (struct dead_type){type, row};
    Py_INCREF(type);
    return 0;
}

int
types_prepare(const struct walk *walk, const struct gate_policy *policy)
{
    dead.all = Py_NewRef(walk->types);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->types); i++) {
        PyTypeObject *type = (PyTypeObject *)PyList_GET_ITEM(walk->types, i);
        if (!walk_is_c_type(type))
            continue;
        const struct list_row *row =
            gate_rule(policy, &list_types, type->tp_name);
        if (row == NULL)
            return -1;
        if (row->stand != STAND_KEEP && doom(type, row) < 0)
            return -1;
    }
    return 0;
}

/* The slot wrappers in its dict hold pointers of their own. */
static void
kill_wrappers(PyTypeObject *type, bool use)
{
    static const struct {
        const char *name;
        void *dead;
        bool use; /* of an object that exists */
    } wrapped[] = {
        {"__init__", (void *)dead_init, false},
        {"__next__", (void *)dead_next, true},
        {"__call__", (void *)dead_call, true},
    };

    PyObject *dict = pyver_type_dict(type); /* borrowed */
    if (dict == NULL)
        return; /* a static type that nobody made ready */
    for (size_t i = 0; i < Py_ARRAY_LENGTH(wrapped); i++) {
        if (wrapped[i].use && !use)
            continue;
        PyObject *entry = PyDict_GetItemString(dict, wrapped[i].name);
        if (entry != NULL && Py_IS_TYPE(entry, &PyWrapperDescr_Type))
            ((PyWrapperDescrObject *)entry)->d_wrapped = wrapped[i].dead;
    }
}

/* Heirs have copied the slots; those they overrode themselves stay. */
static void
kill_making(PyTypeObject *heir, const PyTypeObject *was)
{
    if (heir->tp_new == was->tp_new && was->tp_new != NULL)
        heir->tp_new = dead_new;
    if (heir->tp_init == was->tp_init && was->tp_init != NULL)
        heir->tp_init = dead_init;
    if (heir->tp_vectorcall == was->tp_vectorcall)
        heir->tp_vectorcall = NULL;
}

static void
kill_using(PyTypeObject *heir, const PyTypeObject *was)
{
    if (heir->tp_iternext == was->tp_iternext && was->tp_iternext != NULL)
        heir->tp_iternext = dead_next;
    if (heir->tp_call == was->tp_call && was->tp_call != NULL)
        heir->tp_call = dead_call;
}

void
types_close(void)
{
    for (size_t i = 0; i < dead.count; i++) {
        PyTypeObject *type = dead.rows[i].type;
        PyTypeObject was = *type;
        bool use = dead.rows[i].row->stand == STAND_DROP;
        for (Py_ssize_t j = 0; j < PyList_GET_SIZE(dead.all); j++) {
            PyTypeObject *heir = (PyTypeObject *)PyList_GET_ITEM(dead.all, j);
            if (!PyType_IsSubtype(heir, type))
                continue;
            kill_making(heir, &was);
            if (use)
                kill_using(heir, &was);
        }
        kill_wrappers(type, use);
        PyType_Modified(type);
    }
    Py_CLEAR(dead.all);
}
