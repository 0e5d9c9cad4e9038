/* What the files of jailmod share.  Only jailmod/ includes this. */
#ifndef IMMURE_JAILMOD_GATE_H
#define IMMURE_JAILMOD_GATE_H

#include "jailmod/compat.h"
#include "jailmod/jailmod.h"
#include "jailmod/lists.h"
#include "jailmod/pointers.h"

#include <stdbool.h>

#define OWNED_REF __attribute__((cleanup(gate_drop_ref))) PyObject *

static inline void
gate_drop_ref(PyObject **ref)
{
    Py_XDECREF(*ref);
}

/* Hand an OWNED_REF over to the caller. */
static inline PyObject *
gate_take_ref(PyObject **ref)
{
    PyObject *taken = *ref;
    *ref = NULL;
    return taken;
}

/* --- deny.c: what a refusal is --- */

/* The exception types; made by deny_init(), never freed. */
struct deny_types {
    PyObject *error;      /* JailError(Exception) */
    PyObject *denied;     /* JailDenied(JailError, PermissionError) */
    PyObject *attribute;  /* JailAttribute(JailError, AttributeError) */
    PyObject *import;     /* JailImport(JailError, ModuleNotFoundError) */
    PyObject *time_limit; /* TimeLimit(BaseException) */
};

struct deny_text {
    const char *what;
    const char *rule;
    const char *reason;
    const char *fix;
};

int deny_init(void);
const struct deny_types *deny_get_types(void);
void deny_set_hooks(const struct jail_hooks *hooks);
const struct jail_hooks *deny_get_hooks(void);

/* By its file name: code the guest gave, or the program that went to jail. */
bool deny_is_guest_code(const PyCodeObject *code);

/* Tell the hook and raise JailDenied.  Always NULL. */
PyObject *deny_raise(const struct deny_text *text);
PyObject *deny_row(const struct list_row *row);
/* The same for attributes (JailAttribute), for modules (JailImport). */
PyObject *deny_attribute(const struct list_row *row);
/* tell: false when the library asked, which has another way to go. */
/* origin: where the policy denies the module, or NULL. */
PyObject *deny_import(const char *name, const char *origin, bool tell);
/* Raise without telling: something inside C asked, not the guest. */
PyObject *deny_quietly(const struct deny_text *text);
/* Tell without raising. */
void deny_note(const char *what, const char *rule, const char *fix);

/* --- walk.c: every object of the interpreter --- */

struct walk {
    PyObject *tracked; /* list: all that gc knows, kept alive by it */
    PyObject *types;   /* list: all types, static ones too */
    /* By kind; those that gc does not track as well. */
    struct pointers functions, codes, modules;
    struct pointers methods; /* builtin functions and method descriptors */
    struct pointers tables;  /* dicts and sets */
    struct pointers types_found;
};

int walk_init(struct walk *walk);
void walk_clear(struct walk *walk);
/* A type whose slots are C's own: not made by a class statement. */
bool walk_is_c_type(PyTypeObject *type);
/* Its name; types that each module of Cython brings along have one without
 * Cython's version. */
const char *walk_type_name(const PyTypeObject *type);

/* Called with each PyMethodDef, once or more often; name is "module.name" or
 * "type.name".  Types share tables (the iterators of dicts do): each name in a
 * table counts, one that an object was given only when it is the first. */
typedef int walk_method_fn(void *arg, PyMethodDef *def, const char *name,
                           bool in_table);
int walk_methods(const struct walk *walk, walk_method_fn *found, void *arg);

/* A getset or a member of a C type: one of the definitions is NULL. */
struct walk_attribute {
    PyTypeObject *type;
    const char *name;
    PyGetSetDef *getset;
    PyMemberDef *member;
};
typedef int walk_attribute_fn(void *arg,
                              const struct walk_attribute *attribute);
int walk_attributes(const struct walk *walk, walk_attribute_fn *found,
                    void *arg);

/* Each slot wrapper (`__add__`...) of one type. */
typedef int walk_slot_fn(void *arg, PyTypeObject *type,
                         PyWrapperDescrObject *slot);
int walk_slots(PyTypeObject *type, walk_slot_fn *found, void *arg);

/* --- codes.c: which code objects existed before the jail, and the pairs --- */

int codes_collect(const struct walk *walk);
/* Just before the gates close: see bindings.c. */
int codes_bind(void);
bool codes_is_trusted(PyObject *code);
/* Library code that comes late is trusted as well, but granted nothing. */
int codes_trust(PyObject *code);
/* Whether grants name code of that module. */
bool codes_has_grants(PyObject *module);
/* Where the pairs of a gate are; NULL when nobody was granted. */
const struct pointers *codes_granted(const char *gate);
/* The calling Python frame's code is in that set.  No frame: false. */
bool codes_caller_in(const struct pointers *set);
bool codes_caller_is_trusted(void);
/* Guest code over the same globals as the guest code that asks. */
bool codes_is_own_frame(PyFrameObject *frame);
/* Grants that name no code object of this interpreter: list of str. */
PyObject *codes_unresolved(void);

/* --- bindings.c: the names that granted code uses ------------------------- */

struct pyver_caller;
/* Remember what the names of a granted code object are bound to, now. */
int bindings_take(PyObject *code, PyObject *globals);
/* Whether they still are, in the same globals and builtins. */
bool bindings_hold(const struct pyver_caller *caller);
/* Looking into that dict runs none of the guest's code. */
bool bindings_are_plain(PyObject *dict);

/* --- pyver.c: what differs between versions of CPython --- */

/* The innermost Python frame; all borrowed, all NULL without a frame. */
struct pyver_caller {
    PyObject *code, *globals, *builtins;
};
struct pyver_caller pyver_get_caller(void);
/* The globals, borrowed, of the innermost frame whose code does not pass; NULL
 * without one. */
PyObject *pyver_globals_past(bool (*passes)(PyObject *code));
/* Code of the same name, file, lines and positions that returns None. */
PyObject *pyver_code_outline(PyCodeObject *code);
/* The dict of a type, borrowed; static types of 3.12 keep it elsewhere. */
PyObject *pyver_type_dict(PyTypeObject *type);
bool pyver_made_from_spec(PyTypeObject *type);
/* False only when no type inherits from it. */
bool pyver_may_have_heirs(PyTypeObject *type);
/* Whether a dict may have keys that are no str. */
bool pyver_has_odd_keys(PyObject *dict);

/* The patched CPython calls only C functions that were allowed before
 * pyver_close(), wherever they come from; elsewhere these do nothing. */
int pyver_allow(PyMethodDef *def);
int pyver_allow_held(void); /* what no walk finds, as it is in C's hands */
void pyver_close(void);

/* --- library.c: modules out of the table in memory --- */

/* 1 when the table is of this interpreter and these files, 0 when not, -1
 * raised; once. */
int library_init(void);
/* Code is being made from the table, and nothing else runs meanwhile. */
bool library_is_reading(void);
/* A module is being run that came after the jail had closed. */
bool library_is_loading(void);
/* What patches a module that comes late: dict of names and callables. */
void library_set_patches(PyObject *patches);
bool library_has(PyObject *name); /* exact str */
/* The packed source of a file of the library, as bytes; None: not there. */
PyObject *library_source(PyObject *module, PyObject *path);
/* Import a module that is not in sys.modules; its package is.  New reference;
 * NULL without an exception: it is not in the table. */
PyObject *library_load(PyObject *name);

/* --- the gates, in the order enter_jail.c closes them --- */

struct gate_policy {
    PyObject *guest_modules;    /* frozenset of str */
    PyObject *internal_modules; /* frozenset of str */
    PyObject *open_modules; /* frozenset of str: their classes may change */
    PyObject *deny_modules; /* dict: module -> origin */
    PyObject *deny_names;   /* dict: dotted name -> origin */
    PyObject *late_patches; /* dict: module -> callable */
    PyObject *importer;     /* called for names that are in no list */
};

/* Whether names.allow of the policy has it: "numpy.*" allows all below. */
bool gate_allows(const char *name);
/* The row that rules a name under this policy; its texts live as long as the
 * process. */
int gate_rule(const struct gate_policy *policy, const struct list_table *table,
              const char *name, struct list_row *out_row);

int builtins_prepare(const struct gate_policy *policy);
int builtins_close(void);
int imports_prepare(const struct gate_policy *policy);
int imports_close(void);
bool imports_are_closed(void);
int cfuncs_prepare(const struct walk *walk, const struct gate_policy *policy);
void cfuncs_close(void);
bool cfuncs_is_gated(const PyMethodDef *def); /* after cfuncs_prepare() */
/* After the C functions have changed, and their hashes with them. */
int rehash_prepare(const struct walk *walk);
int rehash_close(void);
int types_prepare(const struct walk *walk, const struct gate_policy *policy);
int types_close(void);
int fixmods_prepare(const struct walk *walk, const struct gate_policy *policy);
int fixmods_close(void);
/* The classes of a module that came late. */
int fixmods_freeze_late(PyObject *module);
int repair_prepare(const struct walk *walk);
void repair_close(void);
int attrs_prepare(const struct walk *walk, const struct gate_policy *policy);
void attrs_close(void);
int audit_close(void);

/* The attribute gate, asked by the audit hook: 1 may pass, -1 raised.  value
 * is what is to be set, NULL for reading and deleting. */
int attrs_audit(PyObject *object, const char *name, bool writing,
                PyObject *value);

/* checked.c: the function that replaces a STAND_CHECK one; NULL: none. */
PyCFunction checked_find(const char *name, PyCFunction original);
/* True while code.replace runs with arguments that were checked. */
bool checked_is_replacing(void);

/* thunks.c: the address of thunk `index`, or NULL when there are no more. */
PyCFunction thunk_at(size_t index);

/* --- objects of `_jail` --- */

int refusing_init(void);
PyObject *refusing_new(PyObject *module, PyObject *args);
int stream_init(PyObject *module);

/* The classes of `_vfs` are shown as those of `_io` and `posix`, in whose place
 * they are.  The lists know them by their own names, so it comes after all that
 * walks. */
void vfs_show_names(void);

PyObject *explain_name(PyObject *module, PyObject *arg);
PyObject *explain_nearest(PyObject *module, PyObject *arg);
PyObject *explain_modules(PyObject *module, PyObject *ignored);
PyObject *survey_take(PyObject *module, PyObject *ignored);

#endif
