/* Iterators that are advanced by what they ask for a value.
 *
 * Their code reads a field, runs the guest's, and goes on with what it read;
 * a guest that asks the same iterator meanwhile has the field replaced or
 * emptied, and what was in it freed.  Here the same is done with values that
 * are held.  The structures are those of 3.11 and 3.13. */
#include "jailmod/repair.h"

/* PyIter_Next() of an iterator that is held meanwhile. */
static PyObject *
next_of(PyObject *iterator)
{
    OWNED_REF held = Py_NewRef(iterator);
    return PyIter_Next(held);
}

/* Empty a field that still is what was held. */
static void
drop_if(PyObject **field, PyObject *held)
{
    if (*field == held)
        Py_CLEAR(*field);
}

/* --- itertools.accumulate() --- */

struct accumulate_object {
    PyObject_HEAD PyObject *total; /* NULL before the first value */
    PyObject *iterator;
    PyObject *function; /* NULL: addition */
    PyObject *initial;  /* None when there is none */
};

static iternextfunc was_accumulate;

static PyObject *
accumulate_next(PyObject *self)
{
    struct accumulate_object *at = (struct accumulate_object *)self;

    if (at->initial != Py_None)
        return was_accumulate(self);
    OWNED_REF value = next_of(at->iterator);
    if (value == NULL)
        return NULL;
    OWNED_REF total = Py_XNewRef(at->total);
    OWNED_REF sum =
        total == NULL ? Py_NewRef(value)
        : at->function == NULL
            ? PyNumber_Add(total, value)
            : PyObject_CallFunctionObjArgs(at->function, total, value, NULL);
    if (sum == NULL)
        return NULL;
    Py_XSETREF(at->total, Py_NewRef(sum));
    return gate_take_ref(&sum);
}

/* --- itertools.count() --- */

struct count_object {
    PyObject_HEAD Py_ssize_t count; /* PY_SSIZE_T_MAX: look at number */
    PyObject *number;               /* NULL: PY_SSIZE_T_MAX itself */
    PyObject *step;
};

static iternextfunc was_count;

static PyObject *
count_next(PyObject *self)
{
    struct count_object *at = (struct count_object *)self;

    if (at->count != PY_SSIZE_T_MAX || at->number == NULL)
        return was_count(self);
    OWNED_REF number = Py_NewRef(at->number);
    PyObject *more = PyNumber_Add(number, at->step);
    if (more == NULL)
        return NULL;
    Py_XSETREF(at->number, more);
    return gate_take_ref(&number);
}

/* --- itertools.chain() --- */

struct chain_object {
    PyObject_HEAD PyObject *source; /* NULL at the end */
    PyObject *active;               /* NULL between two iterators */
};

static iternextfunc was_chain;

/* 1 when there is an active iterator, 0 at the end, -1 for an exception. */
static int
chain_advance(struct chain_object *at)
{
    OWNED_REF source = Py_NewRef(at->source);
    OWNED_REF iterable = PyIter_Next(source);
    OWNED_REF iterator = iterable == NULL ? NULL : PyObject_GetIter(iterable);

    if (iterator == NULL) {
        drop_if(&at->source, source);
        return PyErr_Occurred() ? -1 : 0;
    }
    Py_XSETREF(at->active, gate_take_ref(&iterator));
    return 1;
}

static PyObject *
chain_next(PyObject *self)
{
    struct chain_object *at = (struct chain_object *)self;

    while (at->source != NULL) {
        if (at->active == NULL && chain_advance(at) <= 0)
            return NULL;
        OWNED_REF active = Py_XNewRef(at->active);
        PyObject *value = active == NULL ? NULL : PyIter_Next(active);
        if (value != NULL || PyErr_Occurred())
            return value;
        if (active != NULL)
            drop_if(&at->active, active);
    }
    return NULL;
}

/* --- itertools.pairwise() --- */

struct pairwise_object {
    PyObject_HEAD PyObject *iterator; /* NULL at the end */
    PyObject *old;                    /* NULL before the first value */
};

static iternextfunc was_pairwise;

static PyObject *
pairwise_next(PyObject *self)
{
    struct pairwise_object *at = (struct pairwise_object *)self;
    OWNED_REF iterator = Py_XNewRef(at->iterator);
    OWNED_REF old = Py_XNewRef(at->old);

    if (iterator == NULL)
        return NULL;
    if (old == NULL)
        old = PyIter_Next(iterator);
    OWNED_REF value = old == NULL ? NULL : PyIter_Next(iterator);
    if (value == NULL) {
        Py_CLEAR(at->iterator);
        Py_CLEAR(at->old);
        return NULL;
    }
    Py_XSETREF(at->old, Py_NewRef(value));
    return PyTuple_Pack(2, old, value);
}

/* --- itertools.zip_longest() --- */

struct zip_longest_object {
    PyObject_HEAD Py_ssize_t size;
    Py_ssize_t active;
    PyObject *iterators; /* tuple; NULL where one has ended */
    PyObject *result;
    PyObject *fill;
};

static iternextfunc was_zip_longest;

/* New reference to the value at that place; NULL at the end of all. */
static PyObject *
zip_longest_value(struct zip_longest_object *at, Py_ssize_t place)
{
    OWNED_REF iterator = Py_XNewRef(PyTuple_GET_ITEM(at->iterators, place));
    PyObject *value = iterator == NULL ? NULL : PyIter_Next(iterator);

    if (value != NULL)
        return value;
    if (PyErr_Occurred()) {
        at->active = 0;
        return NULL;
    }
    if (iterator != NULL &&
        PyTuple_GET_ITEM(at->iterators, place) == iterator) {
        PyTuple_SET_ITEM(at->iterators, place, NULL);
        Py_DECREF(iterator); /* the tuple's own; the other goes at the end */
        at->active--;
    }
    return at->active > 0 ? Py_NewRef(at->fill) : NULL;
}

static PyObject *
zip_longest_next(PyObject *self)
{
    struct zip_longest_object *at = (struct zip_longest_object *)self;

    if (at->size == 0 || at->active == 0)
        return NULL;
    OWNED_REF row = PyTuple_New(at->size);
    for (Py_ssize_t i = 0; row != NULL && i < at->size; i++) {
        PyObject *value = zip_longest_value(at, i);
        if (value == NULL)
            return NULL;
        PyTuple_SET_ITEM(row, i, value);
    }
    return gate_take_ref(&row);
}

/* --- itertools.islice(), itertools.cycle(): they let go at the end --- */

struct with_iterator {
    PyObject_HEAD PyObject *iterator; /* NULL at the end */
};

static iternextfunc was_islice;
static iternextfunc was_cycle;

static PyObject *
islice_next(PyObject *self)
{
    OWNED_REF held = Py_XNewRef(((struct with_iterator *)self)->iterator);
    return was_islice(self);
}

#if PY_VERSION_HEX >= 0x030c0000
static iternextfunc was_batched;

static PyObject *
batched_next(PyObject *self)
{
    OWNED_REF held = Py_XNewRef(((struct with_iterator *)self)->iterator);
    return was_batched(self);
}
#endif

static PyObject *
cycle_next(PyObject *self)
{
    OWNED_REF held = Py_XNewRef(((struct with_iterator *)self)->iterator);
    return was_cycle(self);
}

/* --- itertools.groupby() and its groups --- */

struct groupby_object {
    PyObject_HEAD PyObject *iterator;
    PyObject *function;
    PyObject *target, *key, *value; /* may be NULL */
};

struct group_object {
    PyObject_HEAD PyObject *parent;
    PyObject *target;
};

static iternextfunc was_groupby;
static iternextfunc was_group;
static PyObject *former_keys; /* list */
static size_t under_way;      /* groupbys */

static int
keep_key(PyObject *key)
{
    return key == NULL ? 0 : PyList_Append(former_keys, key);
}

/* Both compare keys of the groupby that they do not hold.  Who asks it again
 * meanwhile replaces them: they stay until all is over. */
static PyObject *
next_again(struct groupby_object *groupby, PyObject *self, iternextfunc was)
{
    if (keep_key(groupby->target) < 0 || keep_key(groupby->key) < 0)
        return NULL;
    return was(self);
}

static PyObject *
next_alone(PyObject *groupby, PyObject *self, iternextfunc was)
{
    OWNED_REF held = Py_NewRef(groupby);
    if (repair_is_busy(groupby))
        return next_again((struct groupby_object *)groupby, self, was);
    if (!repair_enter(groupby))
        return NULL;
    under_way++;
    PyObject *value = was(self);
    repair_leave(groupby);
    if (--under_way == 0 && PyList_GET_SIZE(former_keys) > 0) {
        PyObject *type, *error, *traceback;
        PyErr_Fetch(&type, &error, &traceback);
        if (PyList_SetSlice(former_keys, 0, PY_SSIZE_T_MAX, NULL) < 0)
            PyErr_Clear();
        PyErr_Restore(type, error, traceback);
    }
    return value;
}

static PyObject *
groupby_next(PyObject *self)
{
    return next_alone(self, self, was_groupby);
}

static PyObject *
group_next(PyObject *self)
{
    return next_alone(((struct group_object *)self)->parent, self, was_group);
}

/* --- iter() of a sequence, and of a callable --- */

struct sequence_iterator {
    PyObject_HEAD Py_ssize_t index;
    PyObject *sequence; /* NULL at the end */
};

static iternextfunc was_sequence;

static PyObject *
sequence_next(PyObject *self)
{
    struct sequence_iterator *at = (struct sequence_iterator *)self;
    OWNED_REF sequence = Py_XNewRef(at->sequence);

    if (sequence == NULL || at->index == PY_SSIZE_T_MAX)
        return was_sequence(self);
    PyObject *item = PySequence_GetItem(sequence, at->index);
    if (item != NULL) {
        at->index++;
        return item;
    }
    if (PyErr_ExceptionMatches(PyExc_IndexError) ||
        PyErr_ExceptionMatches(PyExc_StopIteration)) {
        PyErr_Clear();
        drop_if(&at->sequence, sequence);
    }
    return NULL;
}

struct callable_iterator {
    PyObject_HEAD PyObject *callable; /* NULL at the end */
    PyObject *sentinel;
};

static iternextfunc was_callable;

static void
callable_end(struct callable_iterator *at)
{
    Py_CLEAR(at->callable);
    Py_CLEAR(at->sentinel);
}

static PyObject *
callable_next(PyObject *self)
{
    struct callable_iterator *at = (struct callable_iterator *)self;
    OWNED_REF callable = Py_XNewRef(at->callable);
    OWNED_REF sentinel = Py_XNewRef(at->sentinel);

    if (callable == NULL || sentinel == NULL)
        return NULL;
    OWNED_REF value = PyObject_CallNoArgs(callable);
    if (value == NULL) {
        if (PyErr_ExceptionMatches(PyExc_StopIteration)) {
            PyErr_Clear();
            callable_end(at);
        }
        return NULL;
    }
    int last = PyObject_RichCompareBool(sentinel, value, Py_EQ);
    if (last == 0)
        return gate_take_ref(&value);
    if (last > 0)
        callable_end(at);
    return NULL;
}

/* --- states for iterators that have nothing to give --- */

/* The head of combinations() and combinations_with_replacement(). */
struct combinations_object {
    PyObject_HEAD PyObject *pool;
    Py_ssize_t *indices;
    PyObject *result;
    Py_ssize_t length;
    int stopped;
};

struct permutations_object {
    PyObject_HEAD PyObject *pool;
    Py_ssize_t *indices;
    Py_ssize_t *cycles;
    PyObject *result;
    Py_ssize_t length;
    int stopped;
};

static PyCFunction was_combinations_state;
static PyCFunction was_replacement_state;
static PyCFunction was_permutations_state;

/* One that has stopped stays so whatever its state; the original reads the
 * pool at an index below which there is nothing. */
static PyObject *
combinations_state(PyObject *self, PyObject *state)
{
    if (((struct combinations_object *)self)->stopped)
        Py_RETURN_NONE;
    return was_combinations_state(self, state);
}

static PyObject *
replacement_state(PyObject *self, PyObject *state)
{
    if (((struct combinations_object *)self)->stopped)
        Py_RETURN_NONE;
    return was_replacement_state(self, state);
}

static PyObject *
permutations_state(PyObject *self, PyObject *state)
{
    if (((struct permutations_object *)self)->stopped)
        Py_RETURN_NONE;
    return was_permutations_state(self, state);
}

/* --- range() of large numbers --- */

static PyCFunction was_range_state;

/* An index that is no int is compared and added to, not held. */
static PyObject *
range_state(PyObject *self, PyObject *state)
{
    OWNED_REF index = PyNumber_Index(state);
    OWNED_REF plain = index == NULL || PyLong_CheckExact(index)
                          ? Py_XNewRef(index)
                          : PyLong_Type.tp_as_number->nb_add(index, Py_False);
    return plain == NULL ? NULL : was_range_state(self, plain);
}

/* --- __reduce__: it reads a field, then looks `iter` up --- */

static PyObject *
reduce_plainly(PyCFunction was, PyObject *self)
{
    if (bindings_are_plain(PyEval_GetBuiltins()))
        return was(self, NULL);
    PyErr_SetString(PyExc_RuntimeError,
                    "the builtins have a key that is no plain str");
    return NULL;
}

#define REDUCED(type)                                                         \
    static PyCFunction was_reduce_##type;                                     \
    static PyObject *reduce_##type(PyObject *self, PyObject *ignored)         \
    {                                                                         \
        (void)ignored;                                                        \
        return reduce_plainly(was_reduce_##type, self);                       \
    }

REDUCED(list_iterator)
REDUCED(list_reverseiterator)
REDUCED(tuple_iterator)
REDUCED(bytes_iterator)
REDUCED(bytearray_iterator)
REDUCED(str_iterator)
REDUCED(str_ascii_iterator)
REDUCED(iterator)
REDUCED(callable_iterator)
REDUCED(generic_alias_iterator)

int
repair_iterators_prepare(void)
{
    Py_XSETREF(former_keys, PyList_New(0));
    return former_keys == NULL ? -1 : 0;
}

/* clang-format off */
#define NEXT(type, by, was, test)                                             \
    {type, REPAIR_NEXT, "", REPAIR_BY(by), REPAIR_WAS(was),                   \
     "it is advanced by what it asks (tests/escape/" test ")"}
#define STATE(type, by, was)                                                  \
    {type, REPAIR_METHOD, "__setstate__", REPAIR_BY(by), REPAIR_WAS(was),     \
     "an index into an empty pool (tests/escape/415)"}
#define REDUCE(type)                                                          \
    {#type, REPAIR_METHOD, "__reduce__", REPAIR_BY(reduce_##type),            \
     REPAIR_WAS(was_reduce_##type),                                           \
     "a key of the builtins ends it meanwhile (tests/escape/416)"}

static const struct repair rows[] = {
    NEXT("itertools.accumulate", accumulate_next, was_accumulate, "410"),
    NEXT("itertools.count", count_next, was_count, "411"),
    NEXT("itertools.chain", chain_next, was_chain, "412"),
    NEXT("itertools.islice", islice_next, was_islice, "412"),
#if PY_VERSION_HEX >= 0x030c0000
    NEXT("itertools.batched", batched_next, was_batched, "580"),
#endif
    NEXT("itertools.cycle", cycle_next, was_cycle, "412"),
    NEXT("itertools.pairwise", pairwise_next, was_pairwise, "216"),
    NEXT("itertools.zip_longest", zip_longest_next, was_zip_longest, "413"),
    NEXT("itertools.groupby", groupby_next, was_groupby, "475"),
    NEXT("itertools._grouper", group_next, was_group, "475"),
    NEXT("iterator", sequence_next, was_sequence, "414"),
    NEXT("callable_iterator", callable_next, was_callable, "190"),
    STATE("itertools.combinations", combinations_state,
          was_combinations_state),
    STATE("itertools.combinations_with_replacement", replacement_state,
          was_replacement_state),
    STATE("itertools.permutations", permutations_state,
          was_permutations_state),
    {"longrange_iterator", REPAIR_METHOD, "__setstate__",
     REPAIR_BY(range_state), REPAIR_WAS(was_range_state),
     "an index that is no number (tests/escape/415)"},
    REDUCE(list_iterator), REDUCE(list_reverseiterator),
    REDUCE(tuple_iterator), REDUCE(bytes_iterator),
    REDUCE(bytearray_iterator), REDUCE(str_iterator),
    REDUCE(str_ascii_iterator), REDUCE(iterator),
    REDUCE(callable_iterator), REDUCE(generic_alias_iterator),
};
/* clang-format on */

const struct repair_table repair_iterators = {rows, REPAIR_COUNT(rows)};
