/* Modules of the library out of a table in memory.
 *
 * The code objects are made by us, from read-only data of this program: a name
 * selects a row, and nothing else of the caller's goes in.  What a module sees
 * of itself (`__file__`, `__spec__`, `__loader__`...) is what importlib would
 * have given it.
 *
 * A table that is not of the interpreter that runs, or not of the source files
 * as they are now, is not used: then modules come from files, before the jail
 * closes, and the table is empty to whoever asks. */
#include "jailmod/library.h"
#include "jailmod/gate.h"

#include <marshal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct {
    bool usable;
    PyObject *builtins; /* dict */
    PyObject *spec;     /* _frozen_importlib.ModuleSpec */
    PyObject *loader;   /* _frozen_importlib_external.SourceFileLoader */
    PyObject *tag;      /* "cpython-311" */
    PyObject *patches;  /* dict: module -> what patches it, or NULL */
    bool reading;       /* code is being made from the table */
    unsigned loading;   /* modules that are being run after the closing */
} library;

static int
compare(const void *key, const void *row)
{
    return strcmp(key, ((const struct library_row *)row)->name);
}

static const struct library_row *
find(PyObject *name)
{
    const char *text = library.usable ? PyUnicode_AsUTF8(name) : NULL;

    if (text == NULL) {
        PyErr_Clear();
        return NULL;
    }
    const struct library_row *row = bsearch(text, library_rows, library_count,
                                            sizeof *library_rows, compare);
    /* importlib finds those in libpython while it may. */
    return row != NULL && row->frozen && !imports_are_closed() ? NULL : row;
}

/* The source is the one that was frozen. */
static bool
is_current(const struct library_row *row)
{
    char path[512];
    struct stat now;

    PyOS_snprintf(path, sizeof path, "%s/%s", PYTHON_STDLIB, row->path);
    return stat(path, &now) == 0 && now.st_size == row->source_size &&
           now.st_mtim.tv_sec * INT64_C(1000000000) + now.st_mtim.tv_nsec ==
               row->source_mtime;
}

int
library_init(void)
{
    OWNED_REF core = PyImport_ImportModule("_frozen_importlib");
    OWNED_REF external = PyImport_ImportModule("_frozen_importlib_external");
    OWNED_REF implementation =
        Py_XNewRef(PySys_GetObject("implementation")); /* borrowed */

    if (core == NULL || external == NULL || implementation == NULL)
        return -1;
    library.builtins = Py_NewRef(PyEval_GetBuiltins());
    library.spec = PyObject_GetAttrString(core, "ModuleSpec");
    library.loader = PyObject_GetAttrString(external, "SourceFileLoader");
    library.tag = PyObject_GetAttrString(implementation, "cache_tag");
    if (library.spec == NULL || library.loader == NULL || library.tag == NULL)
        return -1;
    library.usable = strcmp(library_version, Py_GetVersion()) == 0;
    for (size_t i = 0; library.usable && i < library_count; i++)
        library.usable = is_current(&library_rows[i]);
    return library.usable;
}

PyObject *
library_source(PyObject *module, PyObject *path)
{
    static const char above[] = PYTHON_STDLIB "/";
    const size_t length = sizeof above - 1;
    const char *text = NULL;

    (void)module;
    if (library.usable && PyUnicode_CheckExact(path))
        text = PyUnicode_AsUTF8(path);
    PyErr_Clear();
    if (text == NULL || strncmp(text, above, length) != 0)
        Py_RETURN_NONE;
    for (size_t i = 0; i < library_count; i++)
        if (strcmp(library_rows[i].path, text + length) == 0)
            return PyBytes_FromStringAndSize(
                (const char *)library_code + library_rows[i].text_offset,
                (Py_ssize_t)library_rows[i].text_size);
    Py_RETURN_NONE;
}

/* Where importlib would have found it. */
struct place {
    PyObject *file, *cached, *folder; /* str */
};

static int
find_place(const struct library_row *row, struct place *out)
{
    const char *slash = strrchr(row->path, '/');
    const char *base = slash == NULL ? row->path : slash + 1;
    int below = (int)(base - row->path);
    int stem = (int)strcspn(base, ".");
    const char *tag = PyUnicode_AsUTF8(library.tag);
    char folder[256], cached[512];

    if (tag == NULL)
        return -1;
    PyOS_snprintf(folder, sizeof folder, "%s/%.*s", PYTHON_STDLIB,
                  below > 0 ? below - 1 : 0, row->path);
    PyOS_snprintf(cached, sizeof cached, "%s/%.*s__pycache__/%.*s.%s.pyc",
                  PYTHON_STDLIB, below, row->path, stem, base, tag);
    out->file = PyUnicode_FromFormat("%s/%s", PYTHON_STDLIB, row->path);
    out->cached = PyUnicode_FromString(cached);
    out->folder = PyUnicode_FromString(folder);
    return out->file && out->cached && out->folder ? 0 : -1;
}

static void
place_clear(struct place *place)
{
    Py_CLEAR(place->file);
    Py_CLEAR(place->cached);
    Py_CLEAR(place->folder);
}

/* New reference: as importlib.util.spec_from_file_location() makes it. */
static PyObject *
make_spec(const struct library_row *row, PyObject *name,
          const struct place *place)
{
    OWNED_REF loader =
        PyObject_CallFunctionObjArgs(library.loader, name, place->file, NULL);
    OWNED_REF spec =
        loader == NULL
            ? NULL
            : PyObject_CallFunctionObjArgs(library.spec, name, loader, NULL);
    OWNED_REF folders = row->package ? Py_BuildValue("[O]", place->folder)
                                     : Py_NewRef(Py_None);
    if (spec == NULL || folders == NULL ||
        PyObject_SetAttrString(spec, "origin", place->file) < 0 ||
        PyObject_SetAttrString(spec, "_cached", place->cached) < 0 ||
        PyObject_SetAttrString(spec, "_set_fileattr", Py_True) < 0 ||
        PyObject_SetAttrString(spec, "submodule_search_locations", folders) <
            0)
        return NULL;
    return gate_take_ref(&spec);
}

/* Steals value; NULL there means an exception is set already. */
static int
set(PyObject *dict, const char *name, PyObject *value)
{
    if (value == NULL)
        return -1;
    int done = PyDict_SetItemString(dict, name, value);
    Py_DECREF(value);
    return done;
}

/* New reference: the attributes importlib's _init_module_attrs() sets. */
static PyObject *
make_module(const struct library_row *row, PyObject *name,
            const struct place *place)
{
    OWNED_REF module = PyModule_NewObject(name);
    OWNED_REF spec = module == NULL ? NULL : make_spec(row, name, place);
    if (spec == NULL)
        return NULL;
    PyObject *dict = PyModule_GetDict(module); /* borrowed */
    const char *dot = strrchr(row->name, '.');
    OWNED_REF package =
        row->package ? Py_NewRef(name)
                     : PyUnicode_FromStringAndSize(
                           row->name, dot == NULL ? 0 : dot - row->name);
    if (set(dict, "__package__", Py_XNewRef(package)) < 0 ||
        set(dict, "__loader__", PyObject_GetAttrString(spec, "loader")) < 0 ||
        set(dict, "__spec__", Py_NewRef(spec)) < 0 ||
        set(dict, "__file__", Py_NewRef(place->file)) < 0 ||
        set(dict, "__cached__", Py_NewRef(place->cached)) < 0 ||
        set(dict, "__builtins__", Py_NewRef(library.builtins)) < 0)
        return NULL;
    if (row->package &&
        set(dict, "__path__",
            PyObject_GetAttrString(spec, "submodule_search_locations")) < 0)
        return NULL;
    return gate_take_ref(&module);
}

/* After the closing a module is one that existed before it, as far as others
 * can tell: its code is the library's, its classes do not change. */
static int
finish(PyObject *name, PyObject *module)
{
    PyObject *patch = library.patches == NULL
                          ? NULL
                          : PyDict_GetItemWithError(library.patches, name);

    if (patch == NULL && PyErr_Occurred())
        return -1;
    OWNED_REF done = patch == NULL ? NULL : PyObject_CallNoArgs(patch);
    if (patch != NULL && done == NULL)
        return -1;
    return PyModule_Check(module) ? fixmods_freeze_late(module) : 0;
}

/* Nothing of a guest's runs in between: no collection, and so no finalizer.
 * New reference. */
static PyObject *
read_code(const char *data, size_t size)
{
    int collecting = PyGC_Disable();

    library.reading = true;
    PyObject *code = PyMarshal_ReadObjectFromString(data, (Py_ssize_t)size);
    library.reading = false;
    if (collecting)
        PyGC_Enable();
    return code;
}

bool
library_is_reading(void)
{
    return library.reading;
}

static int
run_code(PyObject *name, PyObject *module, const char *data, size_t size)
{
    PyObject *dict = PyModule_GetDict(module); /* borrowed */
    OWNED_REF code = read_code(data, size);
    bool late = imports_are_closed();

    if (code == NULL || (late && codes_trust(code) < 0))
        return -1;
    library.loading += late;
    OWNED_REF done = PyEval_EvalCode(code, dict, dict);
    int status = done == NULL ? -1 : late ? finish(name, module) : 0;
    library.loading -= late;
    return status;
}

/* Run code in a new module.  It stays in sys.modules on success only, and what
 * is there afterwards is the module. */
static PyObject *
run(PyObject *name, PyObject *module, const void *data, size_t size)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed */

    if (PyDict_SetItem(modules, name, module) < 0)
        return NULL;
    if (run_code(name, module, data, size) < 0) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        if (PyDict_DelItem(modules, name) < 0)
            PyErr_Clear();
        PyErr_Restore(type, value, traceback);
        return NULL;
    }
    return Py_XNewRef(PyDict_GetItemWithError(modules, name));
}

static PyObject *
load_row(const struct library_row *row, PyObject *name)
{
    struct place place = {0};
    OWNED_REF module =
        find_place(row, &place) < 0 ? NULL : make_module(row, name, &place);

    place_clear(&place);
    return module == NULL
               ? NULL
               : run(name, module, library_code + row->offset, row->size);
}

/* `package.child`: importlib sets it after the child has run. */
static int
tell_parent(PyObject *name, PyObject *module)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, length, -1);

    if (dot < 0)
        return dot == -2 ? -1 : 0;
    OWNED_REF above = PyUnicode_Substring(name, 0, dot);
    OWNED_REF child = PyUnicode_Substring(name, dot + 1, length);
    if (above == NULL || child == NULL)
        return -1;
    PyObject *parent =
        PyDict_GetItemWithError(PyImport_GetModuleDict(), above);
    if (parent == NULL)
        return PyErr_Occurred() ? -1 : 0;
    return PyObject_SetAttr(parent, child, module);
}

/* One of ours that stands under a name of the library: the frozen module
 * `_immure_NAME`, as _immure_patch.stand_in() leaves it. */
static const char *const stand_ins[] = {"fcntl",  "select", "signal",
                                        "socket", "ssl",    "subprocess"};

static const struct _frozen *
find_stand_in(PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    size_t i = 0;

    while (text != NULL && i < Py_ARRAY_LENGTH(stand_ins) &&
           strcmp(text, stand_ins[i]) != 0)
        i++;
    if (text == NULL || i == Py_ARRAY_LENGTH(stand_ins))
        return NULL;
    for (const struct _frozen *f = PyImport_FrozenModules; f && f->name; f++)
        if (strncmp(f->name, "_immure_", 8) == 0 &&
            strcmp(f->name + 8, text) == 0)
            return f;
    return NULL;
}

static PyObject *
load_stand_in(const struct _frozen *frozen, PyObject *name)
{
    OWNED_REF ours = PyUnicode_FromString(frozen->name);
    OWNED_REF made = ours == NULL ? NULL : PyModule_NewObject(ours);

    if (made == NULL ||
        set(PyModule_GetDict(made), "__builtins__",
            Py_NewRef(library.builtins)) < 0 ||
        set(PyModule_GetDict(made), "__package__", PyUnicode_FromString("")) <
            0)
        return NULL;
    OWNED_REF module = run(ours, made, frozen->code, (size_t)frozen->size);
    if (module == NULL ||
        PyObject_SetAttrString(module, "__name__", name) < 0 ||
        PyDict_SetItem(PyImport_GetModuleDict(), name, module) < 0)
        return NULL;
    return gate_take_ref(&module);
}

bool
library_is_loading(void)
{
    return library.loading > 0;
}

void
library_set_patches(PyObject *patches)
{
    Py_XSETREF(library.patches, Py_XNewRef(patches));
}

bool
library_has(PyObject *name)
{
    return find(name) != NULL || find_stand_in(name) != NULL;
}

PyObject *
library_load(PyObject *name)
{
    const struct _frozen *stand_in = find_stand_in(name);
    const struct library_row *row = stand_in == NULL ? find(name) : NULL;

    if (stand_in == NULL && row == NULL)
        return NULL;
    OWNED_REF module =
        stand_in != NULL ? load_stand_in(stand_in, name) : load_row(row, name);
    if (module == NULL || tell_parent(name, module) < 0)
        return NULL;
    return gate_take_ref(&module);
}
