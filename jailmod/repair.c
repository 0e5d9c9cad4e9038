/* Puts the functions of the repair tables in place of the originals. */
#include "jailmod/repair.h"

#include <string.h>

const struct repair_table *const repair_tables[] = {
    &repair_buffers,   &repair_inits,  &repair_values, &repair_aliases,
    &repair_views,     &repair_atexit, &repair_held,   &repair_states,
    &repair_iterators, &repair_calls,  &repair_codecs, &repair_trees,
    &repair_patterns,  &repair_frames, &repair_shown,  NULL};

static PyObject *all_types; /* list */

static PyTypeObject *
find_type(const char *name)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(all_types); i++) {
        PyTypeObject *type = (PyTypeObject *)PyList_GET_ITEM(all_types, i);
        if (walk_is_c_type(type) && strcmp(type->tp_name, name) == 0)
            return type;
    }
    return NULL;
}

/* Where a type keeps that slot, or NULL. */
static void **
slot_in_type(PyTypeObject *type, enum repair_place place)
{
    switch (place) {
    case REPAIR_NEW:
        return REPAIR_WAS(type->tp_new);
    case REPAIR_INIT:
        return REPAIR_WAS(type->tp_init);
    case REPAIR_DEALLOC:
        return REPAIR_WAS(type->tp_dealloc);
    case REPAIR_GETATTR:
        return REPAIR_WAS(type->tp_getattro);
    case REPAIR_CALL:
        return REPAIR_WAS(type->tp_call);
    case REPAIR_STR:
        return REPAIR_WAS(type->tp_str);
    case REPAIR_REPR:
        return REPAIR_WAS(type->tp_repr);
    case REPAIR_HASH:
        return REPAIR_WAS(type->tp_hash);
    case REPAIR_COMPARE:
        return REPAIR_WAS(type->tp_richcompare);
    case REPAIR_NEXT:
        return REPAIR_WAS(type->tp_iternext);
    case REPAIR_DESCRIPTOR_GET:
        return REPAIR_WAS(type->tp_descr_get);
    case REPAIR_DESCRIPTOR_SET:
        return REPAIR_WAS(type->tp_descr_set);
    case REPAIR_CONTAINS:
    case REPAIR_SET_ITEM:
        if (type->tp_as_sequence == NULL)
            return NULL;
        return place == REPAIR_CONTAINS
                   ? REPAIR_WAS(type->tp_as_sequence->sq_contains)
                   : REPAIR_WAS(type->tp_as_sequence->sq_ass_item);
    case REPAIR_REMAINDER:
        return type->tp_as_number == NULL
                   ? NULL
                   : REPAIR_WAS(type->tp_as_number->nb_remainder);
    case REPAIR_SUBSCRIPT:
    case REPAIR_SET_SUBSCRIPT:
        if (type->tp_as_mapping == NULL)
            return NULL;
        return place == REPAIR_SUBSCRIPT
                   ? REPAIR_WAS(type->tp_as_mapping->mp_subscript)
                   : REPAIR_WAS(type->tp_as_mapping->mp_ass_subscript);
    case REPAIR_FUNCTION:
    case REPAIR_METHOD:
    case REPAIR_FAST:
    case REPAIR_FAST_ALL:
    case REPAIR_FAST_DEF:
    case REPAIR_GET:
    case REPAIR_SET:
        return NULL;
    }
    return NULL;
}

const char *
repair_name(const struct repair *row)
{
    switch (row->place) {
    case REPAIR_FUNCTION:
    case REPAIR_METHOD:
    case REPAIR_FAST:
    case REPAIR_FAST_ALL:
    case REPAIR_FAST_DEF:
    case REPAIR_GET:
    case REPAIR_SET:
        return row->name;
    case REPAIR_NEW:
        return "__new__";
    case REPAIR_INIT:
        return "__init__";
    case REPAIR_DEALLOC:
        return "__del__";
    case REPAIR_GETATTR:
        return "__getattribute__";
    case REPAIR_CALL:
        return "__call__";
    case REPAIR_STR:
        return "__str__";
    case REPAIR_REPR:
        return "__repr__";
    case REPAIR_HASH:
        return "__hash__";
    case REPAIR_COMPARE:
        return "__eq__";
    case REPAIR_NEXT:
        return "__next__";
    case REPAIR_DESCRIPTOR_GET:
        return "__get__";
    case REPAIR_DESCRIPTOR_SET:
        return "__set__";
    case REPAIR_CONTAINS:
        return "__contains__";
    case REPAIR_REMAINDER:
        return "__mod__";
    case REPAIR_SUBSCRIPT:
        return "__getitem__";
    case REPAIR_SET_SUBSCRIPT:
    case REPAIR_SET_ITEM:
        return "__setitem__";
    }
    return "";
}

static bool
has_flags(enum repair_place place, int flags)
{
    int known = flags & (METH_VARARGS | METH_O | METH_NOARGS | METH_FASTCALL |
                         METH_KEYWORDS | METH_METHOD);
    if (place == REPAIR_FAST)
        return known == METH_FASTCALL;
    if (place == REPAIR_FAST_ALL)
        return known == (METH_FASTCALL | METH_KEYWORDS);
    if (place == REPAIR_FAST_DEF)
        return known == (METH_FASTCALL | METH_KEYWORDS | METH_METHOD);
    return known == METH_VARARGS || known == METH_O || known == METH_NOARGS;
}

/* Where the function of that row is kept, or NULL. */
static void **
find_place(PyTypeObject *type, const struct repair *row)
{
    if (*row->name == '\0') {
        void **slot = slot_in_type(type, row->place);
        return slot == NULL || *slot == NULL ? NULL : slot;
    }
    PyObject *entry =
        PyDict_GetItemString(pyver_type_dict(type), row->name); /* borrowed */
    if (entry == NULL)
        return NULL;
    if (row->place == REPAIR_GET && Py_IS_TYPE(entry, &PyGetSetDescr_Type))
        return REPAIR_WAS(((PyGetSetDescrObject *)entry)->d_getset->get);
    if (row->place == REPAIR_SET && Py_IS_TYPE(entry, &PyGetSetDescr_Type))
        return REPAIR_WAS(((PyGetSetDescrObject *)entry)->d_getset->set);
    if (!Py_IS_TYPE(entry, &PyMethodDescr_Type))
        return NULL;
    PyMethodDef *method = ((PyMethodDescrObject *)entry)->d_method;
    if (!has_flags(row->place, method->ml_flags))
        return NULL;
    return REPAIR_WAS(method->ml_meth);
}

static void **
find_function(const struct repair *row)
{
    PyObject *module = PyDict_GetItemString(PyImport_GetModuleDict(),
                                            row->type); /* borrowed */
    PyModuleDef *def = module != NULL && PyModule_Check(module)
                           ? PyModule_GetDef(module)
                           : NULL;

    for (PyMethodDef *method = def == NULL ? NULL : def->m_methods;
         method != NULL && method->ml_name != NULL; method++)
        if (strcmp(method->ml_name, row->name) == 0)
            return REPAIR_WAS(method->ml_meth);
    return NULL;
}

/* Whether this interpreter has what the row repairs part of. */
static bool
is_there(const struct repair *row)
{
    return row->place == REPAIR_FUNCTION
               ? PyDict_GetItemString(PyImport_GetModuleDict(), row->type) !=
                     NULL
               : find_type(row->type) != NULL;
}

static void **
find_row(const struct repair *row)
{
    return row->place == REPAIR_FUNCTION
               ? find_function(row)
               : find_place(find_type(row->type), row);
}

/* All that can fail; a CPython whose functions look different stays open. */
int
repair_prepare(const struct walk *walk)
{
    Py_XSETREF(all_types, Py_NewRef(walk->types));
    for (size_t i = 0; repair_tables[i] != NULL; i++)
        for (size_t j = 0; j < repair_tables[i]->count; j++) {
            const struct repair *row = &repair_tables[i]->rows[j];
            if (!is_there(row) || find_row(row) != NULL)
                continue;
            PyErr_Format(PyExc_RuntimeError,
                         "the jail can't repair %s.%s: it is not there",
                         row->type, row->name);
            return -1;
        }
    return repair_views_prepare() < 0 || repair_atexit_prepare() < 0 ||
                   repair_held_prepare() < 0 || repair_calls_prepare() < 0 ||
                   repair_iterators_prepare() < 0 ||
                   repair_codecs_prepare() < 0 || repair_trees_prepare() < 0 ||
                   repair_patterns_prepare() < 0
               ? -1
               : 0;
}

/* Slot wrappers (`__str__`...) hold pointers of their own; heirs have copied
 * the slot. */
static void
replace_slot(PyTypeObject *type, const struct repair *row, void *was)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;

    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(all_types); i++) {
        PyTypeObject *heir = (PyTypeObject *)PyList_GET_ITEM(all_types, i);
        if (!PyType_IsSubtype(heir, type))
            continue;
        void **slot = slot_in_type(heir, row->place);
        if (slot != NULL && *slot == was)
            *slot = row->replacement;
    }
    while (PyDict_Next(pyver_type_dict(type), &at, &key, &value))
        if (Py_IS_TYPE(value, &PyWrapperDescr_Type) &&
            ((PyWrapperDescrObject *)value)->d_wrapped == was)
            ((PyWrapperDescrObject *)value)->d_wrapped = row->replacement;
    PyType_Modified(type);
}

static void
repair_one(const struct repair *row)
{
    void **place = is_there(row) ? find_row(row) : NULL;
    if (place == NULL || *place == row->replacement)
        return;
    *row->original = *place;
    if (*row->name == '\0')
        replace_slot(find_type(row->type), row, *place);
    else
        *place = row->replacement;
}

void
repair_close(void)
{
    for (size_t i = 0; repair_tables[i] != NULL; i++)
        for (size_t j = 0; j < repair_tables[i]->count; j++)
            repair_one(&repair_tables[i]->rows[j]);
    Py_CLEAR(all_types);
}
