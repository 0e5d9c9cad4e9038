/* Find every object, type and PyMethodDef that a guest could reach. */
#include "jailmod/gate.h"

#include <dlfcn.h>
#include <string.h>
#include <structmember.h>

static const char cython_function[] = "cython_function_or_method";

const char *
walk_type_name(const PyTypeObject *type)
{
    const char *dot = strrchr(type->tp_name, '.');

    return strncmp(type->tp_name, "_cython_", 8) == 0 && dot != NULL
               ? dot + 1
               : type->tp_name;
}

/* Cython's functions have a type of their own, and begin as builtin functions
 * do; those of the limited API do not: there a heap object is where the others
 * have their definition, which is data of a library. */
static bool
is_cython_function(PyObject *object)
{
    Dl_info info;

    return strcmp(walk_type_name(Py_TYPE(object)), cython_function) == 0 &&
           Py_TYPE(object)->tp_basicsize >=
               (Py_ssize_t)sizeof(PyCFunctionObject) &&
           dladdr(((PyCFunctionObject *)object)->m_ml, &info) != 0;
}

static int
append_new(PyObject *object, PyObject *list, PyObject *seen)
{
    OWNED_REF key = PyLong_FromVoidPtr(object);
    if (key == NULL)
        return -1;
    int known = PySet_Contains(seen, key);
    if (known != 0)
        return known < 0 ? -1 : 0;
    if (PySet_Add(seen, key) < 0)
        return -1;
    return PyList_Append(list, object);
}

struct visit {
    PyObject *list;
    PyObject *seen;
};

/* Things that gc does not track itself are found through their owners. */
static int
visit_referent(PyObject *object, void *arg)
{
    struct visit *visit = arg;

    if (!PyCFunction_Check(object) && !PyModule_Check(object) &&
        !PyType_Check(object) && !PyFunction_Check(object) &&
        !PyCode_Check(object) && !is_cython_function(object) &&
        !PyObject_TypeCheck(object, &PyMethodDescr_Type) &&
        !PyObject_TypeCheck(object, &PyClassMethodDescr_Type))
        return 0;
    return append_new(object, visit->list, visit->seen);
}

static int
collect_objects(struct walk *walk, PyObject *seen)
{
    OWNED_REF gc = PyImport_ImportModule("gc");
    if (gc == NULL)
        return -1;
    OWNED_REF tracked = PyObject_CallMethod(gc, "get_objects", NULL);
    if (tracked == NULL)
        return -1;
    walk->objects = PyList_New(0);
    if (walk->objects == NULL)
        return -1;
    struct visit visit = {walk->objects, seen};
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(tracked); i++) {
        PyObject *object = PyList_GET_ITEM(tracked, i); /* borrowed */
        if (append_new(object, walk->objects, seen) < 0)
            return -1;
        traverseproc traverse = Py_TYPE(object)->tp_traverse;
        if (traverse != NULL && traverse(object, visit_referent, &visit) < 0)
            return -1;
    }
    return 0;
}

static int
collect_types(struct walk *walk, PyObject *seen)
{
    walk->types = PyList_New(0);
    if (walk->types == NULL ||
        append_new((PyObject *)&PyBaseObject_Type, walk->types, seen) < 0)
        return -1;
    /* The list grows while it is walked. */
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->types); i++) {
        PyObject *type = PyList_GET_ITEM(walk->types, i); /* borrowed */
        OWNED_REF below = PyObject_CallMethod((PyObject *)&PyType_Type,
                                              "__subclasses__", "O", type);
        if (below == NULL)
            return -1;
        for (Py_ssize_t j = 0; j < PyList_GET_SIZE(below); j++) {
            PyObject *found = PyList_GET_ITEM(below, j); /* borrowed */
            if (append_new(found, walk->types, seen) < 0)
                return -1;
        }
    }
    /* Types nobody inherits from by name: those of the objects found. */
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->objects); i++) {
        PyObject *object = PyList_GET_ITEM(walk->objects, i); /* borrowed */
        PyObject *type =
            PyType_Check(object) ? object : (PyObject *)Py_TYPE(object);
        if (append_new(type, walk->types, seen) < 0)
            return -1;
    }
    return 0;
}

int
walk_init(struct walk *walk)
{
    OWNED_REF seen = PySet_New(NULL);
    OWNED_REF seen_types = PySet_New(NULL);

    walk->objects = NULL;
    walk->types = NULL;
    if (seen == NULL || seen_types == NULL ||
        collect_objects(walk, seen) < 0 ||
        collect_types(walk, seen_types) < 0) {
        walk_clear(walk);
        return -1;
    }
    return 0;
}

void
walk_clear(struct walk *walk)
{
    Py_CLEAR(walk->objects);
    Py_CLEAR(walk->types);
}

bool
walk_is_c_type(PyTypeObject *type)
{
    return !PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) ||
           pyver_made_from_spec(type);
}

struct finder {
    walk_method_fn *found;
    void *arg;
};

static int
tell(const struct finder *finder, const char *owner, PyMethodDef *def)
{
    char name[256];

    PyOS_snprintf(name, sizeof name, "%s.%s", owner, def->ml_name);
    return finder->found(finder->arg, def, name);
}

static int
tell_table(const struct finder *finder, const char *owner, PyMethodDef *def)
{
    for (; def != NULL && def->ml_name != NULL; def++)
        if (tell(finder, owner, def) < 0)
            return -1;
    return 0;
}

static int
tell_module(const struct finder *finder, PyObject *module)
{
    PyModuleDef *def = PyModule_GetDef(module);

    if (def == NULL)
        return PyErr_Occurred() ? -1 : 0;
    return tell_table(finder, def->m_name, def->m_methods);
}

/* A function found as an object only: made ad hoc, by some C code, over a
 * definition that is in no table. */
static int
tell_function(const struct finder *finder, PyObject *function)
{
    PyCFunctionObject *cfunc = (PyCFunctionObject *)function;
    const char *owner = "adhoc";

    if (cfunc->m_module != NULL && PyUnicode_Check(cfunc->m_module))
        owner = PyUnicode_AsUTF8(cfunc->m_module);
    else if (cfunc->m_self != NULL && !PyModule_Check(cfunc->m_self))
        owner = PyType_Check(cfunc->m_self)
                    ? ((PyTypeObject *)cfunc->m_self)->tp_name
                    : Py_TYPE(cfunc->m_self)->tp_name;
    if (owner == NULL)
        return -1;
    return tell(finder, owner, cfunc->m_ml);
}

static int
tell_object(const struct finder *finder, PyObject *object)
{
    if (PyModule_Check(object))
        return tell_module(finder, object);
    if (PyCFunction_Check(object) || is_cython_function(object))
        return tell_function(finder, object);
    if (PyObject_TypeCheck(object, &PyMethodDescr_Type) ||
        PyObject_TypeCheck(object, &PyClassMethodDescr_Type)) {
        PyMethodDescrObject *descr = (PyMethodDescrObject *)object;
        return tell(finder, PyDescr_TYPE(descr)->tp_name, descr->d_method);
    }
    return 0;
}

/* Tables first: they give the best names, and the first name is kept. */
int
walk_methods(const struct walk *walk, walk_method_fn *found, void *arg)
{
    struct finder finder = {found, arg};

    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->types); i++) {
        PyTypeObject *type = (PyTypeObject *)PyList_GET_ITEM(walk->types, i);
        if (walk_is_c_type(type) &&
            tell_table(&finder, walk_type_name(type), type->tp_methods) < 0)
            return -1;
    }
    for (int functions = 0; functions < 2; functions++) {
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->objects); i++) {
            PyObject *object = PyList_GET_ITEM(walk->objects, i);
            if (PyModule_Check(object) == functions)
                continue;
            if (tell_object(&finder, object) < 0)
                return -1;
        }
    }
    return 0;
}

/* --- attributes and slots of C types -------------------------------------- */

struct attribute_finder {
    walk_attribute_fn *found;
    void *arg;
    PyTypeObject *type;
};

static int
tell_getset(const struct attribute_finder *finder, PyGetSetDef *def)
{
    struct walk_attribute attribute = {finder->type, def->name, def, NULL};
    return finder->found(finder->arg, &attribute);
}

static int
tell_member(const struct attribute_finder *finder, PyMemberDef *def)
{
    struct walk_attribute attribute = {finder->type, def->name, NULL, def};
    return finder->found(finder->arg, &attribute);
}

static bool
in_getsets(const PyTypeObject *type, const PyGetSetDef *wanted)
{
    for (PyGetSetDef *def = type->tp_getset; def && def->name; def++)
        if (def == wanted)
            return true;
    return false;
}

static bool
in_members(const PyTypeObject *type, const PyMemberDef *wanted)
{
    for (PyMemberDef *def = type->tp_members; def && def->name; def++)
        if (def == wanted)
            return true;
    return false;
}

/* Descriptors that some C code put into the dict, over a definition that is in
 * no table. */
static int
tell_descriptor(const struct attribute_finder *finder, PyObject *value)
{
    if (Py_IS_TYPE(value, &PyGetSetDescr_Type)) {
        PyGetSetDef *def = ((PyGetSetDescrObject *)value)->d_getset;
        return in_getsets(finder->type, def) ? 0 : tell_getset(finder, def);
    }
    if (Py_IS_TYPE(value, &PyMemberDescr_Type)) {
        PyMemberDef *def = ((PyMemberDescrObject *)value)->d_member;
        return in_members(finder->type, def) ? 0 : tell_member(finder, def);
    }
    return 0;
}

static int
tell_attributes(const struct attribute_finder *finder)
{
    PyTypeObject *type = finder->type;
    PyObject *dict = pyver_type_dict(type); /* borrowed */
    PyObject *value;
    Py_ssize_t at = 0;

    for (PyGetSetDef *def = type->tp_getset; def && def->name; def++)
        if (tell_getset(finder, def) < 0)
            return -1;
    for (PyMemberDef *def = type->tp_members; def && def->name; def++)
        if (tell_member(finder, def) < 0)
            return -1;
    while (dict != NULL && PyDict_Next(dict, &at, NULL, &value))
        if (tell_descriptor(finder, value) < 0)
            return -1;
    return 0;
}

int
walk_attributes(const struct walk *walk, walk_attribute_fn *found, void *arg)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->types); i++) {
        PyTypeObject *type = (PyTypeObject *)PyList_GET_ITEM(walk->types, i);
        struct attribute_finder finder = {found, arg, type};
        if (walk_is_c_type(type) && tell_attributes(&finder) < 0)
            return -1;
    }
    return 0;
}

int
walk_slots(PyTypeObject *type, walk_slot_fn *found, void *arg)
{
    PyObject *dict = pyver_type_dict(type); /* borrowed */
    PyObject *value;
    Py_ssize_t at = 0;

    /* A static type that nobody made ready has no dict. */
    while (dict != NULL && PyDict_Next(dict, &at, NULL, &value))
        if (Py_IS_TYPE(value, &PyWrapperDescr_Type) &&
            found(arg, type, (PyWrapperDescrObject *)value) < 0)
            return -1;
    return 0;
}
