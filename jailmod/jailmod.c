/* The module `_jail`: what the Python side of the jail is made with. */
#include "jailmod/gate.h"

#include <string.h>

/* Who can make a refusal can have the jail note one that nobody met; late
 * modules of the library make some while they are loaded. */
static PyObject *
jail_refusing(PyObject *module, PyObject *args)
{
    if (!jail_is_closed() || library_is_loading())
        return refusing_new(module, args);
    PyErr_SetString(PyExc_PermissionError,
                    "refusals are made by the jail, not by a guest");
    return NULL;
}

/* Overwrite a bytes or str object whose content must not stay in memory when
 * it is freed.  The caller knows that nobody else uses it. */
static PyObject *
jail_wipe(PyObject *module, PyObject *object)
{
    (void)module;
    if (jail_is_closed()) {
        PyErr_SetString(PyExc_PermissionError, "the jail is closed");
        return NULL;
    }
    if (PyBytes_CheckExact(object)) {
        explicit_bzero(PyBytes_AS_STRING(object),
                       (size_t)PyBytes_GET_SIZE(object));
    } else if (PyUnicode_CheckExact(object)) {
        explicit_bzero(
            PyUnicode_DATA(object),
            (size_t)(PyUnicode_GET_LENGTH(object) * PyUnicode_KIND(object)));
    } else {
        PyErr_SetString(PyExc_TypeError, "wipe() wants bytes or a str");
        return NULL;
    }
    Py_RETURN_NONE;
}

/* The texts of a gateway's refusal: four fields of a u32 length and UTF-8,
 * each.  New references; 0, or -1 where the data are not just that. */
static int
take_texts(const char *data, Py_ssize_t len, PyObject *out[4])
{
    for (int i = 0; i < 4; i++) {
        uint32_t n;
        if (len < (Py_ssize_t)sizeof n)
            return -1;
        memcpy(&n, data, sizeof n); /* little endian, as this machine */
        data += sizeof n;
        len -= (Py_ssize_t)sizeof n;
        if ((Py_ssize_t)n > len)
            return -1;
        out[i] = PyUnicode_DecodeUTF8(data, (Py_ssize_t)n, "replace");
        if (out[i] == NULL || PyUnicode_AsUTF8(out[i]) == NULL)
            return -1;
        data += n;
        len -= (Py_ssize_t)n;
    }
    return 0;
}

/* By the rules of the gateway. */
static PyObject *
refuse_by_rules(PyObject *answer)
{
    PyObject *texts[4] = {NULL, NULL, NULL, NULL};
    int done =
        take_texts(PyBytes_AS_STRING(answer), PyBytes_GET_SIZE(answer), texts);
    if (done == 0)
        (void)deny_raise(&(struct deny_text){
            PyUnicode_AsUTF8(texts[0]), PyUnicode_AsUTF8(texts[1]),
            PyUnicode_AsUTF8(texts[2]), PyUnicode_AsUTF8(texts[3])});
    else if (!PyErr_Occurred())
        PyErr_SetString(PyExc_OSError, "a refusal that can't be read");
    for (int i = 0; i < 4; i++)
        Py_XDECREF(texts[i]);
    return NULL;
}

static PyObject *
refuse_call(const char *name, int status)
{
    OWNED_REF what = PyUnicode_FromFormat("gateway.call('%s')", name);
    OWNED_REF rule = PyUnicode_FromFormat("gateway.%s", name);
    OWNED_REF fix = PyUnicode_FromFormat(
        "Ask the operator to grant it (--grant %s=...)", name);
    if (what == NULL || rule == NULL || fix == NULL)
        return NULL;
    struct deny_text text = {PyUnicode_AsUTF8(what), PyUnicode_AsUTF8(rule),
                             "it is not granted to this program",
                             PyUnicode_AsUTF8(fix)};
    if (status == JAIL_CALL_QUOTA)
        text.reason = "this program has used up what it was granted";
    return deny_raise(&text);
}

static PyObject *
jail_call(PyObject *module, PyObject *args)
{
    const struct jail_hooks *hooks = deny_get_hooks();
    const char *name;
    PyObject *data; /* borrowed; a bytes object, which nobody can change */

    (void)module;
    if (!PyArg_ParseTuple(args, "sS:call", &name, &data))
        return NULL;
    if (hooks->call == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "there is nobody outside to call");
        return NULL;
    }
    int status;
    OWNED_REF answer = hooks->call(hooks->arg, name, PyBytes_AS_STRING(data),
                                   (size_t)PyBytes_GET_SIZE(data), &status);
    if (answer == NULL)
        return NULL;
    if (status == JAIL_CALL_DENIED && PyBytes_GET_SIZE(answer) > 0)
        return refuse_by_rules(answer);
    if (status == JAIL_CALL_DENIED || status == JAIL_CALL_QUOTA)
        return refuse_call(name, status);
    return Py_BuildValue(
        "(OO)", status == JAIL_CALL_VALUE ? Py_True : Py_False, answer);
}

/* The answer is never read: a guest has one call at a time, so another before
 * the end of its step would wait for it. */
static PyObject *
jail_tell(PyObject *module, PyObject *args)
{
    const struct jail_hooks *hooks = deny_get_hooks();
    const char *name;
    PyObject *data; /* borrowed */

    (void)module;
    if (!PyArg_ParseTuple(args, "sS:tell", &name, &data))
        return NULL;
    if (hooks->call == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "there is nobody outside to call");
        return NULL;
    }
    OWNED_REF sent = hooks->call(hooks->arg, name, PyBytes_AS_STRING(data),
                                 (size_t)PyBytes_GET_SIZE(data), NULL);
    if (sent == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
jail_unresolved(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    return codes_unresolved();
}

static PyMethodDef jail_methods[] = {
    {"refusing", jail_refusing, METH_VARARGS,
     "refusing(what, rule, reason, fix): a callable that refuses."},
    {"library_source", library_source, METH_O,
     "library_source(path): the source of a file of the library, packed by "
     "zlib; None when it is not in memory."},
    {"call", jail_call, METH_VARARGS,
     "call(name, bytes): (whether it did not fail, bytes) of a function "
     "outside."},
    {"tell", jail_tell, METH_VARARGS,
     "tell(name, bytes): call a function outside and do not wait."},
    {"explain", explain_name, METH_O,
     "explain(name): what the lists say about a name: a list of dicts."},
    {"nearest", explain_nearest, METH_O,
     "nearest(name): names of the lists that are spelled much like it."},
    {"modules", explain_modules, METH_NOARGS,
     "modules(): [(name, guest|internal|shim|refused, reason)]."},
    {"survey", survey_take, METH_NOARGS,
     "survey(): {(kind, name)} of all that this interpreter has."},
    {"unresolved", jail_unresolved, METH_NOARGS,
     "unresolved(): grants that name no code object of this interpreter."},
    {"wipe", jail_wipe, METH_O,
     "wipe(bytes or str): overwrite it; only before the jail."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef jail_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_jail",
    .m_doc = "The gate: what a guest can use of the interpreter it runs in.",
    .m_size = -1,
    .m_methods = jail_methods,
};

static int
add_exceptions(PyObject *module)
{
    const struct deny_types *types = deny_get_types();
    const struct {
        const char *name;
        PyObject *type; /* borrowed */
    } exceptions[] = {
        {"JailError", types->error},         {"JailDenied", types->denied},
        {"JailAttribute", types->attribute}, {"JailImport", types->import},
        {"TimeLimit", types->time_limit},
    };

    for (size_t i = 0; i < Py_ARRAY_LENGTH(exceptions); i++)
        if (PyModule_AddObjectRef(module, exceptions[i].name,
                                  exceptions[i].type) < 0)
            return -1;
    return 0;
}

/* Of the module _pickle this type is wanted, which is the interpreter's own:
 * pickle takes it from there. */
static int
add_pickle_buffer(PyObject *module)
{
    return PyModule_AddObjectRef(module, "PickleBuffer",
                                 (PyObject *)&PyPickleBuffer_Type);
}

PyMODINIT_FUNC
PyInit__jail(void)
{
    OWNED_REF module = PyModule_Create(&jail_module);
    if (module == NULL || deny_init() < 0 || add_exceptions(module) < 0 ||
        add_pickle_buffer(module) < 0 || refusing_init() < 0 ||
        stream_init(module) < 0)
        return NULL;
    return gate_take_ref(&module);
}
