/* What each patch of the series is for: series NAME, linked with the library
 * that the series made.  0 when it holds, 1 when it does not. */
#include <Python.h>

#include <stdio.h>
#include <string.h>

#ifndef Py_IMMURE_SERIES
#error "0001-mark: the headers do not say that the series is in"
#endif

static int calls;

static PyObject *
count(PyObject *self, PyObject *arg)
{
    (void)self;
    (void)arg;
    calls++;
    Py_RETURN_NONE;
}

static PyMethodDef known = {"known", count, METH_O, NULL};
static PyMethodDef unknown = {"unknown", count, METH_O, NULL};
static PyMethodDef plain = {"plain", count, METH_VARARGS, NULL};

static int
run(const char *source)
{
    int done = PyRun_SimpleString(source);
    if (done != 0)
        fprintf(stderr, "failed: %s\n", source);
    return done;
}

/* A function object in __main__, under the name of its definition. */
static int
give(PyMethodDef *def)
{
    PyObject *dict = PyModule_GetDict(PyImport_AddModule("__main__"));
    PyObject *function = PyCFunction_New(def, NULL);
    return function == NULL ||
           PyDict_SetItemString(dict, def->ml_name, function) < 0;
}

/* All that the interpreter's own tables name, as a gate would. */
static void
allow_all(void)
{
    PyObject *gc = PyImport_ImportModule("gc");
    PyObject *all = PyObject_CallMethod(gc, "get_objects", NULL);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(all); i++) {
        PyObject *o = PyList_GET_ITEM(all, i);
        if (PyCFunction_Check(o))
            (void)PyJail_Allow(((PyCFunctionObject *)o)->m_ml);
        for (PyMethodDef *def =
                 PyType_Check(o) ? ((PyTypeObject *)o)->tp_methods : NULL;
             def != NULL && def->ml_name != NULL; def++)
            (void)PyJail_Allow(def);
    }
    unknown.ml_flags = METH_O;
    plain.ml_flags = METH_VARARGS;
}

static int
close_jail(void)
{
    allow_all();
    if (PyJail_Allow(&known) < 0)
        return 1;
    PyJail_Close(NULL);
    if (PyJail_Allow(&unknown) == 0)
        return 1; /* too late, and done all the same */
    PyErr_Clear();
    calls = 0;
    return 0;
}

static int
mark(void)
{
    return Py_IMMURE_SERIES < 1;
}

static int
buffers(void)
{
    return run("assert not hasattr(bytes, '__buffer__')\n"
               "assert not hasattr(bytearray, '__release_buffer__')\n"
               "class B:\n"
               "    def __buffer__(self, flags): return memoryview(b'x')\n"
               "try: memoryview(B())\n"
               "except TypeError: pass\n"
               "else: raise SystemExit(1)\n"
               "class C(bytearray):\n"
               "    def __release_buffer__(self, view): raise SystemExit(1)\n"
               "memoryview(C(b'x')).release()\n");
}

static int
jail(void)
{
    if (give(&known) || give(&unknown) || give(&plain) || close_jail())
        return 1;
    return run("known(1)\n"
               "for call in (lambda: unknown(1), lambda: plain(1),\n"
               "             lambda: [*map(unknown, [1])],\n"
               "             lambda: unknown.__call__(1),\n"
               "             lambda: plain.__call__(1)):\n"
               "    try: call()\n"
               "    except PermissionError: continue\n"
               "    raise SystemExit(1)\n") ||
           calls != 1 ||
           /* made when it is closed */
           (unknown.ml_name = "late", give(&unknown)) ||
           run("try: late(1)\n"
               "except PermissionError: pass\n"
               "else: raise SystemExit(1)\n") ||
           calls != 1;
}

/* Warm the call site, then close the jail. */
static int
specialised(void)
{
    if (give(&unknown) ||
        run("def site():\n"
            "    for _ in range(200): unknown(1)\n"
            "for _ in range(20): site()\n") ||
        calls != 4000 || close_jail())
        return 1;
    return run("try: site()\n"
               "except PermissionError: pass\n"
               "else: raise SystemExit(1)\n") ||
           calls != 0;
}

static int
on_empty(void *arg)
{
    ++*(int *)arg;
    PyErr_SetString(PyExc_KeyboardInterrupt, "empty");
    return -1;
}

static int
fuel(void)
{
    int empty = 0;
    int64_t used[2];
    for (int i = 0; i < 2; i++) {
        char source[64];
        snprintf(source, sizeof source, "for _ in range(%d): pass",
                 1000 * (i + 1));
        PyThreadState_SetFuel(0, on_empty, &empty);
        if (run(source))
            return 1;
        used[i] = PyThreadState_GetFuelUsed();
    }
    if (used[1] - used[0] != 1000 || empty != 0)
        return 1;
    PyThreadState_SetFuel(used[1], on_empty, &empty);
    if (run("for _ in range(2000): pass") || empty != 0)
        return 1;
    PyThreadState_SetFuel(used[1] - 1, on_empty, &empty);
    return run("try:\n    for _ in range(2000): pass\n"
               "except KeyboardInterrupt: pass\n"
               "else: raise SystemExit(1)") ||
           empty != 1;
}

static int
recursion(void)
{
    return run("import sys\n"
               "sys.setrecursionlimit(10 ** 6)\n"
               "def f(x): return sorted([1], key=f)\n"
               "try: f(1)\n"
               "except RecursionError: pass\n"
               "else: raise SystemExit(1)\n");
}

/* A value that empties the list, and the dict, that it is in. */
static int
json(void)
{
    return run("import json\n"
               "class Gone:\n"
               "    def __init__(self, box): self.box = box\n"
               "def gone(o):\n"
               "    o.box.clear()\n"
               "    hold.extend(bytes(n) for n in (24, 40, 56) * 50)\n"
               "    return [o.box]\n"
               "hold = []\n"
               "for _ in range(200):\n"
               "    box = []; box.append(Gone(box))\n"
               "    json.dumps(box, default=gone, check_circular=False)\n"
               "    box = {}; box['k' * 9 + str(_)] = Gone(box)\n"
               "    json.dumps(box, default=gone, check_circular=False)\n");
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*test)(void);
    } tests[] = {{"mark", mark},          {"buffers", buffers},
                 {"jail", jail},          {"specialised", specialised},
                 {"json", json},          {"fuel", fuel},
                 {"recursion", recursion}};
    PyConfig config;

    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    if (argc != 3 || PyStatus_Exception(PyConfig_SetBytesString(
                         &config, &config.home, argv[2])))
        return 2;
    if (PyStatus_Exception(Py_InitializeFromConfig(&config)))
        return 2;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (strcmp(tests[i].name, argv[1]) == 0)
            return tests[i].test() != 0;
    fprintf(stderr, "series: no test \"%s\"\n", argv[1]);
    return 2;
}
