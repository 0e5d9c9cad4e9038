#include "host/zygote/interp_state.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jailmod/jailmod.h"

/* 2 MB: room for a traceback after memory ran out. */
enum { BALLAST = 2 << 20 };

/* The frozen modules of jailmod/shims, generated at build time. */
extern const struct _frozen immure_frozen[];

/* Built into Debian's libpython, with effects outside the process: a guest's
 * interpreter must not even be able to load them.  Shims of the same names
 * are frozen modules. */
static const char *const never_loaded[] = {
    "_posixsubprocess", "_socket", "fcntl",  "grp",       "pwd",
    "select",           "spwd",    "syslog", "xxsubtype",
};

static bool
is_never_loaded(const char *name)
{
    for (size_t i = 0; i < sizeof never_loaded / sizeof *never_loaded; i++)
        if (strcmp(name, never_loaded[i]) == 0)
            return true;
    return false;
}

static int
set_inittab(enum interp_kind kind, struct err *err)
{
    bool all = kind == INTERP_PLAIN || kind == INTERP_HOST;
    size_t n = 0, kept = 0;
    while (PyImport_Inittab[n].name != NULL)
        n++;
    struct _inittab *table = calloc(n + 3, sizeof *table);
    if (table == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    for (size_t i = 0; i < n; i++)
        if (all || !is_never_loaded(PyImport_Inittab[i].name))
            table[kept++] = PyImport_Inittab[i];
    table[kept++] = (struct _inittab){"_jail", PyInit__jail};
    table[kept] = (struct _inittab){"_vfs", PyInit__vfs};
    /* The interpreter keeps this pointer for as long as it lives. */
    PyImport_Inittab = table;
    PyImport_FrozenModules = immure_frozen;
    return 0;
}

static int
status_error(struct err *err, const char *what, PyStatus status)
{
    return err_set(err, ERR_GATE, 0, "%s: %s", what,
                   status.err_msg ? status.err_msg : "failed");
}

static PyStatus
add_path(PyConfig *config, const char *path)
{
    wchar_t *wide = Py_DecodeLocale(path, NULL);
    if (wide == NULL)
        return PyStatus_NoMemory();
    PyStatus status =
        PyWideStringList_Append(&config->module_search_paths, wide);
    PyMem_RawFree(wide);
    return status;
}

/* Where the modules that are frozen into the interpreter say they are from. */
static PyStatus
set_library(PyConfig *config)
{
    wchar_t *wide = Py_DecodeLocale(PYTHON_STDLIB, NULL);
    if (wide == NULL)
        return PyStatus_NoMemory();
    PyStatus status = PyConfig_SetString(config, &config->stdlib_dir, wide);
    PyMem_RawFree(wide);
    return status;
}

/* An isolated interpreter that has no path of the operator in it: neither
 * sys.executable nor sys.orig_argv nor a path next to the program. */
static PyStatus
fill_config(PyConfig *config, enum interp_kind kind)
{
    config->install_signal_handlers = kind == INTERP_HOST;
    config->site_import = kind == INTERP_HOST;
    config->write_bytecode = 0;
    config->parse_argv = 0;
    config->pathconfig_warnings = 0;
    config->buffered_stdio = 1;
    if (kind == INTERP_HOST)
        return PyConfig_SetString(config, &config->executable,
                                  L"/usr/bin/python3");
    config->module_search_paths_set = 1;
    PyStatus status = PyConfig_SetString(config, &config->executable, L"");
    if (PyStatus_Exception(status))
        return status;
    /* Its own are compiled into the patched one: a folder of the builder's. */
    wchar_t **const prefixes[] = {&config->prefix, &config->exec_prefix,
                                  &config->base_prefix,
                                  &config->base_exec_prefix};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        status = PyConfig_SetString(config, prefixes[i], L"/usr");
        if (PyStatus_Exception(status))
            return status;
    }
    status = set_library(config);
    if (PyStatus_Exception(status))
        return status;
    status = add_path(config, PYTHON_STDLIB);
    if (PyStatus_Exception(status))
        return status;
    return add_path(config, PYTHON_STDLIB "/lib-dynload");
}

static int
start_python(enum interp_kind kind, struct err *err)
{
    PyPreConfig pre;
    PyPreConfig_InitIsolatedConfig(&pre);
    pre.utf8_mode = 1;
    PyStatus status = Py_PreInitialize(&pre);
    if (PyStatus_Exception(status))
        return status_error(err, "prepare the interpreter", status);
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    status = fill_config(&config, kind);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status))
        return status_error(err, "start the interpreter", status);
    return 0;
}

int
interp_new(enum interp_kind kind, struct interp **out, struct err *err)
{
    struct interp *in = calloc(1, sizeof *in);
    if (in == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    in->kind = kind;
    if (set_inittab(kind, err) != 0 ||
        (kind == INTERP_GUESTS && interp_use_region(in, err) != 0) ||
        start_python(kind, err) != 0) {
        free(in);
        return -1;
    }
    *out = in;
    return 0;
}

int
interp_error(struct err *err, const char *what)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    PyObject *text = value ? PyObject_Str(value) : NULL;
    const char *message = text ? PyUnicode_AsUTF8(text) : NULL;
    const char *name = type ? ((PyTypeObject *)type)->tp_name : "no exception";
    err_set(err, ERR_GATE, 0, "%s: %s: %s", what, name,
            message ? message : "");
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    return -1;
}

PyObject *
interp_lookup(const char *module, const char *name)
{
    PyObject *m = PyImport_ImportModule(module);
    if (m == NULL)
        return NULL;
    PyObject *v = PyObject_GetAttrString(m, name);
    Py_DECREF(m);
    return v;
}

PyObject *
interp_call_policy(const char *module, const char *function,
                   const char *policy_json, PyObject *wanted)
{
    PyObject *policy = interp_policy(policy_json);
    PyObject *f = policy ? interp_lookup(module, function) : NULL;
    PyObject *result =
        f ? PyObject_CallFunctionObjArgs(f, policy, wanted, NULL) : NULL;
    Py_XDECREF(f);
    Py_XDECREF(policy);
    return result;
}

/* SIGALRM, which the supervisor sends at a soft limit, and SIGINT, which
 * interrupts a session's step, become exceptions in the guest.  The handlers
 * are Python's: only the real _signal can put them there, and only before the
 * gate and the wall close. */
static int
arm_signals(void)
{
    static const struct {
        int sig;
        const char *handler;
    } rows[] = {{SIGALRM, "on_alarm"}, {SIGINT, "on_interrupt"}};
    PyObject *set = interp_lookup("_signal", "signal");
    for (size_t i = 0; set != NULL && i < sizeof rows / sizeof *rows; i++) {
        PyObject *handler = interp_lookup("_immure_alarm", rows[i].handler);
        PyObject *old =
            handler ? PyObject_CallFunction(set, "iO", rows[i].sig, handler)
                    : NULL;
        Py_XDECREF(handler);
        if (old == NULL)
            Py_CLEAR(set);
        Py_XDECREF(old);
    }
    Py_XDECREF(set);
    return set ? 0 : -1;
}

int
interp_resolve(struct interp *in)
{
    const struct {
        PyObject **slot;
        const char *module;
        const char *name;
    } rows[] = {
        {&in->begin, "_immure_rt", "begin"},
        {&in->next_step, "_immure_rt", "next_step"},
        {&in->plain_parts, "_immure_rt", "plain_parts"},
        {&in->finish_globals, "_immure_rt", "finish_globals"},
        {&in->describe, "_immure_rt", "describe"},
        {&in->freeze, "gc", "freeze"},
        {&in->run_atexit, "atexit", "_run_exitfuncs"},
        {&in->jail_error, "_jail", "JailError"},
        {&in->time_limit, "_jail", "TimeLimit"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (*rows[i].slot != NULL)
            continue;
        *rows[i].slot = interp_lookup(rows[i].module, rows[i].name);
        if (*rows[i].slot == NULL)
            return -1;
    }
    if (in->globals == NULL) {
        PyObject *main_module = PyImport_AddModule("__main__");
        if (main_module == NULL)
            return -1;
        in->globals = PyModule_GetDict(main_module); /* borrowed */
        Py_INCREF(in->globals);
    }
    if (in->flush == NULL)
        in->flush = PyUnicode_InternFromString("flush");
    if (in->flush == NULL)
        return -1;
    if (in->ballast == NULL)
        in->ballast = malloc(BALLAST);
    return arm_signals();
}

/* "json,math" as a list; NULL without an exception for NULL. */
static PyObject *
split_names(const char *names)
{
    PyObject *text = names ? PyUnicode_FromString(names) : NULL;
    PyObject *comma = text ? PyUnicode_FromString(",") : NULL;
    PyObject *list = comma ? PyUnicode_Split(text, comma, -1) : NULL;
    Py_XDECREF(comma);
    Py_XDECREF(text);
    return list;
}

int
interp_prepare(struct interp *in, const char *policy_json, const char *only,
               struct err *err)
{
    /* Nothing that is imported here is garbage: collecting costs a tenth. */
    PyGC_Disable();
    bool plain = in->kind == INTERP_PLAIN;
    int from_memory = in->kind == INTERP_GUESTS ? jail_use_library() : 0;
    if (from_memory < 0)
        return interp_error(err, "open the library");
    /* Nothing comes late without the table. */
    PyObject *wanted = from_memory ? split_names(only) : NULL;
    in->once = wanted != NULL;
    if (!PyErr_Occurred())
        in->policy = interp_call_policy(
            "_immure_boot", plain ? "prepare_plain_policy" : "prepare",
            policy_json, wanted);
    Py_XDECREF(wanted);
    if (in->policy == NULL || interp_resolve(in) != 0)
        return interp_error(err, "prepare the library");
    /* compile and exec once: their first use costs ten times the second. */
    if (!in->once)
        interp_warm(in, 1);
    if (in->kind != INTERP_GUESTS)
        PyGC_Enable(); /* with guests, closing the gate collects once */
    return 0;
}

static void
on_denied(void *arg, const struct jail_denial *denial)
{
    const char *const text[4] = {denial->what, denial->layer, denial->rule,
                                 denial->fix};
    const struct interp *in = arg;
    report_denial(in->report, denial->line > 0 ? (uint32_t)denial->line : 0,
                  text);
}

int
interp_enter_jail(struct interp *in, struct report *report)
{
    bool tool = in->kind == INTERP_TOOL; /* nobody listens to it */
    const struct jail_hooks hooks = {
        .denied = on_denied, .call = tool ? NULL : interp_call, .arg = in};
    in->report = report;
    int closed = jail_enter(in->policy, &hooks);
    Py_CLEAR(in->policy);
    return closed;
}

int
interp_freeze(struct interp *in)
{
    PyGC_Enable();
    /* What many guests are to share holds no garbage; for one it is not worth
     * the time. */
    if (!in->once)
        PyGC_Collect();
    interp_trim_region(in);
    PyObject *done = PyObject_CallNoArgs(in->freeze);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

int
interp_close_gate(struct interp *in, struct report *report, struct err *err)
{
    if (interp_enter_jail(in, report) != 0 || interp_freeze(in) != 0)
        return interp_error(err, "close the gate");
    return 0;
}

const char *
interp_engine(char *buf, size_t len)
{
    snprintf(buf, len, "cpython %d.%d.%d " PYTHON_ENGINE, PY_MAJOR_VERSION,
             PY_MINOR_VERSION, PY_MICRO_VERSION);
    return buf;
}
