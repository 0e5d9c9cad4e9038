/* _jail.refusing(): a callable that refuses, to stand where a function of the
 * library stood. */
#include "jailmod/gate.h"

struct refusing {
    PyObject_HEAD PyObject *what;
    PyObject *rule;
    PyObject *reason;
    PyObject *fix;
};

static void
refusing_dealloc(PyObject *self)
{
    struct refusing *refusing = (struct refusing *)self;

    Py_XDECREF(refusing->what);
    Py_XDECREF(refusing->rule);
    Py_XDECREF(refusing->reason);
    Py_XDECREF(refusing->fix);
    PyObject_Free(self);
}

static PyObject *
refusing_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    const struct refusing *refusing = (const struct refusing *)self;
    struct deny_text text = {
        PyUnicode_AsUTF8(refusing->what), PyUnicode_AsUTF8(refusing->rule),
        PyUnicode_AsUTF8(refusing->reason), PyUnicode_AsUTF8(refusing->fix)};

    (void)args;
    (void)kwargs;
    if (text.what == NULL || text.rule == NULL || text.reason == NULL ||
        text.fix == NULL)
        return NULL;
    return deny_raise(&text);
}

static PyObject *
refusing_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<refused function %U>",
                                ((struct refusing *)self)->what);
}

/* `__name__` is what inspect and functools.wraps ask for. */
static PyObject *
refusing_name(PyObject *self, void *closure)
{
    PyObject *what = ((struct refusing *)self)->what; /* borrowed */
    Py_ssize_t length = PyUnicode_GET_LENGTH(what);
    Py_ssize_t dot = PyUnicode_FindChar(what, '.', 0, length, -1);
    Py_ssize_t paren = PyUnicode_FindChar(what, '(', 0, length, 1);

    (void)closure;
    return PyUnicode_Substring(what, dot + 1, paren < 0 ? length : paren);
}

static PyGetSetDef refusing_getset[] = {
    {"__name__", refusing_name, NULL, NULL, NULL},
    {"__qualname__", refusing_name, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject refusing_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_jail.refusing",
    .tp_basicsize = sizeof(struct refusing),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = "A function the jail refuses.",
    .tp_dealloc = refusing_dealloc,
    .tp_call = refusing_call,
    .tp_repr = refusing_repr,
    .tp_getset = refusing_getset,
};

int
refusing_init(void)
{
    return PyType_Ready(&refusing_type);
}

PyObject *
refusing_new(PyObject *module, PyObject *args)
{
    PyObject *what, *rule, *reason, *fix;

    (void)module;
    if (!PyArg_ParseTuple(args, "UUUU:refusing", &what, &rule, &reason, &fix))
        return NULL;
    struct refusing *self = PyObject_New(struct refusing, &refusing_type);
    if (self == NULL)
        return NULL;
    self->what = Py_NewRef(what);
    self->rule = Py_NewRef(rule);
    self->reason = Py_NewRef(reason);
    self->fix = Py_NewRef(fix);
    return (PyObject *)self;
}
