/* What the lists say about a name, for `immure policy explain` and tests. */
#include "jailmod/repair.h"

#include <string.h>

#define NEAREST_MAX 5
#define NEAREST_MIN 3 /* edits, or half of a long name */

static const struct list_table *const tables[] = {
    &list_cfuncs, &list_builtins, &list_types,
    &list_attrs,  &list_slots,    &list_events,
};

static const char *
stand_name(enum list_stand stand)
{
    switch (stand) {
    case STAND_DROP:
        return "dropped";
    case STAND_KEEP:
        return "kept";
    case STAND_CHECK:
        return "checked";
    case STAND_PAIR:
        return "pairwise";
    case STAND_MAKE:
        return "make";
    case STAND_USE:
        return "use";
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

/* Steals entry; NULL there means an exception is set already. */
static int
append_new(PyObject *list, PyObject *entry)
{
    OWNED_REF owned = entry;
    return owned == NULL ? -1 : PyList_Append(list, owned);
}

static int
append_found(PyObject *list, const struct list_row *row, const char *layer)
{
    return append_new(
        list, Py_BuildValue("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "name", row->name,
                            "stand", stand_name(row->stand), "layer", layer,
                            "rule", row->rule, "where", row->where, "reason",
                            row->reason, "fix", row->fix));
}

static int
append_module(PyObject *list, const char *name)
{
    const struct module_row *found = list_find_module(name);

    if (found == NULL)
        return 0;
    bool kept = found->kind == MODULE_GUEST || found->kind == MODULE_SHIM;
    struct list_row row = {.name = found->name,
                           .reason = found->reason,
                           .fix = found->fix,
                           .rule = found->name,
                           .where = found->where,
                           .stand = kept ? STAND_KEEP : STAND_DROP};
    return append_found(list, &row, "modules");
}

/* "os.system" is the `what` "os.system()" without its call. */
static bool
is_called(const struct list_row *row, const char *name)
{
    size_t length = strcspn(row->what, "(");

    return strlen(name) == length && memcmp(row->what, name, length) == 0;
}

/* The row of that name, or of what guests call so. */
static bool
find_row(const struct list_table *table, const char *name,
         struct list_row *out_row)
{
    if (list_find(table, name, out_row))
        return true;
    for (size_t i = 0; i < table->count; i++) {
        *out_row = list_at(table, i);
        if (is_called(out_row, name))
            return true;
    }
    return false;
}

/* What stands in the place of a function of a kept type. */
static int
append_repairs(PyObject *list, const char *name)
{
    for (size_t i = 0; repair_tables[i] != NULL; i++) {
        for (size_t j = 0; j < repair_tables[i]->count; j++) {
            const struct repair *repair = &repair_tables[i]->rows[j];
            char full[128];
            PyOS_snprintf(full, sizeof full, "%s.%s", repair->type,
                          repair_name(repair));
            struct list_row row = {.name = full,
                                   .reason = repair->reason,
                                   .fix = "",
                                   .rule = full,
                                   .where = "",
                                   .stand = STAND_CHECK};
            if (strcmp(full, name) == 0)
                return append_found(list, &row, "repairs");
        }
    }
    return 0;
}

/* explain(name): a list of dicts, one for each table that has the name. */
PyObject *
explain_name(PyObject *module, PyObject *arg)
{
    OWNED_REF list = PyList_New(0);

    (void)module;
    if (!PyUnicode_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "explain() wants a str");
        return NULL;
    }
    const char *name = PyUnicode_AsUTF8(arg);
    if (name == NULL || list == NULL || append_module(list, name) < 0)
        return NULL;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(tables); i++) {
        struct list_row row;
        if (find_row(tables[i], name, &row) &&
            append_found(list, &row, tables[i]->layer) < 0)
            return NULL;
    }
    return append_repairs(list, name) < 0 ? NULL : gate_take_ref(&list);
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

/* A row by its own name, and by the one that guests know it by. */
static int
append_near_row(PyObject *list, const char *name, const struct list_row *row,
                unsigned distance)
{
    char called[160];

    PyOS_snprintf(called, sizeof called, "%s", row->what);
    called[strcspn(called, "(")] = '\0';
    if (append_near(list, name, called, distance) < 0)
        return -1;
    return append_near(list, name, row->name, distance);
}

static int
append_all_near(PyObject *list, const char *name, unsigned distance)
{
    for (size_t i = 0; i < list_modules_count; i++)
        if (append_near(list, name, list_modules[i].name, distance) < 0)
            return -1;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(tables); i++) {
        for (size_t j = 0; j < tables[i]->count; j++) {
            struct list_row row = list_at(tables[i], j);
            if (append_near_row(list, name, &row, distance) < 0)
                return -1;
        }
    }
    return 0;
}

/* nearest(name): names of the lists, those with the fewest edits first; at
 * three edits, or at more when nothing else is near. */
PyObject *
explain_nearest(PyObject *module, PyObject *arg)
{
    OWNED_REF list = PyList_New(0);
    const char *name = PyUnicode_Check(arg) ? PyUnicode_AsUTF8(arg) : "";

    (void)module;
    if (list == NULL || name == NULL)
        return NULL;
    unsigned most = (unsigned)strlen(name);
    for (unsigned distance = 1; distance <= most; distance++) {
        if (distance > NEAREST_MIN && PyList_GET_SIZE(list) > 0)
            break;
        if (append_all_near(list, name, distance) < 0)
            return NULL;
    }
    return gate_take_ref(&list);
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
        if (append_new(list,
                       Py_BuildValue("(sss)", row->name, kind_name(row->kind),
                                     row->reason)) < 0)
            return NULL;
    }
    return gate_take_ref(&list);
}
