/* Gate 5: the audit hook, default deny.  It comes last and can't be removed.
 *
 * What the other gates missed and CPython's own authors thought worth an
 * event stops here.  Ordinary code raises no events. */
#include "jailmod/gate.h"

#include <string.h>

/* The first two arguments, borrowed; NULL where there are none. */
static PyObject *
argument(PyObject *args, Py_ssize_t at)
{
    if (args == NULL || !PyTuple_Check(args) || PyTuple_GET_SIZE(args) <= at)
        return NULL;
    return PyTuple_GET_ITEM(args, at);
}

static int
check_attribute(PyObject *args, bool writing)
{
    PyObject *object = argument(args, 0);
    PyObject *name = argument(args, 1);

    if (object == NULL || name == NULL || !PyUnicode_Check(name))
        return -1;
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL)
        return -1;
    PyObject *value = writing ? argument(args, 2) : NULL; /* borrowed */
    return attrs_audit(object, text, writing, value) > 0 ? 0 : -1;
}

static int
check_read(PyObject *args, const struct list_row *row)
{
    (void)row;
    return check_attribute(args, false);
}

static int
check_write(PyObject *args, const struct list_row *row)
{
    (void)row;
    return check_attribute(args, true);
}

/* exec() of a library code object, or a function of it, would run it over the
 * guest's globals, with what that code object was granted. */
static int
check_own_code(PyObject *args, const struct list_row *row)
{
    PyObject *code = argument(args, 0);

    if (code == NULL || !codes_is_trusted(code))
        return 0;
    deny_row(row);
    return -1;
}

static int
check_import(PyObject *args, const struct list_row *row)
{
    PyObject *name = argument(args, 0);
    const char *text =
        name != NULL && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
    if (text != NULL)
        deny_import(text, NULL, true);
    else if (!PyErr_Occurred())
        deny_row(row);
    return -1;
}

/* The compiler asks for the source line of a SyntaxError, and goes without:
 * not a denial anybody should read about. */
static int
check_open(PyObject *args, const struct list_row *row)
{
    struct deny_text text = {row->what, row->name, row->reason, row->fix};

    (void)args;
    deny_quietly(&text);
    return -1;
}

/* The function of that name is dead; the table of library.c is read so. */
static int
check_marshal(PyObject *args, const struct list_row *row)
{
    (void)args;
    if (library_is_reading())
        return 0;
    deny_row(row);
    return -1;
}

static int
check_code(PyObject *args, const struct list_row *row)
{
    (void)args;
    if (checked_is_replacing())
        return 0;
    deny_row(row);
    return -1;
}

static const struct {
    const char *event;
    int (*check)(PyObject *args, const struct list_row *row);
} checks[] = {
    {"code.__new__", check_code},
    {"exec", check_own_code},
    {"function.__new__", check_own_code},
    {"import", check_import},
    {"marshal.loads", check_marshal},
    {"object.__delattr__", check_write},
    {"object.__getattr__", check_read},
    {"object.__setattr__", check_write},
    {"open", check_open},
};

static int
run_check(const struct list_row *row, PyObject *args)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(checks); i++)
        if (strcmp(checks[i].event, row->name) == 0)
            return checks[i].check(args, row);
    deny_row(row);
    return -1;
}

static int
refuse_unknown(const char *event)
{
    char what[96];
    char rule[96];
    struct deny_text text = {
        what, rule, "it is not among the events a guest may cause", ""};

    PyOS_snprintf(what, sizeof what, "the operation '%s'", event);
    PyOS_snprintf(rule, sizeof rule, "event.%s", event);
    deny_raise(&text);
    return -1;
}

static int
hook(const char *event, PyObject *args, void *unused)
{
    struct list_row row;
    bool listed = list_find(&list_events, event, &row);

    (void)unused;
    if (listed && row.stand == STAND_KEEP)
        return 0;
    if (gate_allows(event))
        return 0;
    if (!listed)
        return refuse_unknown(event);
    switch (row.stand) {
    case STAND_KEEP:
        return 0;
    case STAND_CHECK:
        return run_check(&row, args);
    case STAND_PAIR:
        if (codes_caller_in(codes_granted(event)))
            return 0;
        break;
    case STAND_DROP:
    case STAND_MAKE:
    case STAND_USE:
        break;
    }
    deny_row(&row);
    return -1;
}

int
audit_close(void)
{
    return PySys_AddAuditHook(hook, NULL);
}
