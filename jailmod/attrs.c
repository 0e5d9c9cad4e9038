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
    bool gated;
    struct list_row row;
    const struct pointers *granted;
};

struct attribute {
    PyTypeObject *type; /* strong */
    const char *name;
    struct side read;
    struct side write;
    PyGetSetDef *getset; /* or NULL */
    PyMemberDef *member; /* or NULL */
    getter get;          /* what was there */
    setter set;
    void *closure;
};

/* Those that are not kept: tens.  All others stay as they are. */
static struct {
    struct attribute *rows; /* never moves after attrs_prepare */
    size_t count;
} attributes;

/* A function the guest wrote shows nothing that is not the guest's, nor does a
 * frame it runs in.  The function takes no code object of the library: that
 * could be one with grants. */
static bool
is_own(PyObject *object, const struct attribute *attribute, PyObject *value)
{
    if (PyFrame_Check(object))
        return codes_is_own_frame((PyFrameObject *)object);
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
    if (!side->gated)
        return true;
    return side->row.stand == STAND_PAIR && (codes_caller_in(side->granted) ||
                                             is_own(object, attribute, value));
}

static PyObject *
gated_get(PyObject *self, void *closure)
{
    const struct attribute *attribute = closure;

    if (!may_pass(attribute, &attribute->read, self, NULL))
        return deny_attribute(&attribute->read.row);
    return attribute->get(self, attribute->closure);
}

static int
gated_set(PyObject *self, PyObject *value, void *closure)
{
    const struct attribute *attribute = closure;

    if (!may_pass(attribute, &attribute->write, self, value)) {
        deny_attribute(&attribute->write.row);
        return -1;
    }
    return attribute->set(self, value, attribute->closure);
}

static const struct attribute *
find_attribute(const PyTypeObject *type, const char *name)
{
    for (size_t i = 0; i < attributes.count; i++)
        if (attributes.rows[i].type == type &&
            strcmp(attributes.rows[i].name, name) == 0)
            return &attributes.rows[i];
    return NULL;
}

static void
full_name(char *name, size_t size, const PyTypeObject *type,
          const char *attribute, bool writing)
{
    PyOS_snprintf(name, (Py_ssize_t)size, "%s.%s%s", walk_type_name(type),
                  attribute, writing ? "=" : "");
}

static int
judge_side(const struct gate_policy *policy,
           const struct walk_attribute *found, bool writing, struct side *side)
{
    char name[256];

    full_name(name, sizeof name, found->type, found->name, writing);
    if (gate_rule(policy, &list_attrs, name, &side->row) < 0)
        return -1;
    side->gated = side->row.stand != STAND_KEEP;
    if (side->row.stand == STAND_PAIR)
        side->granted = codes_granted(name);
    return 0;
}

static bool
can_be_set(const struct walk_attribute *found)
{
    return found->getset != NULL ? found->getset->set != NULL
                                 : (found->member->flags & READONLY) == 0;
}

static int
append(const struct attribute *attribute)
{
    struct attribute *rows = PyMem_RawRealloc(
        attributes.rows, (attributes.count + 1) * sizeof *rows);

    if (rows == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    attributes.rows = rows;
    rows[attributes.count++] = *attribute;
    Py_INCREF(attribute->type);
    return 0;
}

static int
judge(void *arg, const struct walk_attribute *found)
{
    const struct gate_policy *policy = arg;
    struct attribute attribute = {.type = found->type,
                                  .name = found->name,
                                  .getset = found->getset,
                                  .member = found->member};

    if (judge_side(policy, found, false, &attribute.read) < 0 ||
        (can_be_set(found) &&
         judge_side(policy, found, true, &attribute.write) < 0))
        return -1;
    if (attribute.member != NULL && attribute.write.gated &&
        attribute.write.row.stand == STAND_PAIR) {
        PyErr_Format(PyExc_RuntimeError,
                     "%s is a member: nobody is asked "
                     "when it is set, so no pair can be",
                     attribute.write.row.name);
        return -1;
    }
    return attribute.read.gated || attribute.write.gated ? append(&attribute)
                                                         : 0;
}

int
attrs_prepare(const struct walk *walk, const struct gate_policy *policy)
{
    struct gate_policy own = *policy;

    return walk_attributes(walk, judge, &own);
}

static void
close_getset(struct attribute *attribute)
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

static void
close_member(const struct attribute *attribute)
{
    if (attribute->read.gated)
        attribute->member->flags |= PY_AUDIT_READ;
    if (attribute->write.gated)
        attribute->member->flags |= READONLY;
}

void
attrs_close(void)
{
    for (size_t i = 0; i < attributes.count; i++) {
        struct attribute *attribute = &attributes.rows[i];
        if (attribute->getset != NULL)
            close_getset(attribute);
        else
            close_member(attribute);
        PyType_Modified(attribute->type);
    }
}

/* Kept, by the lists or the policy; CPython asks for some of those, too. */
static bool
is_kept(const PyTypeObject *type, const char *name, bool writing)
{
    struct list_row row;
    char full[256];

    full_name(full, sizeof full, type, name, writing);
    return (list_find(&list_attrs, full, &row) && row.stand == STAND_KEEP) ||
           gate_allows(full);
}

int
attrs_audit(PyObject *object, const char *name, bool writing, PyObject *value)
{
    static const struct list_row unknown = {
        .name = "attribute",
        .what = "this attribute",
        .reason = "it leads to the interpreter's inside",
        .fix = "",
        .stand = STAND_DROP};
    const PyTypeObject *type =
        PyType_Check(object) ? &PyType_Type : Py_TYPE(object);

    for (; type != NULL; type = type->tp_base) {
        const struct attribute *found = find_attribute(type, name);
        if (found == NULL && is_kept(type, name, writing))
            return 1;
        if (found == NULL)
            continue;
        const struct side *side = writing ? &found->write : &found->read;
        if (may_pass(found, side, object, value))
            return 1;
        deny_attribute(&side->row);
        return -1;
    }
    deny_attribute(&unknown);
    return -1;
}
