/* Programs of the operator: immure host, and the policy tools. */
#include "host/zygote/interp_state.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "jailmod/jailmod.h"

enum { STATUS_ERROR = 1, STATUS_USAGE = 125 };

/* What sys.enter_jail() needs, carried by a capsule. */
struct enter {
    struct interp *in;
    const struct interp_host *host;
    bool jailed;
    bool failed;
};

static const char capsule_name[] = "immure.enter_jail";

/* The gate closes first and the wall behind it: the gate still needs files,
 * the wall needs nothing of Python.  From jail_enter() on there is no way
 * back, so a failure ends the process (enter->failed) instead of raising into
 * a program that is half confined. */
static int
close_both(struct enter *enter, struct err *err)
{
    const struct interp_host *host = enter->host;
    if (host->hello(host->arg, err) != 0)
        return -1;
    enter->failed = true;
    if (interp_enter_jail(enter->in, host->report) != 0)
        return interp_error(err, "close the gate");
    if (host->wall(host->arg, err) != 0)
        return -1;
    enter->failed = false;
    enter->jailed = true;
    enter->in->answers = STDIN_FILENO;
    interp_begin_guest();
    report_sealed(host->report);
    return 0;
}

/* Threads of this process, the kernel's count; Python's where there is no
 * /proc.  A library's own threads count too: they would stay outside. */
static int
count_threads(void)
{
    int n = 0;
    DIR *tasks = opendir("/proc/self/task");
    if (tasks != NULL) {
        for (struct dirent *e; (e = readdir(tasks)) != NULL;)
            n += e->d_name[0] != '.';
        closedir(tasks);
        return n;
    }
    PyThreadState *t = PyInterpreterState_ThreadHead(PyInterpreterState_Get());
    for (; t != NULL; t = PyThreadState_Next(t))
        n++;
    return n;
}

static PyObject *
enter_jail(PyObject *self, PyObject *noargs)
{
    (void)noargs;
    struct enter *enter = PyCapsule_GetPointer(self, capsule_name);
    if (enter == NULL)
        return NULL;
    if (enter->jailed) {
        PyErr_SetString(PyExc_RuntimeError,
                        "sys.enter_jail(): this program is in the jail "
                        "already; it can only be entered once");
        return NULL;
    }
    /* A joined thread may still be on its way out of the kernel. */
    int threads = count_threads();
    for (int i = 0; threads != 1 && i < 50; i++) {
        (void)usleep(2000);
        threads = count_threads();
    }
    if (threads != 1) {
        PyErr_Format(PyExc_RuntimeError,
                     "sys.enter_jail(): %d other threads are alive, and "
                     "would stay outside: end them first",
                     threads - 1);
        return NULL;
    }
    PyObject *policy = interp_call_policy("_immure_host", "prepare_in_place",
                                          enter->host->policy_json, NULL);
    if (policy == NULL)
        return NULL;
    Py_XSETREF(enter->in->policy, policy);
    enter->in->registers = false;
    if (interp_resolve(enter->in) != 0)
        return NULL;
    struct err err = {0};
    if (interp_give(enter->host->given, enter->host->policy_json, &err) != 0 ||
        close_both(enter, &err) != 0) {
        if (enter->failed) {
            report_broken(enter->host->report->fd, &err);
            _exit(STATUS_USAGE);
        }
        PyErr_Format(PyExc_RuntimeError, "sys.enter_jail(): %s", err.msg);
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Kept by name in stdlib-whitelist, so that a second call can say why. */
static PyMethodDef enter_jail_def = {
    "enter_jail", enter_jail, METH_NOARGS,
    "enter_jail()\n--\n\nClose the gate and the wall around this process, for "
    "good.\nRaises RuntimeError when threads are alive or on a second call."};

static int
install_enter_jail(struct enter *enter)
{
    PyObject *capsule = PyCapsule_New(enter, capsule_name, NULL);
    PyObject *module = PyUnicode_FromString("sys");
    PyObject *f = capsule && module
                      ? PyCFunction_NewEx(&enter_jail_def, capsule, module)
                      : NULL;
    Py_XDECREF(module);
    Py_XDECREF(capsule);
    int done = f ? PySys_SetObject("enter_jail", f) : -1;
    Py_XDECREF(f);
    return done;
}

static int
set_argv(char *const *argv)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && argv[i] != NULL; i++) {
        PyObject *arg = PyUnicode_DecodeFSDefault(argv[i]);
        if (arg == NULL || PyList_Append(list, arg) != 0)
            Py_CLEAR(list);
        Py_XDECREF(arg);
    }
    int done = list ? PySys_SetObject("argv", list) : -1;
    Py_XDECREF(list);
    return done;
}

static int
add_folders(const struct interp_host *host)
{
    PyObject *path = PySys_GetObject("path"); /* borrowed */
    int done = path != NULL ? 0 : -1;
    for (size_t i = 0; done == 0 && i < host->nfolders; i++) {
        PyObject *folder = PyUnicode_DecodeFSDefault(host->folders[i]);
        done = folder != NULL ? PyList_Append(path, folder) : -1;
        Py_XDECREF(folder);
    }
    return done;
}

/* From here on the program may register gateways. */
static int
begin(struct interp *in, const struct interp_host *host)
{
    in->report = host->report;
    in->answers = host->answers;
    in->registers = true;
    PyObject *may = interp_new_register(in);
    PyObject *done = may ? interp_call_policy("_immure_host", "begin",
                                              host->policy_json, may)
                         : NULL;
    Py_XDECREF(may);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

static int
run_file(struct interp *in, const char *path)
{
    PyObject *read = interp_lookup("_immure_program", "read_program");
    PyObject *name = read ? PyUnicode_DecodeFSDefault(path) : NULL;
    PyObject *code = name ? PyObject_CallOneArg(read, name) : NULL;
    Py_XDECREF(name);
    Py_XDECREF(read);
    PyObject *done = NULL;
    if (code != NULL) {
        PyObject *filename = PyObject_GetAttrString(code, "co_filename");
        if (filename != NULL)
            jail_set_guest_filename(filename);
        Py_XDECREF(filename);
        done = PyEval_EvalCode(code, in->globals, in->globals);
    }
    Py_XDECREF(code);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

int
interp_run_program(struct interp *in, char *const *argv,
                   const struct interp_host *host, bool *out_jailed,
                   struct err *err)
{
    struct enter enter = {.in = in, .host = host};
    PyObject *main_module = PyImport_AddModule("__main__"); /* borrowed */
    if (main_module == NULL)
        return interp_error(err, "make __main__");
    in->globals = Py_NewRef(PyModule_GetDict(main_module));
    if (set_argv(argv) != 0 || add_folders(host) != 0 ||
        install_enter_jail(&enter) != 0 || begin(in, host) != 0)
        return interp_error(err, "set up the program");
    (void)run_file(in, argv[0]);
    *out_jailed = enter.jailed;
    if (enter.jailed)
        return interp_finish(in, host->report, true);
    bool failed = PyErr_Occurred() != NULL;
    if (failed)
        PyErr_Print(); /* exits by itself on SystemExit */
    /* An ordinary program until now: its streams are flushed, its atexit
     * functions run. */
    return Py_FinalizeEx() != 0 || failed ? STATUS_ERROR : 0;
}

int
interp_run_tool(struct interp *in, const char *name, char *const *args)
{
    (void)in;
    char module[64];
    snprintf(module, sizeof module, "_immure_%s", name);
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && args[i] != NULL; i++) {
        PyObject *arg = PyUnicode_DecodeFSDefault(args[i]);
        if (arg == NULL || PyList_Append(list, arg) != 0)
            Py_CLEAR(list);
        Py_XDECREF(arg);
    }
    PyObject *f =
        list && interp_add_wall() == 0 ? interp_lookup(module, "main") : NULL;
    PyObject *status = f ? PyObject_CallOneArg(f, list) : NULL;
    Py_XDECREF(f);
    Py_XDECREF(list);
    if (status == NULL) {
        PyErr_Print();
        return STATUS_ERROR;
    }
    long v = status == Py_None ? 0 : PyLong_AsLong(status);
    Py_DECREF(status);
    return Py_FinalizeEx() == 0 && v >= 0 ? (int)v : STATUS_ERROR;
}
