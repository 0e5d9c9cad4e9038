/* A job that brings nothing but its code.
 *
 * begin() makes a process a job's: stdin, environment, path, names, random
 * state.  In a zygote that has run it, and in guests where no other code has
 * run since, all of that is as a plain job wants it, but for what is set here:
 * each object that begin() touches is a page that a guest would have to copy.
 * The random state is a guest's own from before it waits for its job. */
#include "host/zygote/interp_state.h"

#include "jailmod/jailmod.h"

static int
take_handlers(struct plain *plain, PyObject *pair)
{
    if (PyTuple_GET_SIZE(pair) == 0)
        return 0;
    plain->handlers = Py_NewRef(PyTuple_GET_ITEM(pair, 0));
    plain->shutdown = Py_NewRef(PyTuple_GET_ITEM(pair, 1));
    plain->known = PySequence_Tuple(plain->handlers);
    return plain->known ? 0 : -1;
}

int
interp_make_plain(struct interp *in)
{
    struct plain plain = {0};
    PyObject *handlers, *parts = PyObject_CallNoArgs(in->plain_parts);
    int exits;
    if (parts == NULL ||
        !PyArg_ParseTuple(parts, "O!O!O!OO!i", &PyList_Type, &plain.argv,
                          &PyDict_Type, &plain.sources, &PyList_Type,
                          &plain.guest, &plain.reseed, &PyTuple_Type,
                          &handlers, &exits) ||
        take_handlers(&plain, handlers) != 0) {
        Py_XDECREF(parts);
        return -1;
    }
    plain.no_exits = exits == 0;
    plain.is_ready = plain.untouched = true;
    in->plain = plain; /* parts keeps alive what was borrowed from it */
    return 0;
}

bool
interp_is_plain(const struct interp *in, const struct job *job)
{
    return in->plain.untouched && !in->stepping && !job->seeded &&
           !job->has_globals && job->nenv == 0 && job->nfiles == 0 &&
           job->input.len == 0;
}

static PyObject *
text_of(struct span s)
{
    return PyUnicode_DecodeUTF8((const char *)s.data, (Py_ssize_t)s.len,
                                "surrogateescape");
}

static int
set_arguments(PyObject *argv, const struct job *job)
{
    size_t n = job->nargs > 0 ? job->nargs : 1;
    const struct span *args = job->nargs > 0 ? job->args : &job->filename;
    PyObject *fresh = PyList_New((Py_ssize_t)n);
    for (size_t i = 0; fresh != NULL && i < n; i++) {
        PyObject *arg = text_of(args[i]);
        if (arg == NULL)
            Py_CLEAR(fresh);
        else
            PyList_SET_ITEM(fresh, (Py_ssize_t)i, arg); /* steals */
    }
    int done = fresh ? PyList_SetSlice(argv, 0, PY_SSIZE_T_MAX, fresh) : -1;
    Py_XDECREF(fresh);
    return done;
}

/* As _immure_report.set_guest(). */
static int
set_source(const struct plain *plain, PyObject *filename, struct span code)
{
    PyObject *source = PyBytes_FromStringAndSize((const char *)code.data,
                                                 (Py_ssize_t)code.len);
    PyDict_Clear(plain->sources);
    if (source == NULL ||
        PyDict_SetItem(plain->sources, filename, source) != 0) {
        Py_XDECREF(source);
        return -1;
    }
    Py_DECREF(source);
    return PyList_SetItem(plain->guest, 0, Py_NewRef(filename));
}

static int
reseed(const struct plain *plain)
{
    PyObject *done = PyObject_CallNoArgs(plain->reseed);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

int
interp_begin_plain(struct interp *in, const struct job *job)
{
    PyObject *filename = text_of(job->filename);
    if (filename == NULL)
        return -1;
    bool named = job->filename.len == 0 || job->filename.data[0] != '<';
    int done = set_arguments(in->plain.argv, job) != 0 ||
                       set_source(&in->plain, filename, job->code) != 0 ||
                       (named && PyDict_SetItemString(in->globals, "__file__",
                                                      filename) != 0)
                   ? -1
                   : 0;
    Py_DECREF(filename);
    if (done != 0 || in->plain.seeded)
        return done;
    return reseed(&in->plain);
}

/* The one place that sets `seeded`: a warm-up in the zygote must not, or all
 * its guests would draw the same numbers. */
void
interp_reseed(struct interp *in)
{
    if (!in->plain.is_ready)
        return;
    in->plain.seeded = reseed(&in->plain) == 0;
    if (!in->plain.seeded)
        PyErr_Clear(); /* then the job tries, and tells */
}

static bool
has_other_handlers(const struct plain *plain)
{
    if (plain->handlers == NULL)
        return false;
    Py_ssize_t n = PyList_GET_SIZE(plain->handlers);
    if (n != PyTuple_GET_SIZE(plain->known))
        return true;
    for (Py_ssize_t i = 0; i < n; i++)
        if (PyList_GET_ITEM(plain->handlers, i) !=
            PyTuple_GET_ITEM(plain->known, i))
            return true;
    return false;
}

static void
call(PyObject *function)
{
    PyObject *done = PyObject_CallNoArgs(function);
    if (done == NULL)
        PyErr_WriteUnraisable(function);
    Py_XDECREF(done);
}

bool
interp_run_exits(struct interp *in)
{
    bool none = in->plain.no_exits && jail_has_no_exits();
    bool any = in->run_atexit != NULL && !none;
    if (any)
        call(in->run_atexit);
    if (!has_other_handlers(&in->plain))
        return any;
    call(in->plain.shutdown);
    return true;
}
