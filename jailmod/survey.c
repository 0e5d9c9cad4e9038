/* What this interpreter has: the material of the inventory. */
#include "jailmod/gate.h"

#include <string.h>
#include <structmember.h>

static int
survey_add(PyObject *set, const char *kind, const char *name)
{
    OWNED_REF entry = Py_BuildValue("(ss)", kind, name);
    return entry == NULL ? -1 : PySet_Add(set, entry);
}

struct survey {
    PyObject *set;
    struct pointers seen; /* definitions: the first name counts */
};

static int
survey_method(void *arg, PyMethodDef *def, const char *name, bool in_table)
{
    struct survey *survey = arg;

    /* One definition for all types, which the gate leaves alone. */
    if (strcmp(def->ml_name, "__new__") == 0)
        return 0;
    int added = pointers_add(&survey->seen, def);
    return added < 0 || (added == 0 && !in_table)
               ? added
               : survey_add(survey->set, "cfunc", name);
}

static int
survey_types(PyObject *set, const struct walk *walk)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->types); i++) {
        PyTypeObject *type = (PyTypeObject *)PyList_GET_ITEM(walk->types, i);
        if (walk_is_c_type(type) &&
            survey_add(set, "type", walk_type_name(type)) < 0)
            return -1;
    }
    return 0;
}

static int
survey_attribute(void *arg, const struct walk_attribute *attribute)
{
    const struct survey *survey = arg;
    const char *kind = attribute->getset != NULL ? "getset" : "member";
    bool writable = attribute->getset != NULL
                        ? attribute->getset->set != NULL
                        : (attribute->member->flags & READONLY) == 0;
    char name[256];

    PyOS_snprintf(name, sizeof name, "%s.%s=", walk_type_name(attribute->type),
                  attribute->name);
    if (writable && survey_add(survey->set, kind, name) < 0)
        return -1;
    name[strlen(name) - 1] = '\0';
    return survey_add(survey->set, kind, name);
}

static int
survey_slot(void *arg, PyTypeObject *type, PyWrapperDescrObject *slot)
{
    const struct survey *survey = arg;
    char name[256];

    PyOS_snprintf(name, sizeof name, "%s.%s", type->tp_name,
                  slot->d_base->name);
    return survey_add(survey->set, "slot", name);
}

static int
survey_slots(struct survey *survey, const struct walk *walk)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->types); i++) {
        PyTypeObject *type = (PyTypeObject *)PyList_GET_ITEM(walk->types, i);
        if (walk_is_c_type(type) && walk_slots(type, survey_slot, survey) < 0)
            return -1;
    }
    return 0;
}

static int
survey_builtins(PyObject *set)
{
    PyObject *key;
    Py_ssize_t at = 0;

    while (PyDict_Next(PyEval_GetBuiltins(), &at, &key, NULL)) {
        const char *name = PyUnicode_AsUTF8(key);
        if (name == NULL || survey_add(set, "builtin", name) < 0)
            return -1;
    }
    return 0;
}

/* set of (kind, name): every C function, C type, getset, member, slot wrapper
 * and builtin of this interpreter as it stands; "name=" for an attribute that
 * can be set.  Only before the jail. */
PyObject *
survey_take(PyObject *module, PyObject *ignored)
{
    struct walk walk;
    OWNED_REF set = PySet_New(NULL);

    (void)module;
    (void)ignored;
    if (set == NULL || walk_init(&walk) < 0)
        return NULL;
    struct survey survey = {.set = set};
    int status =
        walk_methods(&walk, survey_method, &survey) < 0 ||
                survey_types(set, &walk) < 0 ||
                walk_attributes(&walk, survey_attribute, &survey) < 0 ||
                survey_slots(&survey, &walk) < 0 || survey_builtins(set) < 0
            ? -1
            : 0;
    walk_clear(&walk);
    pointers_clear(&survey.seen);
    return status < 0 ? NULL : gate_take_ref(&set);
}
