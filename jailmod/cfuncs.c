/* Gate 2: C functions, default deny.
 *
 * ml_meth is overwritten in the definition itself, so every object over it is
 * dead: those that exist, those a guest makes later, those bound, and call
 * sites the interpreter has specialised.  Functions that are kept stay
 * untouched and cost nothing. */
#include "jailmod/gate.h"

#include <string.h>

struct gated {
    PyMethodDef *def;
    PyCFunction original;
    struct list_row row;
    const struct pointers *granted; /* NULL but for STAND_PAIR */
    bool checked;                   /* replaced, not refused */
};

/* Module state: thunks find it without a module. */
static struct {
    struct gated *rows;
    size_t count;
    size_t room;
} gates;

void *jail_gate_check(size_t index);

void *
jail_gate_check(size_t index)
{
    const struct gated *gated = &gates.rows[index];

    if (gated->granted != NULL && codes_caller_in(gated->granted))
        return (void *)gated->original;
    deny_row(&gated->row);
    return NULL;
}

struct prepare {
    const struct gate_policy *policy;
    struct pointers *seen; /* of PyMethodDef */
};

static int
grow(void)
{
    size_t room = gates.room == 0 ? 1024 : gates.room * 2;
    struct gated *rows = PyMem_RawRealloc(gates.rows, room * sizeof *rows);

    if (rows == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    gates.rows = rows;
    gates.room = room;
    return 0;
}

bool
cfuncs_is_gated(const PyMethodDef *def)
{
    for (size_t i = 0; i < gates.count; i++)
        if (gates.rows[i].def == def)
            return true;
    return false;
}

static int
gate_method(void *arg, PyMethodDef *def, const char *name, bool in_table)
{
    const struct prepare *prepare = arg;
    int added = pointers_add(prepare->seen, def);
    if (added < 0 || (added == 0 && !in_table))
        return added;
    if (added > 0 && pyver_allow(def) < 0)
        return -1; /* it is judged below, one way or the other */
    /* typeobject.c recognises `__new__` by its function: later classes break
       if it changes.  types.c replaces tp_new itself. */
    if (strcmp(def->ml_name, "__new__") == 0)
        return 0;
    struct list_row row;
    if (gate_rule(prepare->policy, &list_cfuncs, name, &row) < 0)
        return -1;
    if (row.stand == STAND_KEEP || (added == 0 && cfuncs_is_gated(def)))
        return 0;
    if (gates.count == gates.room && grow() < 0)
        return -1;
    gates.rows[gates.count++] = (struct gated){
        .def = def,
        .original = def->ml_meth,
        .row = row,
        .granted = row.stand == STAND_PAIR ? codes_granted(name) : NULL,
        .checked = row.stand == STAND_CHECK,
    };
    return 0;
}

/* All that can fail, before anything changes. */
int
cfuncs_prepare(const struct walk *walk, const struct gate_policy *policy)
{
    struct pointers seen = {0};
    struct prepare prepare = {policy, &seen};
    int done = walk_methods(walk, gate_method, &prepare);
    pointers_clear(&seen);
    if (done < 0 || pyver_allow_held() < 0)
        return -1;
    if (gates.count > 0 && thunk_at(gates.count - 1) == NULL) {
        PyErr_Format(PyExc_RuntimeError,
                     "the jail has too few thunks for %zu C functions",
                     gates.count);
        return -1;
    }
    for (size_t i = 0; i < gates.count; i++) {
        const struct gated *gated = &gates.rows[i];
        if (gated->checked &&
            checked_find(gated->row.name, gated->original) == NULL) {
            PyErr_Format(PyExc_RuntimeError, "no check is written for %s",
                         gated->row.name);
            return -1;
        }
    }
    return 0;
}

void
cfuncs_close(void)
{
    for (size_t i = 0; i < gates.count; i++) {
        const struct gated *gated = &gates.rows[i];
        gated->def->ml_meth =
            gated->checked ? checked_find(gated->row.name, gated->original)
                           : thunk_at(i);
    }
}
