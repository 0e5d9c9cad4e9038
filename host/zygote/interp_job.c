/* One job in the sealed guest: source in, claims out. */
#include "host/zygote/interp_state.h"

#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "jailmod/jailmod.h"

enum { STATUS_ERROR = 1, STATUS_DENIED = 126 };

static PyObject *
bytes_of(struct span s)
{
    return PyBytes_FromStringAndSize((const char *)s.data, (Py_ssize_t)s.len);
}

static PyObject *
text_of(struct span s)
{
    return PyUnicode_DecodeUTF8((const char *)s.data, (Py_ssize_t)s.len,
                                "surrogateescape");
}

/* Put a new reference into dict, which takes its own; NULL is an error that
 * has been raised already. */
static int
put(PyObject *dict, const char *key, PyObject *value)
{
    if (value == NULL)
        return -1;
    int done = PyDict_SetItemString(dict, key, value);
    Py_DECREF(value);
    return done;
}

static PyObject *
text_list(const struct span *spans, size_t n)
{
    PyObject *list = PyList_New((Py_ssize_t)n);
    for (size_t i = 0; list != NULL && i < n; i++) {
        PyObject *text = text_of(spans[i]);
        if (text == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, text); /* steals */
    }
    return list;
}

/* "K=V" spans as a list of (K, V). */
static PyObject *
env_list(const struct job *job)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < job->nenv; i++) {
        struct span s = job->env[i];
        const uint8_t *eq = memchr(s.data, '=', s.len);
        size_t klen = eq ? (size_t)(eq - s.data) : s.len;
        size_t skip = eq ? klen + 1 : klen;
        PyObject *pair =
            Py_BuildValue("(NN)", text_of((struct span){s.data, klen}),
                          text_of((struct span){s.data + skip, s.len - skip}));
        if (pair == NULL || PyList_Append(list, pair) != 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

static PyObject *
file_list(const struct job *job)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < job->nfiles; i++) {
        struct span content = job->files[i].content;
        /* Of memory that stays: the caller keeps the job's bytes. */
        PyObject *view =
            PyMemoryView_FromMemory((char *)(uintptr_t)content.data,
                                    (Py_ssize_t)content.len, PyBUF_READ);
        PyObject *pair =
            Py_BuildValue("(NN)", text_of(job->files[i].name), view);
        if (pair == NULL || PyList_Append(list, pair) != 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

static PyObject *
job_dict(const struct job *job)
{
    PyObject *d = PyDict_New();
    if (d == NULL)
        return NULL;
    if (put(d, "filename", text_of(job->filename)) != 0 ||
        put(d, "source", bytes_of(job->code)) != 0 ||
        put(d, "args", text_list(job->args, job->nargs)) != 0 ||
        put(d, "env", env_list(job)) != 0 ||
        put(d, "files", file_list(job)) != 0 ||
        put(d, "stdin", bytes_of(job->input)) != 0 ||
        put(d, "globals",
            job->has_globals ? text_of(job->globals) : Py_NewRef(Py_None)) !=
            0 ||
        put(d, "seed",
            job->seeded ? PyLong_FromLongLong(job->seed)
                        : Py_NewRef(Py_None)) != 0)
        Py_CLEAR(d);
    return d;
}

static struct span
span_of_text(PyObject *dict, const char *key)
{
    PyObject *v = PyDict_GetItemString(dict, key); /* borrowed */
    Py_ssize_t n = 0;
    const char *s =
        v && PyUnicode_Check(v) ? PyUnicode_AsUTF8AndSize(v, &n) : NULL;
    if (s == NULL) {
        PyErr_Clear();
        return (struct span){(const uint8_t *)"", 0};
    }
    return (struct span){(const uint8_t *)s, (size_t)n};
}

static void
clip(struct span *s, size_t max)
{
    if (s->len > max)
        s->len = max;
}

static void
send_frames(struct report *report, PyObject *frames)
{
    enum { FRAMES_MAX = 64, FIELD_MAX = 1024 };
    if (frames == NULL || !PyList_Check(frames))
        return;
    /* A line may be an object of the guest's: the rows are held. */
    PyObject *rows = PyList_AsTuple(frames);
    for (Py_ssize_t i = 0;
         rows != NULL && i < PyTuple_GET_SIZE(rows) && i < FRAMES_MAX; i++) {
        const char *text[3];
        Py_ssize_t len[3];
        unsigned int line;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(rows, i), "s#Is#s#", &text[0],
                              &len[0], &line, &text[1], &len[1], &text[2],
                              &len[2])) {
            PyErr_Clear();
            continue;
        }
        struct span fields[3];
        for (int k = 0; k < 3; k++) {
            fields[k] =
                (struct span){(const uint8_t *)text[k], (size_t)len[k]};
            clip(&fields[k], FIELD_MAX);
        }
        report_trace(report, line, fields);
    }
    if (rows == NULL)
        PyErr_Clear();
    Py_XDECREF(rows);
}

/* What describe() said, or the bare type when describing failed too. */
static void
tell(struct report *report, PyObject *exception, PyObject *told)
{
    struct span f[3];
    const char *name = Py_TYPE(exception)->tp_name;
    if (told != NULL && PyDict_Check(told)) {
        f[0] = span_of_text(told, "type");
        f[1] = span_of_text(told, "message");
        f[2] = span_of_text(told, "text");
    } else {
        const char *dot = strrchr(name, '.');
        name = dot ? dot + 1 : name;
        f[0] = f[2] = (struct span){(const uint8_t *)name, strlen(name)};
        f[1] = (struct span){(const uint8_t *)"", 0};
    }
    clip(&f[0], 256);
    clip(&f[1], 16 << 10);
    clip(&f[2], 128 << 10);
    (void)fd_write_all(STDERR_FILENO, f[2].data, f[2].len, NULL);
    if (f[2].len > 0 && f[2].data[f[2].len - 1] != '\n')
        (void)fd_write_all(STDERR_FILENO, "\n", 1, NULL);
    report_fields(report, FRAME_EXCEPTION, f, 3);
    if (told != NULL && PyDict_Check(told))
        send_frames(report, PyDict_GetItemString(told, "frames"));
}

static void
flush_streams(struct interp *in)
{
    const char *const names[] = {"stdout", "stderr"};
    for (int i = 0; i < 2; i++) {
        PyObject *stream = PySys_GetObject(names[i]); /* borrowed */
        if (stream == NULL || stream == Py_None)
            continue;
        Py_INCREF(stream); /* flush() may replace it */
        PyObject *done = PyObject_CallMethodNoArgs(stream, in->flush);
        if (done == NULL)
            PyErr_Clear();
        Py_XDECREF(done);
        Py_DECREF(stream);
    }
}

/* sys.exit(x): None is 0, an int its low byte, all else a message and 1. */
static uint8_t
exit_status(PyObject *exception)
{
    PyObject *code = PyObject_GetAttrString(exception, "code");
    uint8_t status = STATUS_ERROR;
    if (code == Py_None) {
        status = 0;
    } else if (code != NULL && PyLong_Check(code)) {
        int overflow;
        long v = PyLong_AsLongAndOverflow(code, &overflow);
        status = overflow ? 255 : (uint8_t)(v & 0xff);
    } else if (code != NULL) {
        PyObject *text = PyObject_Str(code);
        Py_ssize_t n = 0;
        const char *s = text ? PyUnicode_AsUTF8AndSize(text, &n) : NULL;
        if (s != NULL) {
            (void)fd_write_all(STDERR_FILENO, s, (size_t)n, NULL);
            (void)fd_write_all(STDERR_FILENO, "\n", 1, NULL);
        }
        Py_XDECREF(text);
    }
    PyErr_Clear();
    Py_XDECREF(code);
    return status;
}

struct ending {
    enum frame_end end;
    uint8_t status;
};

static struct ending
finish_exception(struct interp *in, struct report *report, PyObject *exception)
{
    if (PyErr_GivenExceptionMatches(exception, PyExc_SystemExit)) {
        uint8_t status = exit_status(exception);
        return (struct ending){status ? END_EXIT : END_OK, status};
    }
    if (PyErr_GivenExceptionMatches(exception, PyExc_MemoryError)) {
        free(in->ballast);
        in->ballast = NULL;
        report_bytes(report, FRAME_LIMIT, "memory", 6);
    }
    PyObject *told = PyObject_CallOneArg(in->describe, exception);
    if (told == NULL)
        PyErr_Clear();
    tell(report, exception, told);
    Py_XDECREF(told);
    if (PyErr_GivenExceptionMatches(exception, in->jail_error))
        return (struct ending){END_DENIED, STATUS_DENIED};
    return (struct ending){END_ERROR, STATUS_ERROR};
}

int
interp_finish(struct interp *in, struct report *report, bool last)
{
    PyObject *type, *exception, *trace;
    PyErr_Fetch(&type, &exception, &trace);
    PyErr_NormalizeException(&type, &exception, &trace);
    if (trace != NULL && exception != NULL)
        (void)PyException_SetTraceback(exception, trace);
    in->over = exception != NULL &&
               PyErr_GivenExceptionMatches(exception, PyExc_SystemExit);
    if (last || in->over)
        (void)interp_run_exits(in);
    flush_streams(in);
    bool empty = interp_fuel_end(in);
    struct ending ending = {END_OK, 0};
    if (exception != NULL)
        ending = finish_exception(in, report, exception);
    if (empty)
        ending = (struct ending){END_FUEL, FUEL_STATUS};
    Py_XDECREF(type);
    Py_XDECREF(exception);
    Py_XDECREF(trace);
    bool again = exception != NULL;
    if ((last || in->over) && interp_let_go(in))
        again = true;
    if (!in->brief)
        interp_send_files(report);
    if (again) /* finalizers have run, and str() of the exception */
        flush_streams(in);
    report_end(report, ending.end, last || in->over, ending.status);
    return ending.status;
}

/* A NUL-terminated copy of the source; a NUL inside would silently end it. */
static char *
copy_source(struct span code)
{
    if (memchr(code.data, '\0', code.len) != NULL) {
        PyErr_SetString(PyExc_SyntaxError,
                        "source code cannot contain null bytes");
        return NULL;
    }
    char *source = malloc(code.len + 1);
    if (source == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    memcpy(source, code.data, code.len);
    source[code.len] = '\0';
    return source;
}

static int
run_source(struct interp *in, const struct job *job)
{
    OWNED_STR source = copy_source(job->code);
    PyObject *filename = source ? text_of(job->filename) : NULL;
    PyObject *done = NULL;
    if (filename != NULL) {
        PyUnicode_InternInPlace(&filename);
        jail_set_guest_filename(filename);
        PyCompilerFlags flags = _PyCompilerFlags_INIT;
        int start = job->interactive ? Py_single_input : Py_file_input;
        PyObject *code =
            Py_CompileStringObject(source, filename, start, &flags, -1);
        free(source);
        source = NULL;
        if (code != NULL)
            done = PyEval_EvalCode(code, in->globals, in->globals);
        Py_XDECREF(code);
    }
    Py_XDECREF(filename);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

/* No code, and so nothing to compile: what the session has under that name is
 * called, as `NAME(input)` would be.  A fresh guest has nothing there. */
static int
call_function(struct interp *in, const struct job *job)
{
    PyObject *name = text_of(job->function);
    PyObject *function = /* borrowed */
        name ? PyDict_GetItemWithError(in->globals, name) : NULL;
    if (function == NULL && name != NULL && PyErr_Occurred() == NULL)
        PyErr_Format(PyExc_NameError, "name %R is not defined", name);
    PyObject *input = function ? bytes_of(job->input) : NULL;
    Py_XINCREF(function); /* it may take its own name away */
    PyObject *done = input ? PyObject_CallOneArg(function, input) : NULL;
    Py_XDECREF(function);
    Py_XDECREF(input);
    Py_XDECREF(name);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

static void
send_globals(struct interp *in, struct report *report)
{
    PyObject *type, *exception, *trace;
    PyErr_Fetch(&type, &exception, &trace);
    PyObject *text = PyObject_CallNoArgs(in->finish_globals);
    Py_ssize_t n = 0;
    const char *s = text && PyUnicode_Check(text)
                        ? PyUnicode_AsUTF8AndSize(text, &n)
                        : NULL;
    if (s != NULL)
        report_bytes(report, FRAME_GLOBALS, s, (size_t)n);
    PyErr_Clear();
    Py_XDECREF(text);
    PyErr_Restore(type, exception, trace);
}

/* A signal for the step before came too late for it. */
static void
forget_signals(void)
{
    if (PyErr_CheckSignals() != 0)
        PyErr_Clear();
}

static int
begin(struct interp *in, const struct job *job)
{
    if (interp_is_plain(in, job))
        return interp_begin_plain(in, job);
    PyObject *start = in->stepping ? in->next_step : in->begin;
    PyObject *dict = job_dict(job);
    PyObject *begun = dict ? PyObject_CallOneArg(start, dict) : NULL;
    Py_XDECREF(dict);
    Py_XDECREF(begun);
    return begun ? 0 : -1;
}

int
interp_run_job(struct interp *in, const struct job *job, struct report *report)
{
    forget_signals();
    if (!in->stepping)
        jail_set_files_quota(job->quota);
    bool calls = job->function.len > 0;
    int begun = calls && in->stepping ? 0 : begin(in, job);
    in->stepping = job->session;
    in->brief = job->brief;
    in->plain.untouched = false;
    if (begun == 0 && interp_fuel_begin(in, job->fuel, report) == 0)
        (void)(calls ? call_function(in, job) : run_source(in, job));
    if (begun == 0 && job->has_globals)
        send_globals(in, report);
    return interp_finish(in, report, !job->session);
}

bool
interp_is_over(const struct interp *in)
{
    return in->over;
}

void
interp_begin_guest(void)
{
    jail_begin_guest();
}

/* What most programs do.  It leaves nothing behind but warm pages: begin()
 * sets anew all that it sets here. */
static const char warm_source[] =
    "import math, sys\n"
    "class Warm:\n"
    "    def f(self, n): return [str(i) + repr(i / 3) for i in range(n)]\n"
    "try: 1 / 0\n"
    "except ZeroDivisionError as e: f'{e!r:>20} {Warm().f(9)}'\n"
    "print(end='', flush=True)\n"
    "del math, sys, Warm\n";

void
interp_settle(struct interp *in)
{
    enum { ROUNDS = 40, AGAIN = 4 };
    PyGC_Collect();
    interp_fill_holes();
    interp_warm(in, 1);
    if (interp_make_plain(in) != 0)
        PyErr_Clear(); /* begin() does it all */
    interp_warm(in, ROUNDS);
    (void)interp_freeze(in);
    interp_warm(in, AGAIN); /* collecting has emptied the free lists */
    interp_use_huge_pages(in);
}

void
interp_warm(struct interp *in, unsigned rounds)
{
    static const char name[] = "<warm-up>";
    const struct span filename = {(const uint8_t *)name, sizeof name - 1};
    struct span arg = filename;
    const struct job job = {
        .filename = filename,
        .code = {(const uint8_t *)warm_source, sizeof warm_source - 1},
        .input = {(const uint8_t *)"", 0},
        .session = !in->plain.no_exits, /* what is to run at exit stays */
        .args = &arg,
        .nargs = 1};
    struct report silent = {.fd = -1};
    const bool untouched = in->plain.untouched;
    for (unsigned i = 0; i < rounds; i++) {
        (void)interp_run_job(in, &job, &silent);
        in->stepping = false;
        in->plain.untouched = untouched;
    }
}
