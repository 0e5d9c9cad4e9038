/* Gate 3: C types that are not kept by name can't make objects.
 *
 * A type holds authority outside any PyMethodDef: io.FileIO(path) opens by
 * tp_init, and FileIO.__init__(existing, path) reopens by the slot wrapper's
 * own copy of that pointer. */
#include "jailmod/gate.h"

#include <string.h>

struct dead_type {
    PyTypeObject *type;
    struct list_row row;
};

static struct {
    struct dead_type *rows;
    size_t count;
    PyObject *all; /* list of all types, for their heirs */
} dead;

static PyObject *
refuse_type(PyTypeObject *type)
{
    static const struct list_row unknown = {
        .name = "type",
        .what = "this type",
        .reason = "it has effects outside the guest",
        .fix = "",
        .stand = STAND_DROP};
    const struct list_row *row = &unknown;

    for (size_t i = 0; i < dead.count; i++)
        if (PyType_IsSubtype(type, dead.rows[i].type))
            row = &dead.rows[i].row;
    return deny_row(row);
}

static PyObject *
dead_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    return refuse_type(type);
}

static int
dead_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    refuse_type(Py_TYPE(self));
    return -1;
}

/* In the place of any slot: those of objects, and those of numbers, where the
 * lower half of -1 is an int's -1.  Other arguments may come; self is first. */
static PyObject *
dead_object(PyObject *self)
{
    return refuse_type(Py_TYPE(self));
}

static Py_ssize_t
dead_number(PyObject *self)
{
    refuse_type(Py_TYPE(self));
    return -1;
}

static int
doom(PyTypeObject *type, struct list_row row)
{
    size_t size = (dead.count + 1) * sizeof *dead.rows;
    struct dead_type *rows = PyMem_RawRealloc(dead.rows, size);

    if (rows == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    dead.rows = rows;
    dead.rows[dead.count++] = (struct dead_type){type, row};
    Py_INCREF(type);
    return 0;
}

int
types_prepare(const struct walk *walk, const struct gate_policy *policy)
{
    dead.all = Py_NewRef(walk->types);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->types); i++) {
        PyTypeObject *type = (PyTypeObject *)PyList_GET_ITEM(walk->types, i);
        if (!walk_is_c_type(type))
            continue;
        struct list_row row;
        if (gate_rule(policy, &list_types, walk_type_name(type), &row) < 0)
            return -1;
        if (row.stand != STAND_KEEP && doom(type, row) < 0)
            return -1;
    }
    return 0;
}

/* Where a type keeps the slot of a wrapper: slotptr() of typeobject.c, which
 * counts from the head of a heap type, where all the tables are in one. */
static void **
find_slot(PyTypeObject *type, size_t offset)
{
    const struct {
        size_t from;
        void *table;
    } tables[] = {
        {offsetof(PyHeapTypeObject, as_sequence), type->tp_as_sequence},
        {offsetof(PyHeapTypeObject, as_mapping), type->tp_as_mapping},
        {offsetof(PyHeapTypeObject, as_number), type->tp_as_number},
        {offsetof(PyHeapTypeObject, as_async), type->tp_as_async},
        {0, type},
    };
    size_t at = 0;

    while (offset < tables[at].from)
        at++;
    if (tables[at].table == NULL)
        return NULL;
    return (void **)((char *)tables[at].table + (offset - tables[at].from));
}

/* Slots that answer with a number, and -1 for an exception. */
static bool
answers_number(const char *slot)
{
    static const char *const slots[] = {
        "__bool__", "__contains__", "__delete__", "__delitem__",
        "__init__", "__len__",      "__set__",    "__setitem__",
    };

    for (size_t i = 0; i < Py_ARRAY_LENGTH(slots); i++)
        if (strcmp(slots[i], slot) == 0)
            return true;
    return false;
}

struct doomed {
    const struct dead_type *row;
    struct pointers heirs; /* and the type itself */
};

/* Heirs have copied the slots; those they overrode themselves stay. */
static void
kill_slot(const struct doomed *doomed, PyWrapperDescrObject *wrapper)
{
    void *was = wrapper->d_wrapped;
    void *now = answers_number(wrapper->d_base->name) ? (void *)dead_number
                                                      : (void *)dead_object;

    for (size_t i = 0; i < doomed->heirs.count; i++) {
        void **slot =
            find_slot(doomed->heirs.items[i], (size_t)wrapper->d_base->offset);
        if (slot != NULL && *slot == was)
            *slot = now;
    }
    wrapper->d_wrapped = now;
}

/* A slot that slots.list does not know dies like those it names for use. */
static int
judge_slot(void *arg, PyTypeObject *type, PyWrapperDescrObject *wrapper)
{
    const struct doomed *doomed = arg;
    struct list_row slot;
    bool listed = list_find(&list_slots, wrapper->d_base->name, &slot);

    if (listed && slot.stand == STAND_KEEP)
        return 0;
    (void)type;
    if (doomed->row->row.stand == STAND_DROP ||
        (listed && slot.stand == STAND_MAKE))
        kill_slot(doomed, wrapper);
    return 0;
}

/* tp_new and tp_vectorcall have no wrapper; tp_init may have its base's. */
static void
kill_making(PyTypeObject *heir, const PyTypeObject *was)
{
    if (heir->tp_new == was->tp_new && was->tp_new != NULL)
        heir->tp_new = dead_new;
    if (heir->tp_init == was->tp_init && was->tp_init != NULL)
        heir->tp_init = dead_init;
    if (heir->tp_vectorcall == was->tp_vectorcall)
        heir->tp_vectorcall = NULL;
}

/* What it took over from a base that stays. */
static void
kill_using(PyTypeObject *heir, const PyTypeObject *was)
{
    if (heir->tp_iternext == was->tp_iternext && was->tp_iternext != NULL)
        heir->tp_iternext = dead_object;
    if (heir->tp_call == was->tp_call && was->tp_call != NULL)
        heir->tp_call = (ternaryfunc)(void (*)(void))dead_object;
    /* Objects may carry a pointer of their own: Cython's functions do. */
    heir->tp_flags &= ~(unsigned long)Py_TPFLAGS_HAVE_VECTORCALL;
}

static void
kill_type(const struct doomed *doomed)
{
    PyTypeObject was = *doomed->row->type;

    for (size_t i = 0; i < doomed->heirs.count; i++) {
        kill_making(doomed->heirs.items[i], &was);
        if (doomed->row->row.stand == STAND_DROP)
            kill_using(doomed->heirs.items[i], &was);
    }
}

static int
find_heirs(struct doomed *doomed)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(dead.all); i++) {
        PyObject *heir = PyList_GET_ITEM(dead.all, i); /* borrowed */
        if (PyType_IsSubtype((PyTypeObject *)heir, doomed->row->type) &&
            pointers_add(&doomed->heirs, heir) < 0)
            return -1;
    }
    return 0;
}

int
types_close(void)
{
    for (size_t i = 0; i < dead.count; i++) {
        struct doomed doomed = {.row = &dead.rows[i]};
        if (find_heirs(&doomed) < 0)
            return -1;
        (void)walk_slots(dead.rows[i].type, judge_slot, &doomed);
        kill_type(&doomed);
        pointers_clear(&doomed.heirs);
        PyType_Modified(dead.rows[i].type);
    }
    Py_CLEAR(dead.all);
    return 0;
}
