/* The importer of the jail: an import is a permission, and a look into
 * sys.modules.
 *
 * Nothing is found or read.  What a run did not need when its jail closed
 * comes late, from the table of library.c: the name selects the code, which
 * then runs as any other function of the library would in a guest's hands.
 * What a guest has done to its builtins, to sys.modules or to other modules
 * can spoil the module for that guest, and gives it nothing: code is granted
 * something (codes.c) by its address, at the closing and never again, so that
 * late code passes no gate; C modules do not come late at all; and nobody but
 * the guest, in its own process, uses what came late.  Names are exact str
 * objects, looked at once: a subclass could answer differently the second
 * time. */
#include "jailmod/gate.h"

#include <frameobject.h>
#include <string.h>

static struct {
    PyObject *function; /* the new __import__ */
    PyObject *by_name;  /* the new importlib.import_module */
    PyObject *guest;    /* frozenset: names a guest may import */
    PyObject *internal; /* frozenset: names the library may import too */
    PyObject *denied;   /* dict: module the policy takes away -> origin */
    PyObject *original; /* dict: sys.modules as it was when the jail closed */
    PyObject *importer; /* finds modules of the guest's own; or NULL */
} state;

struct request {
    PyObject *globals;  /* borrowed, may be NULL */
    PyObject *fromlist; /* borrowed, may be NULL */
    int level;
    bool trusted; /* asked by code that existed before the jail, or by C */
};

/* The module object of that name, borrowed; NULL without an exception: none. */
static PyObject *
loaded(PyObject *name)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed */

    if (modules == NULL || !PyDict_CheckExact(modules))
        return NULL;
    return PyDict_GetItemWithError(modules, name);
}

/* 1 may import, 0 may not, -1 raised. */
static int
may_import(PyObject *name, const struct request *request)
{
    /* Until they have run, modules import what they like, as before. */
    if (request->trusted && library_is_loading())
        return 1;
    int listed = PySet_Contains(state.guest, name);

    if (listed == 0 && request->trusted)
        listed = PySet_Contains(state.internal, name);
    if (listed != 0)
        return listed;
    /* A module the guest made itself and put there. */
    PyObject *module = loaded(name);
    if (module == NULL)
        return PyErr_Occurred() ? -1 : 0;
    PyObject *before = PyDict_GetItemWithError(state.original, name);
    if (before == NULL && PyErr_Occurred())
        return -1;
    return before != module;
}

static PyObject *
refuse(PyObject *name, const struct request *request)
{
    const char *text = PyUnicode_AsUTF8(name);
    PyObject *origin = PyDict_GetItemWithError(state.denied, name);

    if (text == NULL || PyErr_Occurred())
        return NULL;
    return deny_import(text, origin != NULL ? PyUnicode_AsUTF8(origin) : NULL,
                       !request->trusted);
}

/* Their first steps need what a guest no longer has. */
static bool
is_never_late(PyObject *name)
{
    static const char *const names[] = {
        "threading", /* asks the kernel about the main thread */
        "zoneinfo",  /* the time zones are files */
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++)
        if (PyUnicode_CompareWithASCIIString(name, names[i]) == 0)
            return true;
    return false;
}

/* From the table, once: what a guest takes out of sys.modules stays out.  Code
 * with grants never comes late: what it binds by name would be bound in a
 * process that the guest has had its hands on.  New reference, or NULL. */
static PyObject *
load_late(PyObject *name)
{
    if (PyDict_Contains(state.original, name) != 0 || codes_has_grants(name) ||
        is_never_late(name))
        return NULL;
    OWNED_REF module = library_load(name);
    if (module == NULL || PyDict_SetItem(state.original, name, module) < 0)
        return NULL;
    return gate_take_ref(&module);
}

static bool
is_machinery(PyTracebackObject *entry)
{
    static const char *const heads[] = {"<frozen importlib._bootstrap",
                                        "<immure "};
    PyCodeObject *code = PyFrame_GetCode(entry->tb_frame);
    const char *name = PyUnicode_AsUTF8(code->co_filename);
    bool own = false;

    for (size_t i = 0; name != NULL && i < Py_ARRAY_LENGTH(heads); i++)
        own |= strncmp(name, heads[i], strlen(heads[i])) == 0;
    if (name == NULL)
        PyErr_Clear();
    Py_DECREF(code);
    return own;
}

/* As remove_importlib_frames(): a traceback goes from the import statement to
 * the module's own code. */
static void
hide_machinery(void)
{
    PyObject *type, *value, *traceback;

    PyErr_Fetch(&type, &value, &traceback);
    PyObject **at = &traceback;
    while (*at != NULL && PyTraceBack_Check(*at)) {
        PyTracebackObject *entry = (PyTracebackObject *)*at;
        if (is_machinery(entry)) {
            PyObject *next = Py_XNewRef((PyObject *)entry->tb_next);
            Py_SETREF(*at, next);
        } else {
            at = (PyObject **)(void *)&entry->tb_next;
        }
    }
    PyErr_Restore(type, value, traceback);
}

/* A module of the guest's own files: what it does there, it could do itself.
 * New reference; NULL without an exception: there is none. */
static PyObject *
import_own(PyObject *name)
{
    if (state.importer == NULL)
        return NULL;
    OWNED_REF module = PyObject_CallOneArg(state.importer, name);
    if (module == NULL)
        hide_machinery();
    return module == Py_None ? NULL : gate_take_ref(&module);
}

/* New reference; every package on the way must be allowed as well. */
static PyObject *
import_dotted(PyObject *name, const struct request *request)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, length, -1);

    if (dot == -2)
        return NULL;
    if (dot >= 0) {
        OWNED_REF package = PyUnicode_Substring(name, 0, dot);
        if (package == NULL)
            return NULL;
        OWNED_REF parent = import_dotted(package, request);
        if (parent == NULL)
            return NULL;
    }
    int allowed = may_import(name, request);
    if (allowed < 0)
        return NULL;
    OWNED_REF module = allowed ? Py_XNewRef(loaded(name)) : NULL;
    if (module == NULL && allowed && !PyErr_Occurred())
        module = load_late(name);
    if (module != NULL && module != Py_None)
        return gate_take_ref(&module);
    PyObject *own = PyErr_Occurred() ? NULL : import_own(name);
    return own != NULL || PyErr_Occurred() ? own : refuse(name, request);
}

/* New reference: by `__name__`, where nothing else tells the package. */
static PyObject *
package_of(PyObject *globals, PyObject *name)
{
    if (PyErr_WarnEx(PyExc_ImportWarning,
                     "can't resolve package from __spec__ or __package__, "
                     "falling back on __name__ and __path__",
                     1) < 0)
        return NULL;
    if (PyDict_GetItemString(globals, "__path__") != NULL)
        return Py_NewRef(name);
    Py_ssize_t dot =
        PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), -1);
    if (dot < 0) {
        PyErr_SetString(PyExc_ImportError,
                        "attempted relative import with no known parent "
                        "package");
        return NULL;
    }
    return PyUnicode_Substring(name, 0, dot);
}

/* New reference: the package that a relative import starts from. */
static PyObject *
find_package(const struct request *request)
{
    PyObject *globals = request->globals;
    PyObject *package = NULL; /* borrowed */

    if (globals != NULL && PyDict_Check(globals)) {
        package = PyDict_GetItemString(globals, "__package__");
        if (package != NULL && PyUnicode_CheckExact(package) &&
            PyUnicode_GET_LENGTH(package) > 0)
            return Py_NewRef(package);
        OWNED_REF name = Py_XNewRef(PyDict_GetItemString(globals, "__name__"));
        if (name != NULL && PyUnicode_CheckExact(name))
            return package_of(globals, name);
    }
    PyErr_SetString(PyExc_ImportError,
                    "attempted relative import with no known parent package");
    return NULL;
}

/* New reference: "pkg.sub" for the "sub" of `from .sub import x`. */
static PyObject *
resolve(PyObject *name, const struct request *request)
{
    if (request->level == 0)
        return Py_NewRef(name);
    OWNED_REF package = find_package(request);
    if (package == NULL)
        return NULL;
    Py_ssize_t end = PyUnicode_GET_LENGTH(package);
    for (int i = 1; i < request->level; i++) {
        end = PyUnicode_FindChar(package, '.', 0, end, -1);
        if (end < 0) {
            PyErr_SetString(PyExc_ImportError, "attempted relative import "
                                               "beyond top-level package");
            return NULL;
        }
    }
    OWNED_REF base = PyUnicode_Substring(package, 0, end);
    if (base == NULL)
        return NULL;
    if (PyUnicode_GET_LENGTH(name) == 0)
        return gate_take_ref(&base);
    return PyUnicode_FromFormat("%U.%U", base, name);
}

/* Whether `package.x` is a module, or can become one. */
static bool
is_module(PyObject *package, PyObject *item, PyObject *full,
          const struct request *request)
{
    OWNED_REF there = NULL;
    PyObject *found = loaded(full); /* borrowed */

    if (found != NULL || PyErr_Occurred())
        return found != Py_None;
    return library_has(full) && may_import(full, request) > 0 &&
           PyObject_GetOptionalAttr(package, item, &there) == 0;
}

/* `from package import x`: when x is a module, it must be an allowed one, or
 * one of the guest's.  When x is no module the attribute counts, and is the
 * interpreter's work. */
static int
check_item(PyObject *module, PyObject *name, PyObject *item,
           const struct request *request)
{
    OWNED_REF full = PyUnicode_FromFormat("%U.%U", name, item);
    if (full == NULL)
        return -1;
    if (is_module(module, item, full, request)) {
        OWNED_REF submodule = import_dotted(full, request);
        return submodule == NULL ? -1 : 0;
    }
    OWNED_REF attribute = NULL;
    if (PyErr_Occurred() ||
        PyObject_GetOptionalAttr(module, item, &attribute) < 0)
        return -1;
    if (attribute != NULL)
        return 0;
    OWNED_REF own = import_own(full);
    return own == NULL && PyErr_Occurred() ? -1 : 0;
}

static int
check_items(PyObject *module, PyObject *name, PyObject *list,
            const struct request *request)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(list); i++) {
        PyObject *item = PyTuple_GET_ITEM(list, i); /* borrowed */
        if (PyUnicode_CheckExact(item) &&
            check_item(module, name, item, request) < 0)
            return -1;
    }
    return 0;
}

/* `from package import *` imports what __all__ names. */
static int
check_all(PyObject *module, PyObject *name, const struct request *request)
{
    OWNED_REF key = PyUnicode_InternFromString("__all__");
    OWNED_REF all = NULL;
    if (key == NULL || PyObject_GetOptionalAttr(module, key, &all) < 0)
        return -1;
    OWNED_REF list = all == NULL ? PyTuple_New(0) : PySequence_Tuple(all);
    return list == NULL ? -1 : check_items(module, name, list, request);
}

static int
check_fromlist(PyObject *module, PyObject *name, const struct request *request)
{
    OWNED_REF key = PyUnicode_InternFromString("__path__");
    OWNED_REF path = NULL;
    PyObject *list = request->fromlist;

    if (key == NULL)
        return -1;
    if (!PyTuple_CheckExact(list) || !PyModule_Check(module))
        return 0;
    if (PyObject_GetOptionalAttr(module, key, &path) <= 0)
        return PyErr_Occurred() ? -1 : 0;
    PyObject *first =
        PyTuple_GET_SIZE(list) == 1 ? PyTuple_GET_ITEM(list, 0) : NULL;
    if (first != NULL && PyUnicode_CheckExact(first) &&
        PyUnicode_CompareWithASCIIString(first, "*") == 0)
        return check_all(module, name, request);
    return check_items(module, name, list, request);
}

static PyObject *
top_package(PyObject *name, PyObject *full, const struct request *request)
{
    Py_ssize_t dot =
        PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), 1);
    if (dot == -2)
        return NULL;
    if (dot == -1)
        return import_dotted(full, request);
    /* For a relative import the front of `full` that `name` does not hold. */
    Py_ssize_t cut =
        PyUnicode_GET_LENGTH(full) - PyUnicode_GET_LENGTH(name) + dot;
    OWNED_REF top = PyUnicode_Substring(full, 0, cut);
    return top == NULL ? NULL : import_dotted(top, request);
}

static PyObject *
import_module(PyObject *name, const struct request *request)
{
    OWNED_REF full = resolve(name, request);
    if (full == NULL)
        return NULL;
    OWNED_REF module = import_dotted(full, request);
    if (module == NULL)
        return NULL;
    int wanted =
        request->fromlist == NULL ? 0 : PyObject_IsTrue(request->fromlist);
    if (wanted < 0)
        return NULL;
    if (wanted == 0)
        return top_package(name, full, request);
    if (check_fromlist(module, full, request) < 0)
        return NULL;
    return gate_take_ref(&module);
}

/* --- before the jail closes --- */

/* Load `name` and the packages above it from the table.  What the table does
 * not have is left to importlib. */
static int
fetch(PyObject *name)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, length, -1);

    if (loaded(name) != NULL)
        return 0;
    if (dot == -2 || PyErr_Occurred())
        return -1;
    if (dot >= 0) {
        OWNED_REF package = PyUnicode_Substring(name, 0, dot);
        if (package == NULL || fetch(package) < 0)
            return -1;
        /* A package may import what is below it. */
        if (loaded(name) != NULL)
            return 0;
    }
    OWNED_REF module = library_load(name);
    return module == NULL && PyErr_Occurred() ? -1 : 0;
}

/* `from package import module`. */
static int
fetch_fromlist(PyObject *name, PyObject *list)
{
    PyObject *module = loaded(name); /* borrowed */
    OWNED_REF path = NULL;

    if (module == NULL || list == NULL || !PyTuple_CheckExact(list))
        return PyErr_Occurred() ? -1 : 0;
    if (PyObject_GetOptionalAttr(
            module, PyUnicode_InternFromString("__path__"), &path) <= 0)
        return PyErr_Occurred() ? -1 : 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(list); i++) {
        PyObject *item = PyTuple_GET_ITEM(list, i); /* borrowed */
        OWNED_REF there = NULL;
        if (!PyUnicode_CheckExact(item) ||
            PyObject_GetOptionalAttr(module, item, &there) != 0)
            continue;
        OWNED_REF full = PyUnicode_FromFormat("%U.%U", name, item);
        if (full == NULL || fetch(full) < 0)
            return -1;
    }
    return PyErr_Occurred() ? -1 : 0;
}

/* The arguments of an import statement; importlib does the rest. */
static PyObject *
open_import(PyObject *name, PyObject *locals, const struct request *request)
{
    if (PyUnicode_CheckExact(name) && request->level >= 0) {
        OWNED_REF full = resolve(name, request);
        if (full == NULL || fetch(full) < 0 ||
            fetch_fromlist(full, request->fromlist) < 0)
            return NULL;
    }
    return PyImport_ImportModuleLevelObject(name, request->globals, locals,
                                            request->fromlist, request->level);
}

/* --- the functions in the place of Python's own --- */

static PyObject *
jail_import(PyObject *module, PyObject *args, PyObject *kwargs)
{
    char *keywords[] = {(char[]){"name"},   (char[]){"globals"},
                        (char[]){"locals"}, (char[]){"fromlist"},
                        (char[]){"level"},  NULL};
    PyObject *name;
    PyObject *locals = NULL;
    struct request request = {0};

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O|OOOi:__import__", keywords, &name,
            &request.globals, &locals, &request.fromlist, &request.level))
        return NULL;
    if (!imports_are_closed())
        return open_import(name, locals, &request);
    if (!PyUnicode_CheckExact(name)) {
        PyErr_SetString(PyExc_TypeError, "module name must be exactly a str");
        return NULL;
    }
    if (PyUnicode_GET_LENGTH(name) == 0 && request.level <= 0) {
        PyErr_SetString(PyExc_ValueError, "Empty module name");
        return NULL;
    }
    if (request.level < 0) {
        PyErr_SetString(PyExc_ValueError, "level must be >= 0");
        return NULL;
    }
    /* Only PyImport_Import(), C code, hands over an empty list. */
    request.trusted =
        codes_caller_is_trusted() ||
        (request.fromlist != NULL && PyList_CheckExact(request.fromlist));
    return import_module(name, &request);
}

/* importlib.import_module(): relative names count from the package given. */
static PyObject *
jail_import_module(PyObject *module, PyObject *args, PyObject *kwargs)
{
    char *keywords[] = {(char[]){"name"}, (char[]){"package"}, NULL};
    PyObject *name;
    PyObject *package = Py_None;
    struct request request = {0};

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "U|O:import_module",
                                     keywords, &name, &package))
        return NULL;
    if (!PyUnicode_CheckExact(name)) {
        PyErr_SetString(PyExc_TypeError, "module name must be exactly a str");
        return NULL;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    while (request.level < length &&
           PyUnicode_READ_CHAR(name, request.level) == '.')
        request.level++;
    OWNED_REF globals = PyDict_New();
    OWNED_REF rest = PyUnicode_Substring(name, request.level, length);
    if (globals == NULL || rest == NULL ||
        PyDict_SetItemString(globals, "__package__", package) < 0)
        return NULL;
    request.globals = globals;
    request.trusted = codes_caller_is_trusted();
    OWNED_REF full = resolve(rest, &request);
    return full == NULL ? NULL : import_dotted(full, &request);
}

static PyMethodDef import_module_def = {
    "import_module", (PyCFunction)(void (*)(void))jail_import_module,
    METH_VARARGS | METH_KEYWORDS,
    "Import a module of the jail's list; it is loaded already."};

static PyMethodDef import_def = {
    "__import__", (PyCFunction)(void (*)(void))jail_import,
    METH_VARARGS | METH_KEYWORDS,
    "Import a module of the jail's list; it is loaded already."};

static int
make_function(void)
{
    OWNED_REF module = PyUnicode_FromString("builtins");
    if (pyver_allow(&import_def) < 0 || pyver_allow(&import_module_def) < 0)
        return -1;
    if (state.function == NULL && module != NULL)
        state.function = PyCFunction_NewEx(&import_def, NULL, module);
    return state.function == NULL ? -1 : 0;
}

/* The function stays when the jail closes: the library holds it by then
 * (`importer = __import__` in logging.config). */
int
jail_use_library(void)
{
    int usable = make_function() < 0 ? -1 : library_init();
    if (usable < 0 || PyDict_SetItemString(PyEval_GetBuiltins(), "__import__",
                                           state.function) < 0)
        return -1;
    return usable;
}

bool
imports_are_closed(void)
{
    return state.guest != NULL;
}

int
imports_prepare(const struct gate_policy *policy)
{
    state.guest = Py_NewRef(policy->guest_modules);
    state.internal = Py_NewRef(policy->internal_modules);
    state.denied = Py_NewRef(policy->deny_modules);
    library_set_patches(policy->late_patches);
    state.importer = Py_XNewRef(policy->importer);
    state.original = PyDict_Copy(PyImport_GetModuleDict());
    state.by_name = PyCFunction_New(&import_module_def, NULL);
    return state.original == NULL || make_function() < 0 ||
                   state.by_name == NULL
               ? -1
               : 0;
}

/* importlib's own functions look into sys.modules without asking. */
int
imports_close(void)
{
    const struct {
        const char *module;
        const char *name;
        PyObject *function; /* borrowed */
    } places[] = {
        {"builtins", "__import__", state.function},
        {"importlib", "__import__", state.function},
        {"importlib", "import_module", state.by_name},
        {"_frozen_importlib", "__import__", state.function},
        {"_frozen_importlib", "_gcd_import", state.by_name},
    };

    for (size_t i = 0; i < Py_ARRAY_LENGTH(places); i++) {
        PyObject *module =
            PyDict_GetItemString(state.original, places[i].module);
        if (module == NULL || !PyModule_Check(module))
            continue;
        if (PyDict_SetItemString(PyModule_GetDict(module), places[i].name,
                                 places[i].function) < 0)
            return -1;
    }
    return 0;
}
