/* Repairs of C types whose code believes what a guest can change meanwhile.
 * Only jailmod/repair*.c include this. */
#ifndef IMMURE_JAILMOD_REPAIR_H
#define IMMURE_JAILMOD_REPAIR_H

#include "jailmod/gate.h"

enum repair_place {
    REPAIR_FUNCTION, /* of a module; the flags are not looked at */
    REPAIR_METHOD,   /* METH_O, METH_VARARGS or METH_NOARGS */
    REPAIR_FAST,     /* METH_FASTCALL */
    REPAIR_FAST_ALL, /* METH_FASTCALL | METH_KEYWORDS */
    REPAIR_FAST_DEF, /* those and METH_METHOD: a PyCMethod */
    REPAIR_GET,      /* the getter of an attribute */
    REPAIR_SET,      /* its setter */
    REPAIR_NEW,
    REPAIR_INIT,
    REPAIR_DEALLOC,
    REPAIR_GETATTR,
    REPAIR_CALL,
    REPAIR_STR,
    REPAIR_REPR,
    REPAIR_HASH,
    REPAIR_COMPARE,
    REPAIR_NEXT,
    REPAIR_DESCRIPTOR_GET,
    REPAIR_DESCRIPTOR_SET,
    REPAIR_CONTAINS,
    REPAIR_REMAINDER,
    REPAIR_SUBSCRIPT,
    REPAIR_SET_SUBSCRIPT,
    REPAIR_SET_ITEM,
};

struct repair {
    const char *type; /* its tp_name, or a module's name; nobody of that name:
                         nothing to repair */
    enum repair_place place;
    const char *name; /* of the method or attribute; "" for slots */
    void *replacement;
    void **original; /* filled in before the replacement is in place */
    const char *reason;
};

struct repair_table {
    const struct repair *rows;
    size_t count;
};

/* Addresses of functions of any type, as rows and originals keep them. */
#define REPAIR_BY(function) ((void *)(function))
#define REPAIR_WAS(variable) ((void **)(void *)&(variable))

/* Py_ARRAY_LENGTH() is no constant in 3.13's headers. */
#define REPAIR_COUNT(rows) (sizeof(rows) / sizeof *(rows))

extern const struct repair_table repair_buffers;   /* repair_buffers.c */
extern const struct repair_table repair_inits;     /* repair_inits.c */
extern const struct repair_table repair_values;    /* repair_values.c */
extern const struct repair_table repair_aliases;   /* repair_aliases.c */
extern const struct repair_table repair_views;     /* repair_views.c */
extern const struct repair_table repair_atexit;    /* repair_atexit.c */
extern const struct repair_table repair_held;      /* repair_held.c */
extern const struct repair_table repair_states;    /* repair_states.c */
extern const struct repair_table repair_iterators; /* repair_iterators.c */
extern const struct repair_table repair_calls;     /* repair_calls.c */
extern const struct repair_table repair_codecs;    /* repair_codecs.c */
extern const struct repair_table repair_trees;     /* repair_trees.c */
extern const struct repair_table repair_patterns;  /* repair_patterns.c */
extern const struct repair_table repair_frames;    /* repair_frames.c */
extern const struct repair_table repair_shown;     /* repair_shown.c */

/* All of them; ends with NULL. */
extern const struct repair_table *const repair_tables[];
/* What a guest calls the method, attribute or slot of a row. */
const char *repair_name(const struct repair *row);

/* For objects that run a guest's code, and are not to be entered by it: false
 * with an exception when it is under way already (repair_values.c). */
bool repair_is_busy(const PyObject *self);
bool repair_enter(const PyObject *self);
void repair_leave(const PyObject *self);

int repair_views_prepare(void);
int repair_atexit_prepare(void);
int repair_held_prepare(void);
int repair_calls_prepare(void);
int repair_iterators_prepare(void);
int repair_codecs_prepare(void);
int repair_trees_prepare(void);
int repair_patterns_prepare(void);

#endif
