/* The reviewed lists, as const tables (generated from stdlib-whitelist/).
 *
 * Every table is sorted by name; every row has a reason.  A name that has no
 * row is dropped. */
#ifndef IMMURE_JAILMOD_LISTS_H
#define IMMURE_JAILMOD_LISTS_H

#include <stddef.h>

enum list_stand {
    STAND_DROP,  /* refused to everybody */
    STAND_KEEP,  /* untouched */
    STAND_PAIR,  /* refused, but to the code objects of grants.list */
    STAND_CHECK, /* replaced by a function of checked.c */
};

struct list_row {
    const char *name; /* "posix.system" */
    enum list_stand stand;
    const char *what;   /* "os.system()": the name a guest knows it by */
    const char *reason; /* never "" */
    const char *fix;    /* "" when there is nothing to be done */
};

struct list_table {
    const char *layer; /* for explain: "builtins", "C functions", ... */
    const struct list_row *rows;
    size_t count;
};

enum module_kind {
    MODULE_GUEST,    /* a guest may import it */
    MODULE_INTERNAL, /* only the library itself imports it */
    MODULE_SHIM,     /* a guest may import it; ours stands in its place */
    MODULE_REFUSED,  /* refused, with a reason of its own */
};

struct module_row {
    const char *name;
    enum module_kind kind;
    const char *reason;
    const char *fix;
};

/* One pair: the code object `qualname` of `module` may pass `gate`. */
struct grant_row {
    const char *gate;
    const char *module;
    const char *qualname;
    const char *reason;
};

extern const struct list_table list_builtins;
extern const struct list_table list_cfuncs;
extern const struct list_table list_types;
extern const struct list_table list_attrs;
extern const struct list_table list_events;
extern const struct list_table list_mutable;

extern const struct module_row list_modules[];
extern const size_t list_modules_count;
extern const struct grant_row list_grants[];
extern const size_t list_grants_count;

/* The row of that exact name, or NULL. */
const struct list_row *list_find(const struct list_table *table,
                                 const char *name);
const struct module_row *list_find_module(const char *name);

/* How many single-letter edits part two names, or more than `limit`. */
unsigned list_distance(const char *left, const char *right, unsigned limit);

#endif
