/* What the lists say about a name, for `immure policy explain` and tests. */
#include "jailmod/gate.h"

#include <string.h>

#define NEAREST_MAX 5
#define NEAREST_DISTANCE 3

static const struct list_table *const tables[] = {
    &list_builtins, &list_cfuncs, &list_types, &list_attrs, &list_events,
};

static const char *
stand_name(enum list_stand stand)
{
    switch (stand) {
    case STAND_DROP:
        return "dropped";
    case STAND_KEEP:
    case STAND_CHECK:
        return "kept";
    case STAND_PAIR:
        return "pairwise";
    }
    return "unknown";
}

static const char *
kind_name(enum module_kind kind)
{
    switch (kind) {
    case MODULE_GUEST:
        return "guest";
    case MODULE_INTERNAL:
        return "internal";
    case MODULE_SHIM:
        return "shim";
    case MODULE_REFUSED:
        return "refused";
    }
    return "";
}

/* "os.system" is the `what` "os.system()" without its call. */
static bool
is_called(const struct list_row *row, const char *name)
{
    size_t length = strcspn(row->what, "(");

    return strlen(name) == length && memcmp(row->what, name, length) == 0;
}

static const struct list_row *
find_row(const char *name, const char **layer)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(tables); i++) {
        const struct list_row *row = list_find(tables[i], name);
        *layer = tables[i]->layer;
        if (row != NULL)
            return row;
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(tables); i++) {
        *layer = tables[i]->layer;
        for (size_t j = 0; j < tables[i]->count; j++)
            if (is_called(&tables[i]->rows[j], name))
                return &tables[i]->rows[j];
    }
    return NULL;
}

static int
append_near(PyObject *list, const char *name, const char *candidate,
            unsigned distance)
{
    if (PyList_GET_SIZE(list) >= NEAREST_MAX ||
        list_distance(name, candidate, distance) != distance)
        return 0;
    OWNED_REF text = PyUnicode_FromString(candidate);
    if (text == NULL)
        return -1;
    int known = PySequence_Contains(list, text);
    if (known != 0)
        return known < 0 ? -1 : 0;
    return PyList_Append(list, text);
}

/* New reference: names of the lists, those with the fewest edits first. */
static PyObject *
find_nearest(const char *name)
{
    OWNED_REF list = PyList_New(0);
    if (list == NULL)
        return NULL;
    for (unsigned distance = 1; distance <= NEAREST_DISTANCE; distance++) {
        for (size_t i = 0; i < list_modules_count; i++)
            if (append_near(list, name, list_modules[i].name, distance) < 0)
                return NULL;
        for (size_t i = 0; i < Py_ARRAY_LENGTH(tables); i++)
            for (size_t j = 0; j < tables[i]->count; j++)
                if (append_near(list, name, tables[i]->rows[j].name,
                                distance) < 0)
                    return NULL;
    }
    return gate_take_ref(&list);
}

static PyObject *
explain_as(const char *name, const char *stand, const char *layer,
           const struct list_row *row)
{
    static const struct list_row none = {"", STAND_DROP, "", "", ""};
    const struct list_row *said = row != NULL ? row : &none;
    OWNED_REF nearest = row != NULL ? PyList_New(0) : find_nearest(name);
    if (nearest == NULL)
        return NULL;
    return Py_BuildValue("{s:s,s:s,s:s,s:s,s:s,s:s,s:O}", "name", name,
                         "stand", stand, "layer", layer, "rule", said->name,
                         "reason", said->reason, "fix", said->fix, "nearest",
                         nearest);
}

PyObject *
explain_name(PyObject *module, PyObject *arg)
{
    const char *layer = "";

    (void)module;
    if (!PyUnicode_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "explain() wants a str");
        return NULL;
    }
    const char *name = PyUnicode_AsUTF8(arg);
    if (name == NULL)
        return NULL;
    const struct module_row *found = list_find_module(name);
    if (found != NULL) {
        bool kept = found->kind == MODULE_GUEST || found->kind == MODULE_SHIM;
        struct list_row row = {found->name, STAND_DROP, name, found->reason,
                               found->fix};
        return explain_as(name, kept ? "kept" : "dropped", "modules", &row);
    }
    const struct list_row *row = find_row(name, &layer);
    return explain_as(name, row == NULL ? "unknown" : stand_name(row->stand),
                      row == NULL ? "" : layer, row);
}

static int
append_text(PyObject *list, const char *text)
{
    OWNED_REF object = PyUnicode_FromString(text);
    return object == NULL ? -1 : PyList_Append(list, object);
}

PyObject *
explain_names(PyObject *module, PyObject *ignored)
{
    OWNED_REF list = PyList_New(0);
    (void)module;
    (void)ignored;
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(tables); i++)
        for (size_t j = 0; j < tables[i]->count; j++)
            if (append_text(list, tables[i]->rows[j].name) < 0)
                return NULL;
    for (size_t i = 0; i < list_modules_count; i++)
        if (append_text(list, list_modules[i].name) < 0)
            return NULL;
    return PyList_Sort(list) < 0 ? NULL : gate_take_ref(&list);
}

PyObject *
explain_modules(PyObject *module, PyObject *ignored)
{
    OWNED_REF list = PyList_New(0);
    (void)module;
    (void)ignored;
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < list_modules_count; i++) {
        const struct module_row *row = &list_modules[i];
        OWNED_REF entry = Py_BuildValue("(sss)", row->name,
                                        kind_name(row->kind), row->reason);
        if (entry == NULL || PyList_Append(list, entry) < 0)
            return NULL;
    }
    return gate_take_ref(&list);
}

/* --- what this interpreter has: the material of the inventory ------------ */

static int
survey_add(PyObject *set, const char *kind, const char *name)
{
    OWNED_REF entry = Py_BuildValue("(ss)", kind, name);
    return entry == NULL ? -1 : PySet_Add(set, entry);
}

struct survey {
    PyObject *set;
    PyObject *seen; /* addresses of definitions: the first name counts */
};

static int
survey_method(void *arg, PyMethodDef *def, const char *name)
{
    const struct survey *survey = arg;
    OWNED_REF key = PyLong_FromVoidPtr(def);
    if (key == NULL)
        return -1;
    /* One definition for all types, which the gate leaves alone. */
    if (strcmp(def->ml_name, "__new__") == 0)
        return 0;
    int known = PySet_Contains(survey->seen, key);
    if (known != 0)
        return known < 0 ? -1 : 0;
    if (PySet_Add(survey->seen, key) < 0)
        return -1;
    return survey_add(survey->set, "cfunc", name);
}

static int
survey_types(PyObject *set, const struct walk *walk)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->types); i++) {
        PyTypeObject *type = (PyTypeObject *)PyList_GET_ITEM(walk->types, i);
        if (walk_is_c_type(type) && survey_add(set, "type", type->tp_name) < 0)
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

/* set of (kind, name): every C function, C type and builtin of this
 * interpreter as it stands.  Only before the jail. */
PyObject *
explain_survey(PyObject *module, PyObject *ignored)
{
    struct walk walk;
    OWNED_REF set = PySet_New(NULL);
    OWNED_REF seen = PySet_New(NULL);

    (void)module;
    (void)ignored;
    if (set == NULL || seen == NULL || walk_init(&walk) < 0)
        return NULL;
    struct survey survey = {set, seen};
    int status = walk_methods(&walk, survey_method, &survey) < 0 ||
                         survey_types(set, &walk) < 0 ||
                         survey_builtins(set) < 0
                     ? -1
                     : 0;
    walk_clear(&walk);
    return status < 0 ? NULL : gate_take_ref(&set);
}
