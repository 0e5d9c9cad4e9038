/* The gate alone, without a wall: its lists, and guests inside it.
 *
 * Check forks for each test, so each has an interpreter of its own. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <check.h>
#include <stdbool.h>
#include <string.h>

#include "jailmod/jailmod.h"
#include "jailmod/lists.h"

#define GUEST "<guest>"
#define TIMEOUT 60

extern const struct _frozen immure_frozen[];

/* --- the lists --- */

static const struct list_table *const tables[] = {
    &list_builtins, &list_cfuncs, &list_types,   &list_attrs,
    &list_slots,    &list_events, &list_mutable,
};

START_TEST(tables_are_sorted_and_reasoned)
{
    const struct list_table *table = tables[_i];
    ck_assert_uint_gt(table->count, 0);
    for (size_t i = 0; i < table->count; i++) {
        struct list_row row = list_at(table, i);
        struct list_row same;
        ck_assert_str_ne(row.reason, "");
        ck_assert_str_ne(row.what, "");
        ck_assert_str_ne(row.rule, "");
        ck_assert_ptr_nonnull(strstr(row.where, ".list:"));
        ck_assert(list_find(table, row.name, &same));
        ck_assert_ptr_eq(row.name, same.name);
        if (i > 0)
            ck_assert_int_lt(strcmp(list_at(table, i - 1).name, row.name), 0);
    }
    struct list_row none;
    ck_assert(!list_find(table, "no.such.name", &none));
}
END_TEST

START_TEST(modules_are_sorted_and_reasoned)
{
    for (size_t i = 0; i < list_modules_count; i++) {
        const struct module_row *row = &list_modules[i];
        ck_assert_str_ne(row->reason, "");
        ck_assert_ptr_eq(list_find_module(row->name), row);
    }
    ck_assert_int_eq(list_find_module("subprocess")->kind, MODULE_REFUSED);
    ck_assert_int_eq(list_find_module("json")->kind, MODULE_GUEST);
}
END_TEST

START_TEST(grants_have_reasons)
{
    for (size_t i = 0; i < list_grants_count; i++) {
        ck_assert_str_ne(list_grants[i].reason, "");
        if (i > 0)
            ck_assert_int_le(
                strcmp(list_grants[i - 1].gate, list_grants[i].gate), 0);
    }
}
END_TEST

/* clang-format off */
static const struct {
    const char *left, *right;
    unsigned limit, distance;
} distances[] = {
    {"json", "json", 2, 0}, {"jsn", "json", 2, 1}, {"maths", "math", 2, 1},
    {"", "ab", 2, 2}, {"abc", "xyz", 3, 3},
};
/* clang-format on */

START_TEST(distance_counts_edits)
{
    ck_assert_uint_eq(list_distance(distances[_i].left, distances[_i].right,
                                    distances[_i].limit),
                      distances[_i].distance);
}
END_TEST

/* --- an interpreter --- */

static struct jail_denial last; /* what the hook was told */
static char last_rule[96];
static int told;

static void
note(void *arg, const struct jail_denial *denial)
{
    ck_assert_ptr_eq(arg, &told);
    last = *denial;
    snprintf(last_rule, sizeof last_rule, "%s", denial->rule);
    told++;
}

static const char *const unloaded[] = {
    "_posixsubprocess", "_socket", "fcntl",  "grp",       "pwd",
    "select",           "spwd",    "syslog", "xxsubtype",
};

static void
set_inittab(void)
{
    static struct _inittab table[128];
    size_t kept = 0;

    for (struct _inittab *row = PyImport_Inittab; row->name; row++) {
        bool keep = kept + 3 < Py_ARRAY_LENGTH(table);
        for (size_t i = 0; i < Py_ARRAY_LENGTH(unloaded); i++)
            keep = keep && strcmp(unloaded[i], row->name) != 0;
        if (keep)
            table[kept++] = *row;
    }
    table[kept++] = (struct _inittab){"_jail", PyInit__jail};
    table[kept] = (struct _inittab){"_vfs", PyInit__vfs};
    PyImport_Inittab = table;
    PyImport_FrozenModules = immure_frozen;
}

static void
start_python(void)
{
    PyPreConfig pre;
    PyConfig config;

    ck_assert_int_eq(setenv("TZ", "UTC0", 1), 0);
    set_inittab();
    PyPreConfig_InitIsolatedConfig(&pre);
    pre.utf8_mode = 1;
    ck_assert(!PyStatus_Exception(Py_PreInitialize(&pre)));
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    config.install_signal_handlers = 0;
    config.write_bytecode = 0;
    ck_assert(!PyStatus_Exception(Py_InitializeFromConfig(&config)));
    PyConfig_Clear(&config);
}

/* What the test's policy says, as Python source of a dict. */
static PyObject *
prepare(const char *policy)
{
    PyObject *boot = PyImport_ImportModule("_immure_boot");
    ck_assert_ptr_nonnull(boot);
    PyObject *space = PyDict_New();
    PyObject *dict = PyRun_String(policy, Py_eval_input, space, space);
    ck_assert_ptr_nonnull(dict);
    PyObject *ready = PyObject_CallMethod(boot, "prepare", "O", dict);
    if (ready == NULL)
        PyErr_Print();
    ck_assert_ptr_nonnull(ready);
    return ready;
}

static void
enter(const char *policy)
{
    static const struct jail_hooks hooks = {.denied = note, .arg = &told};

    start_python();
    PyObject *ready = prepare(policy);
    jail_set_guest_filename(PyUnicode_InternFromString(GUEST));
    ck_assert_int_eq(jail_is_closed(), 0);
    if (jail_enter(ready, &hooks) < 0) {
        PyErr_Print();
        ck_abort_msg("jail_enter failed");
    }
    ck_assert_int_eq(jail_is_closed(), 1);
}

/* Run guest code as the zygote does: no outer Python frame.  A failing guest
 * fails the test with its traceback. */
static void
run(const char *source)
{
    PyObject *space = PyModule_GetDict(PyImport_AddModule("__main__"));
    PyObject *code = Py_CompileString(source, GUEST, Py_file_input);
    PyObject *result = code ? PyEval_EvalCode(code, space, space) : NULL;

    if (result == NULL)
        PyErr_Print();
    ck_assert_ptr_nonnull(result);
}

/* --- entering --- */

START_TEST(enters_once)
{
    enter("{}");
    ck_assert_int_eq(jail_enter(PyDict_New(), NULL), -1);
    ck_assert(PyErr_ExceptionMatches(PyExc_RuntimeError));
}
END_TEST

START_TEST(refuses_threads)
{
    start_python();
    PyObject *ready = prepare("{}");
    PyThreadState *other = PyThreadState_New(PyInterpreterState_Get());
    ck_assert_int_eq(jail_enter(ready, NULL), -1);
    PyErr_Clear();
    PyThreadState_Clear(other);
    PyThreadState_Delete(other);
    ck_assert_int_eq(jail_enter(ready, NULL), 0);
}
END_TEST

/* gc.get_objects() hides what gc.freeze() put away: the walk must not. */
START_TEST(sees_frozen_objects)
{
    start_python();
    PyObject *ready = prepare("{}");
    ck_assert_int_eq(PyRun_SimpleString("import gc\ngc.freeze()\n"), 0);
    ck_assert_int_eq(jail_enter(ready, NULL), 0);
    run("import codecs, gc, sys\n"
        "assert gc.get_freeze_count() > 0\n"
        "try:\n    sys.modules['posix'].nice(0)\n"
        "except OSError as error:\n    assert error.rule\n"
        "else:\n    raise SystemError\n"
        "try:\n    codecs.lookup.__globals__\n"
        "except AttributeError:\n    pass\n");
}
END_TEST

/* Hash and equality of a builtin come from ml_meth, which the gate changes. */
START_TEST(denied_functions_keep_their_identity)
{
    start_python();
    PyObject *ready = prepare("{}");
    ck_assert_int_eq(
        PyRun_SimpleString(
            "import posix, sys\n"
            "names = [n for n in dir(posix) if n[0] != '_'\n"
            "         and type(getattr(posix, n)) is type(posix.stat)]\n"
            "by = {getattr(posix, n): n for n in names}\n"
            "pairs = {(posix.fork, 1): 'pair', 'x': 'text'}\n"
            "held = {posix.kill, posix.stat, 'x'}\n"
            "sys.before = posix, names, by, pairs, held\n"),
        0);
    ck_assert_int_eq(jail_enter(ready, NULL), 0);
    run("import sys\n"
        "posix, names, by, pairs, held = sys.before\n"
        "functions = [getattr(posix, n) for n in names]\n"
        "assert len(functions) > 100\n"
        "assert len(set(functions)) == len(functions)\n"
        "assert len({hash(f) for f in functions}) == len(functions)\n"
        "for n, f in zip(names, functions):\n"
        "    assert by[f] == n and f == f and {f: 1}[f] == 1\n"
        "    assert [g for g in functions if g == f] == [f]\n"
        "    assert getattr(posix, n) is f and f.__name__ == n\n"
        "assert pairs[posix.fork, 1] == 'pair' and pairs['x'] == 'text'\n"
        "assert posix.kill in held and posix.stat in held and 'x' in held\n"
        "assert posix.fork not in held and len(held) == 3\n"
        "try:\n    posix.kill(1, 1)\n"
        "except OSError as e:\n    assert e.what == 'os.kill()', e.what\n"
        "else:\n    raise SystemError\n");
}
END_TEST

/* A type's authority is in its slots too: each wrapper keeps its own pointer
 * to what opens a file, for an object that was made before. */
START_TEST(objects_made_before_are_dead)
{
    start_python();
    ck_assert_int_eq(
        PyRun_SimpleString(
            "import _io, os, sys\n"
            "file = _io.FileIO('/dev/null')\n"
            "sys.before = file, _io.BufferedReader(file), os.scandir('/')\n"),
        0);
    PyObject *ready = prepare("{}");
    ck_assert_int_eq(jail_enter(ready, NULL), 0);
    run("import sys\n"
        "file, buffered, entries = sys.before\n"
        "FileIO, Buffered = type(file), type(buffered)\n"
        "for attempt in (lambda: FileIO('/dev/null'),\n"
        "                lambda: FileIO.__new__(FileIO),\n"
        "                lambda: FileIO.__init__(file, '/dev/null'),\n"
        "                lambda: file.__init__('/dev/null'),\n"
        "                lambda: file.read(1),\n"
        "                lambda: Buffered.__init__(buffered, file),\n"
        "                lambda: buffered.peek(),\n"
        "                lambda: entries.__next__(),\n"
        "                lambda: next(entries)):\n"
        "    try:\n        attempt()\n"
        "    except OSError as error:\n        assert error.rule, error\n"
        "    else:\n        raise SystemError(attempt.__code__.co_names)\n");
}
END_TEST

/* The compiler's errors open the file that the code is named like. */
START_TEST(errors_show_no_line_of_a_file)
{
    enter("{}");
    run("for name in '/etc/passwd', b'/etc/passwd':\n"
        "    for text in 'return', 'break', 'class C: yield from x':\n"
        "        try:\n            compile(text, name, 'exec')\n"
        "        except SyntaxError as error:\n"
        "            assert not error.text or error.text.strip() in text\n"
        "        else:\n            raise SystemError(text)\n");
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(every_grant_finds_its_code)
{
    start_python();
    PyObject *ready = prepare("{}");
    PyObject *jail = PyImport_ImportModule("_jail");
    PyObject *ask = PyObject_GetAttrString(jail, "unresolved");
    ck_assert_int_eq(jail_enter(ready, NULL), 0);
    PyObject *left = PyObject_CallNoArgs(ask);
    ck_assert_ptr_nonnull(left);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(left); i++)
        fprintf(stderr, "no code: %s\n",
                PyUnicode_AsUTF8(PyList_GET_ITEM(left, i)));
    ck_assert_int_eq(PyList_GET_SIZE(left), 0);
}
END_TEST

/* --- guests --- */

static const char *const guest_files[] = {
    "ordinary_data.py",
    "ordinary_program.py",
    "ordinary_text.py",
    "gate_refuses.py",
};

static char *
read_guest(const char *name)
{
    const char *folder = getenv("srcdir");
    char path[512];

    snprintf(path, sizeof path, "%s/tests/unit/guests/%s",
             folder != NULL ? folder : ".", name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "open %s", path);
    char *text = calloc(1, 1 << 20);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_gt(fread(text, 1, (1 << 20) - 1, file), 0);
    fclose(file);
    return text;
}

/* inspect and traceback show lines of the source: begin() keeps it. */
static PyObject *
job_of(const char *source)
{
    return Py_BuildValue("{s:s,s:y,s:[],s:[],s:[],s:y,s:O,s:O}", "filename",
                         GUEST, "source", source, "args", "env", "files",
                         "stdin", "", "globals", Py_None, "seed", Py_None);
}

START_TEST(guest_file)
{
    char *source = read_guest(guest_files[_i]);
    start_python();
    PyObject *ready = prepare("{}");
    PyObject *begin =
        PyObject_GetAttrString(PyImport_ImportModule("_immure_rt"), "begin");
    jail_set_guest_filename(PyUnicode_InternFromString(GUEST));
    ck_assert_int_eq(jail_enter(ready, NULL), 0);
    jail_set_files_quota(1 << 20);
    ck_assert_ptr_nonnull(PyObject_CallOneArg(begin, job_of(source)));
    run(source);
    free(source);
}
END_TEST

START_TEST(hook_hears_rule_and_line)
{
    enter("{}");
    run("import sys\n"
        "try:\n"
        "    import subprocess\n"
        "except ImportError as error:\n"
        "    assert error.name == 'subprocess'\n"
        "    assert str(error).startswith(\"No module named "
        "'subprocess'\")\n");
    ck_assert_str_eq(last_rule, "import.subprocess");
    ck_assert_int_eq(last.line, 3);
    ck_assert_int_eq(told, 1);
    run("import gc\ntry:\n    gc.get_objects()\nexcept OSError as error:\n"
        "    assert error.rule == 'gc.get_objects' and error.layer == "
        "'gate'\n");
    ck_assert_str_eq(last_rule, "gc.get_objects");
    ck_assert_int_eq(told, 2);
}
END_TEST

START_TEST(policy_denies_and_allows_names)
{
    enter("{'names': {'deny': ['eval', 'math.sqrt'],"
          " 'allow': ['gc.get_objects', 'marshal.*']}}");
    run("import math, gc\n"
        "try:\n    math.sqrt(4)\nexcept OSError:\n    pass\n"
        "else:\n    raise SystemError\n"
        "try:\n    eval\nexcept NameError:\n    pass\n"
        "else:\n    raise SystemError\n"
        "assert math.cos(0) == 1 and gc.get_objects()\n"
        "import sys\n"
        "assert sys.modules['marshal'].dumps(1)\n");
}
END_TEST

/* --- the suite --- */

static TCase *
lists_case(void)
{
    TCase *lists = tcase_create("lists");
    tcase_add_loop_test(lists, tables_are_sorted_and_reasoned, 0,
                        Py_ARRAY_LENGTH(tables));
    tcase_add_test(lists, modules_are_sorted_and_reasoned);
    tcase_add_test(lists, grants_have_reasons);
    tcase_add_loop_test(lists, distance_counts_edits, 0,
                        Py_ARRAY_LENGTH(distances));
    return lists;
}

static TCase *
gate_case(void)
{
    TCase *gate = tcase_create("gate");
    tcase_set_timeout(gate, TIMEOUT);
    tcase_add_test(gate, enters_once);
    tcase_add_test(gate, refuses_threads);
    tcase_add_test(gate, sees_frozen_objects);
    tcase_add_test(gate, denied_functions_keep_their_identity);
    tcase_add_test(gate, objects_made_before_are_dead);
    tcase_add_test(gate, errors_show_no_line_of_a_file);
    tcase_add_test(gate, every_grant_finds_its_code);
    tcase_add_loop_test(gate, guest_file, 0, Py_ARRAY_LENGTH(guest_files));
    tcase_add_test(gate, hook_hears_rule_and_line);
    tcase_add_test(gate, policy_denies_and_allows_names);
    return gate;
}

int
main(void)
{
    Suite *suite = suite_create("jailmod");
    suite_add_tcase(suite, lists_case());
    suite_add_tcase(suite, gate_case());
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
