/* Gate 4: attributes that lead from an object to its frames and globals.
 *
 * Getset descriptors: get and set are swapped in the definition, and a record
 * of what was there goes to its closure.  Member descriptors have no function
 * to swap: PY_AUDIT_READ makes them ask the audit hook.  So the dot, getattr,
 * str.format, operator.attrgetter and __get__ all pass the same check. */
#include "jailmod/gate.h"

#include <string.h>
#include <structmember.h>

struct side {
    const struct list_row *row; /* NULL: not gated */
    const struct codes_set *granted;
};

struct attribute {
    PyTypeObject *type;
    char name[48];
    struct side read;
    struct side write;
    PyGetSetDef *getset; /* or NULL */
    PyMemberDef *member; /* or NULL */
    getter get;          /* what was there */
    setter set;
    void *closure;
};

static struct {
    struct attribute *rows; /* never moves after attrs_prepare */
    size_t count;
} attributes;

/* A function the guest wrote shows nothing that is not the guest's.  It takes
 * no code object of the library: that could be one with grants. */
static bool
is_own(PyObject *object, const struct attribute *attribute, PyObject *value)
{
    if (!PyFunction_Check(object) ||
        codes_is_trusted(PyFunction_GET_CODE(object)))
        return false;
    return strcmp(attribute->name, "__code__") != 0 || value == NULL ||
           !codes_is_trusted(value);
}

/* side is one of the attribute's; value is NULL for reading and deleting. */
static bool
may_pass(const struct attribute *attribute, const struct side *side,
         PyObject *object, PyObject *value)
{
    if (side->row == NULL || side->row->stand == STAND_KEEP)
        return true;
    return side->row->stand == STAND_PAIR &&
           (codes_caller_in(side->granted) ||
            is_own(object, attribute, value));
}

static PyObject *
gated_get(PyObject *self, void *closure)
{
    const struct attribute *attribute = closure;

    if (!may_pass(attribute, &attribute->read, self, NULL))
        return deny_attribute(attribute->read.row);
    return attribute->get(self, attribute->closure);
}

static int
gated_set(PyObject *self, PyObject *value, void *closure)
{
    const struct attribute *attribute = closure;

    if (!may_pass(attribute, &attribute->write, self, value)) {
        deny_attribute(attribute->write.row);
        return -1;
    }
    return attribute->set(self, value, attribute->closure);
}

static PyTypeObject *
find_type(const struct walk *walk, const char *name, size_t length)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->types); i++) {
        PyTypeObject *type = (PyTypeObject *)PyList_GET_ITEM(walk->types, i);
        if (walk_is_c_type(type) && strlen(type->tp_name) == length &&
            memcmp(type->tp_name, name, length) == 0)
            return type;
    }
    return NULL;
}

static struct attribute *
find_attribute(const PyTypeObject *type, const char *name)
{
    for (size_t i = 0; i < attributes.count; i++)
        if (attributes.rows[i].type == type &&
            strcmp(attributes.rows[i].name, name) == 0)
            return &attributes.rows[i];
    return NULL;
}

static void
find_definition(struct attribute *attribute)
{
    PyTypeObject *type = attribute->type;

    for (PyGetSetDef *def = type->tp_getset; def && def->name; def++)
        if (strcmp(def->name, attribute->name) == 0)
            attribute->getset = def;
    for (PyMemberDef *def = type->tp_members; def && def->name; def++)
        if (strcmp(def->name, attribute->name) == 0)
            attribute->member = def;
}

static int
add_row(const struct walk *walk, const struct list_row *row)
{
    const char *dot = strrchr(row->name, '.');
    size_t length = strlen(dot + 1);
    bool writing = dot[length] == '=';
    PyTypeObject *type = find_type(walk, row->name, (size_t)(dot - row->name));
    char name[sizeof attributes.rows->name];

    if (type == NULL)
        return 0;
    PyOS_snprintf(name, sizeof name, "%.*s", (int)(length - writing), dot + 1);
    struct attribute *attribute = find_attribute(type, name);
    if (attribute == NULL) {
        attribute = &attributes.rows[attributes.count++];
        attribute->type = type;
        memcpy(attribute->name, name, sizeof name);
        find_definition(attribute);
    }
    struct side *side = writing ? &attribute->write : &attribute->read;
    side->row = row;
    if (row->stand == STAND_PAIR)
        side->granted = codes_granted(row->name);
    return 0;
}

int
attrs_prepare(const struct walk *walk)
{
    attributes.rows =
        PyMem_RawCalloc(list_attrs.count, sizeof *attributes.rows);
    if (attributes.rows == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < list_attrs.count; i++)
        if (add_row(walk, &list_attrs.rows[i]) < 0)
            return -1;
    return 0;
}

static void
swap(struct attribute *attribute)
{
    PyGetSetDef *def = attribute->getset;

    attribute->get = def->get;
    attribute->set = def->set;
    attribute->closure = def->closure;
    def->closure = attribute;
    if (def->get != NULL)
        def->get = gated_get;
    if (def->set != NULL)
        def->set = gated_set;
}

void
attrs_close(void)
{
    for (size_t i = 0; i < attributes.count; i++) {
        struct attribute *attribute = &attributes.rows[i];
        if (attribute->getset != NULL)
            swap(attribute);
        if (attribute->member != NULL)
            attribute->member->flags |= PY_AUDIT_READ;
        PyType_Modified(attribute->type);
    }
}

int
attrs_audit(PyObject *object, const char *name, bool writing, PyObject *value)
{
    static const struct list_row unknown_row = {
        "attribute", STAND_DROP, "this attribute",
        "it leads to the interpreter's inside", ""};
    const PyTypeObject *type =
        PyType_Check(object) ? &PyType_Type : Py_TYPE(object);
    const struct attribute *found = find_attribute(type, name);

    if (found == NULL && strcmp(name, "__class__") == 0)
        found = find_attribute(&PyBaseObject_Type, name);
    const struct side *side = found == NULL ? NULL
                              : writing     ? &found->write
                                            : &found->read;
    bool listed = side != NULL && side->row != NULL;
    if (listed && may_pass(found, side, object, value))
        return 1;
    deny_attribute(listed ? side->row : &unknown_row);
    return -1;
}
