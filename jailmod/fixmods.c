/* What is neither a function, nor a type, nor an attribute of the lists:
 * repairs of types, and the interpreter's own lists of importers. */
#include "jailmod/gate.h"

#include <string.h>

/* The head of mappingproxyobject in Objects/descrobject.c, 3.3 to 3.13. */
struct proxy_object {
    PyObject_HEAD PyObject *mapping;
};

static struct {
    PyObject *frozen; /* list: classes that may not change any more */
    richcmpfunc compare;
    binaryfunc either;
} fixes;

/* mappingproxy hands the mapping behind it to the other operand's __eq__ or
 * __ror__: for `str.__dict__ == guest` that is the type's own dict, open to
 * writing (bpo-43838).  The other operand gets a copy. */
static PyObject *
copy_behind(PyObject *object)
{
    if (!Py_IS_TYPE(object, &PyDictProxy_Type))
        return Py_NewRef(object);
    PyObject *mapping = ((struct proxy_object *)object)->mapping;
    if (!PyDict_CheckExact(mapping))
        return Py_NewRef(mapping);
    return PyDict_Copy(mapping);
}

static PyObject *
proxy_compare(PyObject *left, PyObject *right, int operation)
{
    OWNED_REF copy = copy_behind(left);
    return copy == NULL ? NULL : PyObject_RichCompare(copy, right, operation);
}

static PyObject *
proxy_either(PyObject *left, PyObject *right)
{
    OWNED_REF first = copy_behind(left);
    OWNED_REF second = copy_behind(right);
    return first == NULL || second == NULL ? NULL : PyNumber_Or(first, second);
}

/* Slot wrappers (`__eq__`, `__ror__`...) hold pointers of their own. */
static void
fix_proxy(void)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    PyTypeObject *type = &PyDictProxy_Type;

    fixes.compare = type->tp_richcompare;
    fixes.either = type->tp_as_number->nb_or;
    type->tp_richcompare = proxy_compare;
    type->tp_as_number->nb_or = proxy_either;
    while (PyDict_Next(pyver_type_dict(type), &at, &key, &value)) {
        if (!Py_IS_TYPE(value, &PyWrapperDescr_Type))
            continue;
        PyWrapperDescrObject *wrapper = (PyWrapperDescrObject *)value;
        if (wrapper->d_wrapped == (void *)fixes.compare)
            wrapper->d_wrapped = (void *)proxy_compare;
        else if (wrapper->d_wrapped == (void *)fixes.either)
            wrapper->d_wrapped = (void *)proxy_either;
    }
    PyType_Modified(type);
}

/* 1 when programs are used to setting attributes of this class, or when it is
 * the class of a program that enters the jail itself, or of a package: nothing
 * trusted runs its code once a guest has begun. */
static int
may_change(PyTypeObject *type, const struct gate_policy *policy)
{
    PyObject *module =
        PyDict_GetItemString(pyver_type_dict(type), "__module__");
    char name[256];

    if (module == NULL || !PyUnicode_Check(module))
        return 0;
    const char *text = PyUnicode_AsUTF8(module);
    if (text == NULL)
        return -1;
    if (strcmp(text, "__main__") == 0)
        return 1;
    int open =
        policy == NULL ? 0 : PySet_Contains(policy->open_modules, module);
    if (open != 0)
        return open;
    PyOS_snprintf(name, sizeof name, "%s.%s", text, type->tp_name);
    struct list_row row;
    return list_find(&list_mutable, name, &row);
}

/* 1 when the module that finishes the class is still to come: ast gives those
 * of _ast more attributes.  It is frozen then (fixmods_freeze_late). */
static int
is_unfinished(PyTypeObject *type)
{
    PyObject *module =
        PyDict_GetItemString(pyver_type_dict(type), "__module__");

    if (module == NULL || !PyUnicode_CheckExact(module) ||
        !library_has(module))
        return 0;
    int loaded = PyDict_Contains(PyImport_GetModuleDict(), module);
    return loaded < 0 ? -1 : !loaded;
}

int
fixmods_prepare(const struct walk *walk, const struct gate_policy *policy)
{
    fixes.frozen = PyList_New(0);
    if (fixes.frozen == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->types); i++) {
        PyObject *type = PyList_GET_ITEM(walk->types, i); /* borrowed */
        if (!PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_HEAPTYPE))
            continue;
        int exempt = may_change((PyTypeObject *)type, policy);
        if (exempt == 0)
            exempt = is_unfinished((PyTypeObject *)type);
        if (exempt < 0 || (!exempt && PyList_Append(fixes.frozen, type) < 0))
            return -1;
    }
    return 0;
}

/* A guest that could set json.JSONEncoder.encode could forge what trusted
 * code in its process computes.  The flag is the one C types have: it costs
 * nothing, and setting an attribute ends in a TypeError. */
static void
freeze_classes(void)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(fixes.frozen); i++) {
        PyTypeObject *type = (PyTypeObject *)PyList_GET_ITEM(fixes.frozen, i);
        type->tp_flags |= Py_TPFLAGS_IMMUTABLETYPE;
        PyType_Modified(type);
    }
    Py_CLEAR(fixes.frozen);
}

static int
freeze_in(PyObject *dict, PyObject *module_name)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;

    while (PyDict_Next(dict, &at, &key, &value)) {
        if (!PyType_Check(value) ||
            PyType_HasFeature((PyTypeObject *)value, Py_TPFLAGS_IMMUTABLETYPE))
            continue;
        PyTypeObject *type = (PyTypeObject *)value;
        PyObject *inside = pyver_type_dict(type); /* borrowed */
        PyObject *home = PyDict_GetItemString(inside, "__module__");
        if (home == NULL || !PyUnicode_Check(home) ||
            PyUnicode_Compare(home, module_name) != 0)
            continue;
        int exempt = may_change(type, NULL);
        if (exempt < 0)
            return -1;
        if (!exempt) {
            type->tp_flags |= Py_TPFLAGS_IMMUTABLETYPE;
            PyType_Modified(type);
        }
        /* Frozen, so that a class in itself ends the walk; see above. */
        if (!exempt && freeze_in(inside, module_name) < 0)
            return -1;
    }
    return 0;
}

int
fixmods_freeze_late(PyObject *module)
{
    PyObject *dict = PyModule_GetDict(module); /* borrowed */
    PyObject *name = PyDict_GetItemString(dict, "__name__");

    return name == NULL || !PyUnicode_Check(name) ? 0 : freeze_in(dict, name);
}

/* Empty sys.meta_path and the like: no C code may find or load a module.
 * sys.path is left to programs that look at it: nobody searches it. */
static int
empty_importers(void)
{
    static const char *const lists[] = {"meta_path", "path_hooks"};

    for (size_t i = 0; i < Py_ARRAY_LENGTH(lists); i++) {
        PyObject *list = PySys_GetObject(lists[i]); /* borrowed */
        if (list != NULL && PyList_Check(list) &&
            PyList_SetSlice(list, 0, PY_SSIZE_T_MAX, NULL) < 0)
            return -1;
    }
    PyObject *cache = PySys_GetObject("path_importer_cache"); /* borrowed */
    if (cache != NULL && PyDict_Check(cache))
        PyDict_Clear(cache);
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed */
    if (PyDict_GetItemString(modules, "_jail") == NULL)
        return 0;
    return PyDict_DelItemString(modules, "_jail");
}

int
fixmods_close(void)
{
    fix_proxy();
    freeze_classes();
    return empty_importers();
}
