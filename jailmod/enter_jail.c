/* Closing the gate: one way, once a process, in one fixed order. */
#include "jailmod/gate.h"

#include <string.h>

/* One way: set when the first gate starts to close, never cleared. */
static enum { OPEN, CLOSING, CLOSED } jail_state;

static const struct list_row default_row = {
    .reason = "it is not in the list of what a guest may use",
    .fix = "names.allow in the policy adds it",
    .rule = "",
    .where = "",
    .stand = STAND_DROP};
static const struct list_row allowed_row = {.name = "names.allow",
                                            .what = "names.allow",
                                            .reason = "the policy allows it",
                                            .fix = "",
                                            .rule = "names.allow",
                                            .where = "",
                                            .stand = STAND_KEEP};

/* Names the policy allows on top of the lists: tuple of str, or NULL before
 * the policy is read. */
static PyObject *allow_names;

int
jail_is_closed(void)
{
    return jail_state == CLOSED;
}

static char *
copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = PyMem_RawMalloc(size);

    if (copy == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    return memcpy(copy, text, size);
}

/* A row for a name the lists do not know, or one the policy denies.  Its texts
 * live as long as the jail. */
static int
make_row(const char *name, const char *what, const char *reason,
         struct list_row *out_row)
{
    struct list_row row = default_row;

    row.name = copy_text(name);
    row.what = copy_text(what);
    row.reason = copy_text(reason);
    row.rule = row.name;
    if (row.name == NULL || row.what == NULL || row.reason == NULL)
        return -1;
    *out_row = row;
    return 0;
}

static bool
pattern_matches(const char *pattern, const char *name)
{
    size_t length = strlen(pattern);

    if (length > 2 && strcmp(pattern + length - 2, ".*") == 0)
        return strncmp(pattern, name, length - 1) == 0;
    return strcmp(pattern, name) == 0;
}

/* "os.system" of "os.system()": how a policy writes it. */
static void
plain_name(char *plain, size_t size, const char *what)
{
    PyOS_snprintf(plain, size, "%s", what);
    plain[strcspn(plain, "(")] = '\0';
}

bool
gate_allows(const char *name)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(allow_names); i++) {
        const char *pattern =
            PyUnicode_AsUTF8(PyTuple_GET_ITEM(allow_names, i));
        if (pattern != NULL && pattern_matches(pattern, name))
            return true;
    }
    return false;
}

/* The origin ("FILE:LINE") of the line that denies a name, borrowed. */
static PyObject *
denied_by_policy(const struct gate_policy *policy, const char *name,
                 const char *plain)
{
    PyObject *origin = PyDict_GetItemString(policy->deny_names, name);

    return origin != NULL ? origin
                          : PyDict_GetItemString(policy->deny_names, plain);
}

int
gate_rule(const struct gate_policy *policy, const struct list_table *table,
          const char *name, struct list_row *out_row)
{
    struct list_row row;
    bool listed = list_find(table, name, &row);
    const char *what = listed ? row.what : name;
    char plain[128];

    plain_name(plain, sizeof plain, what);
    PyObject *origin = denied_by_policy(policy, name, plain); /* borrowed */
    if (origin != NULL) {
        OWNED_REF reason =
            PyUnicode_FromFormat("the policy denies it (%S)", origin);
        const char *text = reason == NULL ? NULL : PyUnicode_AsUTF8(reason);
        return text == NULL ? -1 : make_row(name, what, text, out_row);
    }
    if ((!listed || row.stand != STAND_KEEP) &&
        (gate_allows(name) || gate_allows(plain)))
        row = allowed_row;
    else if (!listed)
        return make_row(name, name, default_row.reason, out_row);
    *out_row = row;
    return 0;
}

/* --- the policy --- */

/* Names of the lists, where the policy names none.  New reference. */
static PyObject *
listed_modules(bool internal)
{
    OWNED_REF names = PySet_New(NULL);
    for (size_t i = 0; names != NULL && i < list_modules_count; i++) {
        const struct module_row *row = &list_modules[i];
        if ((row->kind == MODULE_INTERNAL) != internal ||
            row->kind == MODULE_REFUSED)
            continue;
        OWNED_REF name = PyUnicode_FromString(row->name);
        if (name == NULL || PySet_Add(names, name) < 0)
            return NULL;
    }
    return names == NULL ? NULL : PyFrozenSet_New(names);
}

static PyObject *
read_modules(PyObject *dict, const char *key, bool internal)
{
    PyObject *names = PyDict_GetItemString(dict, key); /* borrowed */

    return names == NULL ? listed_modules(internal) : PyFrozenSet_New(names);
}

static int
policy_read(PyObject *dict, struct gate_policy *policy)
{
    if (!PyDict_Check(dict)) {
        PyErr_SetString(PyExc_TypeError, "the jail's policy must be a dict");
        return -1;
    }
    PyObject *deny = PyDict_GetItemString(dict, "deny_names");
    PyObject *modules = PyDict_GetItemString(dict, "deny_modules");
    PyObject *allow = PyDict_GetItemString(dict, "allow_names");
    PyObject *late = PyDict_GetItemString(dict, "late_patches");
    policy->late_patches = late == NULL ? PyDict_New() : PyDict_Copy(late);
    policy->guest_modules = read_modules(dict, "guest_modules", false);
    policy->internal_modules = read_modules(dict, "internal_modules", true);
    PyObject *open = PyDict_GetItemString(dict, "open_modules");
    policy->open_modules = PyFrozenSet_New(open);
    policy->deny_modules =
        modules == NULL ? PyDict_New() : PyDict_Copy(modules);
    policy->deny_names = deny == NULL ? PyDict_New() : PyDict_Copy(deny);
    policy->importer = Py_XNewRef(PyDict_GetItemString(dict, "importer"));
    Py_XSETREF(allow_names,
               allow == NULL ? PyTuple_New(0) : PySequence_Tuple(allow));
    return policy->guest_modules == NULL || policy->internal_modules == NULL ||
                   policy->open_modules == NULL ||
                   policy->deny_modules == NULL ||
                   policy->deny_names == NULL ||
                   policy->late_patches == NULL || allow_names == NULL
               ? -1
               : 0;
}

static void
policy_clear(struct gate_policy *policy)
{
    Py_CLEAR(policy->guest_modules);
    Py_CLEAR(policy->internal_modules);
    Py_CLEAR(policy->open_modules);
    Py_CLEAR(policy->deny_modules);
    Py_CLEAR(policy->deny_names);
    Py_CLEAR(policy->late_patches);
    Py_CLEAR(policy->importer);
}

/* --- entering --- */

static int
check_alone(void)
{
    PyInterpreterState *interp = PyInterpreterState_Get();

    if (jail_state != OPEN) {
        PyErr_SetString(PyExc_RuntimeError, "the jail is closed already");
        return -1;
    }
    if (PyInterpreterState_Next(PyInterpreterState_Head()) != NULL) {
        PyErr_SetString(PyExc_RuntimeError,
                        "a jail can't close while subinterpreters exist");
        return -1;
    }
    if (PyThreadState_Next(PyInterpreterState_ThreadHead(interp)) != NULL) {
        PyErr_SetString(PyExc_RuntimeError,
                        "a jail can't close while other threads are alive");
        return -1;
    }
    return 0;
}

/* All that can fail for an ordinary reason; changes nothing. */
static int
prepare(const struct gate_policy *policy)
{
    struct walk walk;

    if (walk_init(&walk) < 0)
        return -1;
    int status = -1;
    if (codes_collect(&walk) == 0 && imports_prepare(policy) == 0 &&
        builtins_prepare(policy) == 0 && cfuncs_prepare(&walk, policy) == 0 &&
        rehash_prepare(&walk) == 0 && types_prepare(&walk, policy) == 0 &&
        fixmods_prepare(&walk, policy) == 0 && repair_prepare(&walk) == 0 &&
        attrs_prepare(&walk, policy) == 0)
        status = 0;
    walk_clear(&walk);
    return status;
}

static int
close_gates(void)
{
    jail_state = CLOSING;
    if (builtins_close() < 0 || codes_bind() < 0)
        return -1;
    cfuncs_close();
    if (types_close() < 0 || rehash_close() < 0 || fixmods_close() < 0)
        return -1;
    repair_close();
    attrs_close();
    vfs_show_names();
    if (audit_close() < 0)
        return -1;
    pyver_close();
    jail_state = CLOSED;
    return 0;
}

/* gc.get_objects() does not show what gc.freeze() put away.  1 if it had. */
static int
thaw(void)
{
    OWNED_REF gc = PyImport_ImportModule("gc");
    OWNED_REF count =
        gc == NULL ? NULL : PyObject_CallMethod(gc, "get_freeze_count", NULL);
    if (count == NULL)
        return -1;
    int frozen = PyObject_IsTrue(count);
    if (frozen <= 0)
        return frozen;
    OWNED_REF done = PyObject_CallMethod(gc, "unfreeze", NULL);
    return done == NULL ? -1 : 1;
}

static int
freeze_again(int frozen)
{
    if (!frozen)
        return 0;
    OWNED_REF gc = PyImport_ImportModule("gc");
    OWNED_REF done =
        gc == NULL ? NULL : PyObject_CallMethod(gc, "freeze", NULL);
    return done == NULL ? -1 : 0;
}

int
jail_enter(PyObject *policy_dict, const struct jail_hooks *hooks)
{
    struct gate_policy policy = {0};

    if (check_alone() < 0)
        return -1;
    int frozen = thaw();
    int status = frozen < 0 || deny_init() < 0 ||
                         policy_read(policy_dict, &policy) < 0 ||
                         prepare(&policy) < 0 || freeze_again(frozen) < 0
                     ? -1
                     : 0;
    policy_clear(&policy);
    if (status < 0)
        return -1;
    deny_set_hooks(hooks);
    return close_gates();
}
