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
is_cython_type(const PyTypeObject *type)
{
    return strcmp(walk_type_name(type), cython_function) == 0 &&
           type->tp_basicsize >= (Py_ssize_t)sizeof(PyCFunctionObject);
}

static bool
is_cython_function(PyObject *object)
{
    Dl_info info;

    return is_cython_type(Py_TYPE(object)) &&
           dladdr(((PyCFunctionObject *)object)->m_ml, &info) != 0;
}

/* What the gates want to see of an object, by its type. */
enum kind {
    KIND_OTHER,
    KIND_FUNCTION,
    KIND_CODE,
    KIND_MODULE,
    KIND_METHOD,
    KIND_TYPE,
    KIND_TABLE
};

static enum kind
judge_type(PyTypeObject *type)
{
    const struct {
        PyTypeObject *base;
        enum kind kind;
    } kinds[] = {
        {&PyFunction_Type, KIND_FUNCTION},
        {&PyCode_Type, KIND_CODE},
        {&PyModule_Type, KIND_MODULE},
        {&PyCFunction_Type, KIND_METHOD},
        {&PyMethodDescr_Type, KIND_METHOD},
        {&PyType_Type, KIND_TYPE},
        {&PyDict_Type, KIND_TABLE},
        {&PySet_Type, KIND_TABLE},
        {&PyClassMethodDescr_Type, KIND_METHOD},
    };

    for (size_t i = 0; i < Py_ARRAY_LENGTH(kinds); i++)
        if (PyType_IsSubtype(type, kinds[i].base))
            return kinds[i].kind;
    return is_cython_type(type) ? KIND_METHOD : KIND_OTHER;
}

struct collector {
    struct walk *walk;
    struct pointers types; /* of the objects met */
    unsigned char *kinds;  /* of each of those; room for KINDS_MAX */
};

/* More types than any interpreter has; the rest count as of no known kind only
 * after the walk has failed. */
#define KINDS_MAX 65536

/* Looked up a million times: by the types' addresses. */
static int
find_kind(struct collector *collector, PyTypeObject *type)
{
    ptrdiff_t at = pointers_find(&collector->types, type);

    if (at >= 0)
        return collector->kinds[at];
    if (collector->types.count == KINDS_MAX) {
        PyErr_SetString(PyExc_RuntimeError, "the jail can't count the types");
        return -1;
    }
    enum kind kind = judge_type(type);
    collector->kinds[collector->types.count] = (unsigned char)kind;
    return pointers_add(&collector->types, type) < 0 ? -1 : (int)kind;
}

static int
sort_object(struct walk *walk, enum kind kind, PyObject *object)
{
    switch (kind) {
    case KIND_FUNCTION:
        return pointers_add(&walk->functions, object);
    case KIND_CODE:
        return pointers_add(&walk->codes, object);
    case KIND_MODULE:
        return pointers_add(&walk->modules, object);
    case KIND_METHOD:
        return pointers_add(&walk->methods, object);
    case KIND_TYPE:
        return pointers_add(&walk->types_found, object);
    case KIND_TABLE:
        return pointers_add(&walk->tables, object);
    case KIND_OTHER:
        return 0;
    }
    return 0;
}

/* What gc does not track itself (code, static types) is found through its
 * owners; what it does track comes by itself. */
static int
visit_referent(PyObject *object, void *arg)
{
    struct collector *collector = arg;
    int kind = find_kind(collector, Py_TYPE(object));

    if (kind < 0)
        return -1;
    if (kind == KIND_OTHER || PyObject_GC_IsTracked(object))
        return 0;
    return sort_object(collector->walk, (enum kind)kind, object) < 0 ? -1 : 0;
}

static int
collect_objects(struct collector *collector)
{
    struct walk *walk = collector->walk;
    OWNED_REF gc = PyImport_ImportModule("gc");
    if (gc == NULL)
        return -1;
    walk->tracked = PyObject_CallMethod(gc, "get_objects", NULL);
    if (walk->tracked == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->tracked); i++) {
        PyObject *object = PyList_GET_ITEM(walk->tracked, i); /* borrowed */
        int kind = find_kind(collector, Py_TYPE(object));
        if (kind < 0 || sort_object(walk, (enum kind)kind, object) < 0)
            return -1;
        traverseproc traverse = Py_TYPE(object)->tp_traverse;
        if (traverse != NULL &&
            traverse(object, visit_referent, collector) < 0)
            return -1;
    }
    return 0;
}

/* The types below one that are known by their bases alone. */
static int
add_heirs(struct pointers *types, PyObject *type)
{
    if (!pyver_may_have_heirs((PyTypeObject *)type))
        return 0;
    OWNED_REF below = PyObject_CallMethod((PyObject *)&PyType_Type,
                                          "__subclasses__", "O", type);
    if (below == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(below); i++)
        if (pointers_add(types, PyList_GET_ITEM(below, i)) < 0)
            return -1;
    return 0;
}

static int
collect_types(const struct collector *collector)
{
    struct walk *walk = collector->walk;
    struct pointers *found = &walk->types_found;

    if (pointers_add(found, &PyBaseObject_Type) < 0)
        return -1;
    for (size_t i = 0; i < collector->types.count; i++)
        if (pointers_add(found, collector->types.items[i]) < 0)
            return -1;
    /* The set grows while it is walked. */
    for (size_t i = 0; i < found->count; i++)
        if (add_heirs(found, found->items[i]) < 0)
            return -1;
    walk->types = PyList_New(0);
    for (size_t i = 0; walk->types != NULL && i < found->count; i++)
        if (PyList_Append(walk->types, found->items[i]) < 0)
            return -1;
    return walk->types == NULL ? -1 : 0;
}

int
walk_init(struct walk *walk)
{
    struct collector collector = {.walk = walk,
                                  .kinds = PyMem_RawMalloc(KINDS_MAX)};

    *walk = (struct walk){0};
    if (collector.kinds == NULL)
        PyErr_NoMemory();
    int done = collector.kinds == NULL || collect_objects(&collector) < 0 ||
                       collect_types(&collector) < 0
                   ? -1
                   : 0;
    PyMem_RawFree(collector.kinds);
    pointers_clear(&collector.types);
    if (done < 0)
        walk_clear(walk);
    return done;
}

void
walk_clear(struct walk *walk)
{
    struct pointers *const sets[] = {&walk->functions, &walk->codes,
                                     &walk->modules,   &walk->methods,
                                     &walk->tables,    &walk->types_found};

    for (size_t i = 0; i < Py_ARRAY_LENGTH(sets); i++)
        pointers_clear(sets[i]);
    Py_CLEAR(walk->types);
    Py_CLEAR(walk->tracked);
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
tell(const struct finder *finder, const char *owner, PyMethodDef *def,
     bool in_table)
{
    char name[256];

    PyOS_snprintf(name, sizeof name, "%s.%s", owner, def->ml_name);
    return finder->found(finder->arg, def, name, in_table);
}

static int
tell_table(const struct finder *finder, const char *owner, PyMethodDef *def)
{
    for (; def != NULL && def->ml_name != NULL; def++)
        if (tell(finder, owner, def, true) < 0)
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
    return tell(finder, owner, cfunc->m_ml, false);
}

static int
tell_object(const struct finder *finder, PyObject *object)
{
    if (PyCFunction_Check(object) || is_cython_function(object))
        return tell_function(finder, object);
    if (is_cython_type(Py_TYPE(object)))
        return 0;
    PyMethodDescrObject *descr = (PyMethodDescrObject *)object;
    return tell(finder, PyDescr_TYPE(descr)->tp_name, descr->d_method, false);
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
    for (size_t i = 0; i < walk->modules.count; i++)
        if (tell_module(&finder, walk->modules.items[i]) < 0)
            return -1;
    for (size_t i = 0; i < walk->methods.count; i++)
        if (tell_object(&finder, walk->methods.items[i]) < 0)
            return -1;
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
