/* A refusal: the exception a guest sees, and the word to whoever listens. */
#include "jailmod/gate.h"

#include <errno.h>
#include <frameobject.h>
#include <string.h>

#define NEAR_ENOUGH 2

/* Module state of `_jail`, of which there is one a process: the thunks and the
 * slots that refuse are called without a module to look into. */
static struct {
    struct deny_types types;
    struct jail_hooks hooks;
    PyObject *guest_filename;
} deny_state;

const struct deny_types *
deny_get_types(void)
{
    return &deny_state.types;
}

void
deny_set_hooks(const struct jail_hooks *hooks)
{
    if (hooks != NULL)
        deny_state.hooks = *hooks;
}

const struct jail_hooks *
deny_get_hooks(void)
{
    return &deny_state.hooks;
}

void
jail_set_guest_filename(PyObject *filename)
{
    Py_INCREF(filename);
    Py_XSETREF(deny_state.guest_filename, filename);
}

static PyObject *
new_exception(const char *name, const char *doc, PyObject *base,
              PyObject *second)
{
    OWNED_REF bases =
        second == NULL ? PyTuple_Pack(1, base) : PyTuple_Pack(2, base, second);
    return bases == NULL ? NULL
                         : PyErr_NewExceptionWithDoc(name, doc, bases, NULL);
}

/* They carry the name of the module a guest imports them from. */
int
deny_init(void)
{
    struct deny_types *types = &deny_state.types;

    if (types->error != NULL)
        return 0;
    types->error = new_exception(
        "immure.JailError",
        "The jail refused something.  .what .layer .rule "
        ".fix say what, which layer, by which rule, and what would allow it.",
        PyExc_Exception, NULL);
    if (types->error == NULL)
        return -1;
    types->denied =
        new_exception("immure.JailDenied", "A call the jail refuses.",
                      types->error, PyExc_PermissionError);
    types->attribute =
        new_exception("immure.JailAttribute", "An attribute the jail refuses.",
                      types->error, PyExc_AttributeError);
    types->import = new_exception("immure.JailImport",
                                  "A module that is not in this jail.",
                                  types->error, PyExc_ModuleNotFoundError);
    types->time_limit = new_exception(
        "immure.TimeLimit", "The time this program was given is used up.",
        PyExc_BaseException, NULL);
    return types->denied == NULL || types->attribute == NULL ||
                   types->import == NULL || types->time_limit == NULL
               ? -1
               : 0;
}

bool
deny_is_guest_code(const PyCodeObject *code)
{
    PyObject *wanted = deny_state.guest_filename;

    if (wanted == NULL || code->co_filename == NULL)
        return false;
    return code->co_filename == wanted ||
           PyUnicode_Compare(code->co_filename, wanted) == 0;
}

/* A module of the guest's, among its files. */
static bool
is_guests_module(const PyCodeObject *code)
{
    static const char home[] = "/job/";
    const PyObject *name = code->co_filename;

    return name != NULL && PyUnicode_IS_COMPACT_ASCII(name) &&
           PyUnicode_GET_LENGTH(name) >= (Py_ssize_t)sizeof home - 1 &&
           memcmp(PyUnicode_DATA(name), home, sizeof home - 1) == 0;
}

/* The innermost line of the guest's program; of a module of its own where no
 * line of the program is under way; 0 when there is none. */
static int
find_line(void)
{
    PyFrameObject *frame = PyEval_GetFrame(); /* borrowed */
    int line = 0, module_line = 0;

    Py_XINCREF(frame);
    while (frame != NULL) {
        PyCodeObject *code = PyFrame_GetCode(frame);
        bool guest = deny_is_guest_code(code);
        if (module_line == 0 && is_guests_module(code))
            module_line = PyFrame_GetLineNumber(frame);
        Py_DECREF(code);
        if (guest)
            line = PyFrame_GetLineNumber(frame);
        PyFrameObject *outer = guest ? NULL : PyFrame_GetBack(frame);
        Py_DECREF(frame);
        frame = outer;
    }
    return line ? line : module_line;
}

void
deny_note(const char *what, const char *rule, const char *fix)
{
    PyObject *type, *value, *traceback;

    if (deny_state.hooks.denied == NULL)
        return;
    PyErr_Fetch(&type, &value, &traceback);
    struct jail_denial denial = {what, "gate", rule, fix, find_line()};
    deny_state.hooks.denied(deny_state.hooks.arg, &denial);
    PyErr_Restore(type, value, traceback);
}

static int
set_string(PyObject *object, const char *name, const char *value)
{
    OWNED_REF text = PyUnicode_FromString(value);
    if (text == NULL)
        return -1;
    return PyObject_SetAttrString(object, name, text);
}

static int
fill(PyObject *exception, const struct deny_text *text)
{
    if (set_string(exception, "what", text->what) < 0 ||
        set_string(exception, "layer", "gate") < 0 ||
        set_string(exception, "rule", text->rule) < 0 ||
        set_string(exception, "fix", text->fix) < 0)
        return -1;
    /* Library code that looks at errno takes the way out it has for files it
       may not touch. */
    if (PyObject_TypeCheck(exception, (PyTypeObject *)PyExc_OSError)) {
        OWNED_REF number = PyLong_FromLong(EACCES);
        if (number == NULL)
            return -1;
        return PyObject_SetAttrString(exception, "errno", number);
    }
    return 0;
}

/* Steals message; NULL there means an exception is set already. */
static PyObject *
raise_exception(PyObject *type, PyObject *message,
                const struct deny_text *text)
{
    OWNED_REF owned = message;
    if (owned == NULL)
        return NULL;
    OWNED_REF exception = PyObject_CallOneArg(type, owned);
    if (exception == NULL || fill(exception, text) < 0)
        return NULL;
    PyErr_SetObject(type, exception);
    return NULL;
}

static PyObject *
format_message(const struct deny_text *text)
{
    return PyUnicode_FromFormat("%s is refused: %s%s%s", text->what,
                                text->reason, text->fix[0] ? ". " : "",
                                text->fix);
}

PyObject *
deny_quietly(const struct deny_text *text)
{
    return raise_exception(deny_state.types.denied, format_message(text),
                           text);
}

PyObject *
deny_raise(const struct deny_text *text)
{
    deny_note(text->what, text->rule, text->fix);
    return deny_quietly(text);
}

PyObject *
deny_row(const struct list_row *row)
{
    struct deny_text text = {row->what, row->name, row->reason, row->fix};
    return deny_raise(&text);
}

PyObject *
deny_attribute(const struct list_row *row)
{
    struct deny_text text = {row->what, row->name, row->reason, row->fix};

    deny_note(text.what, text.rule, text.fix);
    return raise_exception(deny_state.types.attribute, format_message(&text),
                           &text);
}

/* The guest module whose name is nearest, or NULL. */
static const char *
nearest_module(const char *name)
{
    const char *best = NULL;
    unsigned best_distance = NEAR_ENOUGH + 1;

    for (size_t i = 0; i < list_modules_count; i++) {
        const struct module_row *row = &list_modules[i];
        if (row->kind != MODULE_GUEST && row->kind != MODULE_SHIM)
            continue;
        unsigned distance = list_distance(name, row->name, NEAR_ENOUGH);
        if (distance < best_distance) {
            best_distance = distance;
            best = row->name;
        }
    }
    /* Two letters of four are another word. */
    return best_distance * 3 <= strlen(name) ? best : NULL;
}

static PyObject *
format_denied_import(const char *name, const char *origin, PyObject **fix)
{
    *fix = PyUnicode_FromFormat("Take it out of [modules] deny (%s)", origin);
    return PyUnicode_FromFormat(
        "No module named '%s' in this jail: the policy denies it", name);
}

/* It is for guests, but not there: this Python has none, or the run began
 * without it and it can't come late. */
static PyObject *
format_not_loaded(const char *name, PyObject **fix)
{
    *fix = PyUnicode_FromFormat(
        "Write 'import %s' in the program, or preload it ([modules] preload)",
        name);
    return PyUnicode_FromFormat(
        "No module named '%s' in this jail: it was not loaded at the start",
        name);
}

static PyObject *
format_import(const char *name, const struct module_row *row, PyObject **fix)
{
    const char *nearest = row == NULL ? nearest_module(name) : NULL;

    if (nearest != NULL)
        *fix = PyUnicode_FromFormat("Did you mean '%s'?", nearest);
    else if (row != NULL && row->fix[0] != '\0')
        *fix = PyUnicode_FromString(row->fix);
    else if (row != NULL && row->kind == MODULE_INTERNAL)
        *fix = PyUnicode_FromString("Import the module that uses it");
    else if (row != NULL && row->kind != MODULE_REFUSED)
        return format_not_loaded(name, fix);
    else
        *fix = PyUnicode_FromFormat(
            "--allow-import %s preloads it, if the host has it", name);
    return PyUnicode_FromFormat(
        "No module named '%s' in this jail: %s", name,
        row != NULL ? row->reason : "no module of that name is in its list");
}

PyObject *
deny_import(const char *name, const char *origin, bool tell)
{
    const struct module_row *row = list_find_module(name);
    OWNED_REF fix = NULL;
    OWNED_REF head = origin != NULL ? format_denied_import(name, origin, &fix)
                                    : format_import(name, row, &fix);
    OWNED_REF what = PyUnicode_FromFormat("import %s", name);
    OWNED_REF rule = PyUnicode_FromFormat("import.%s", name);
    if (fix == NULL || head == NULL || what == NULL || rule == NULL)
        return NULL;
    struct deny_text text = {PyUnicode_AsUTF8(what), PyUnicode_AsUTF8(rule),
                             "", PyUnicode_AsUTF8(fix)};
    if (text.what == NULL || text.rule == NULL || text.fix == NULL)
        return NULL;
    if (tell)
        deny_note(text.what, text.rule, text.fix);
    OWNED_REF message = PyUnicode_FromFormat("%U. %U", head, fix);
    if (message == NULL)
        return NULL;
    raise_exception(deny_state.types.import, gate_take_ref(&message), &text);
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (value != NULL &&
        PyObject_TypeCheck(value, (PyTypeObject *)PyExc_ImportError) &&
        set_string(value, "name", name) < 0)
        PyErr_Clear();
    PyErr_Restore(type, value, traceback);
    return NULL;
}
