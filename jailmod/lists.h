/* The reviewed lists, as const tables (generated from stdlib-whitelist/).
 *
 * Every table is sorted by name; every row has a reason.  A name that has no
 * row is dropped.  Tables hold offsets into one array of texts and not
 * pointers: thousands of them, that nothing has to relocate at each start. */
#ifndef IMMURE_JAILMOD_LISTS_H
#define IMMURE_JAILMOD_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum list_stand {
    STAND_DROP,  /* refused to everybody */
    STAND_KEEP,  /* untouched */
    STAND_PAIR,  /* refused, but to the code objects of grants.list */
    STAND_CHECK, /* replaced by a function of checked.c */
    STAND_MAKE,  /* of slots: refused unless the type is kept */
    STAND_USE,   /* of slots: refused when the type is dropped */
};

struct list_row {
    const char *name;   /* "posix.system" */
    const char *what;   /* "os.system()": the name a guest knows it by */
    const char *reason; /* never "" */
    const char *fix;    /* "" when there is nothing to be done */
    const char *rule;   /* "posix.system", or the family "math.*" it is in */
    const char *where;  /* "cfuncs.list:62" */
    enum list_stand stand;
};

/* The same as offsets into list_texts. */
struct list_entry {
    uint32_t name, what, reason, fix, rule, where;
    enum list_stand stand;
};

struct list_table {
    const char *layer; /* for explain: "builtins", "C functions", ... */
    const struct list_entry *entries;
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
    const char *where; /* "modules.list:62" */
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
/* "__add__" for the rule, "int.__add__" for what it comes to there. */
extern const struct list_table list_slots;
extern const struct list_table list_events;
extern const struct list_table list_mutable;

extern const char list_texts[];
extern const struct module_row list_modules[];
extern const size_t list_modules_count;
extern const struct grant_row list_grants[];
extern const size_t list_grants_count;

/* The row at i, which must be less than table->count. */
struct list_row list_at(const struct list_table *table, size_t i);
/* The row of that exact name; false, and nothing written, when none is. */
bool list_find(const struct list_table *table, const char *name,
               struct list_row *out_row);
const struct module_row *list_find_module(const char *name);

/* How many single-letter edits part two names, or more than `limit`. */
unsigned list_distance(const char *left, const char *right, unsigned limit);

#endif
