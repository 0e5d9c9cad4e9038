/* open(), as Modules/_io/_iomodule.c has it. */
#include "jailmod/vfs_file.h"

#include <string.h>

/* As st_blksize, so large are the buffers of files on tmpfs. */
enum { BLOCK = 4096 };

struct request {
    PyObject *file; /* borrowed, as all objects here */
    const char *mode;
    int buffering;
    const char *encoding, *errors, *newline;
    int closefd;
    PyObject *opener;
};

struct mode {
    bool creating, reading, writing, appending, updating, text, binary;
    char raw[6];
};

static int
value_error(const char *message)
{
    PyErr_SetString(PyExc_ValueError, message);
    return -1;
}

static int
read_letters(const char *text, struct mode *mode)
{
    const struct {
        char letter;
        bool *flag;
    } known[] = {{'x', &mode->creating}, {'r', &mode->reading},
                 {'w', &mode->writing},  {'a', &mode->appending},
                 {'+', &mode->updating}, {'t', &mode->text},
                 {'b', &mode->binary}};

    for (const char *s = text; *s != '\0'; s++) {
        size_t i = 0;
        while (i < Py_ARRAY_LENGTH(known) && known[i].letter != *s)
            i++;
        if (i == Py_ARRAY_LENGTH(known) || *known[i].flag) {
            PyErr_Format(PyExc_ValueError, "invalid mode: '%s'", text);
            return -1;
        }
        *known[i].flag = true;
    }
    return 0;
}

static int
check_mode(const struct request *request, struct mode *mode)
{
    if (read_letters(request->mode, mode) < 0)
        return -1;
    if (mode->text && mode->binary)
        return value_error("can't have text and binary mode at once");
    /* When there is none FileIO says so. */
    if (mode->creating + mode->reading + mode->writing + mode->appending > 1)
        return value_error("must have exactly one of create/read/write/append "
                           "mode");
    if (mode->binary && request->encoding != NULL)
        return value_error("binary mode doesn't take an encoding argument");
    if (mode->binary && request->errors != NULL)
        return value_error("binary mode doesn't take an errors argument");
    if (mode->binary && request->newline != NULL)
        return value_error("binary mode doesn't take a newline argument");
    if (mode->binary && request->buffering == 1 &&
        PyErr_WarnEx(PyExc_RuntimeWarning,
                     "line buffering (buffering=1) isn't supported in binary "
                     "mode, the default buffer size will be used",
                     1) < 0)
        return -1;
    char *out = mode->raw;
    if (mode->creating)
        *out++ = 'x';
    if (mode->reading)
        *out++ = 'r';
    if (mode->writing)
        *out++ = 'w';
    if (mode->appending)
        *out++ = 'a';
    if (mode->updating)
        *out++ = '+';
    *out = '\0';
    return 0;
}

static struct {
    PyObject *text_type, *reader, *writer, *random;
    size_t raw; /* where TextIOWrapper keeps its FileIO; 0: nobody knows */
} types;

/* --- the short cut of TextIOWrapper --- */

/* Its `raw` is a FileIO that it asks, at every line and every write, whether it
 * is closed; without one it asks the buffer for an attribute.  It takes
 * CPython's own classes alone (textiowrapper_init() in Modules/_io/textio.c),
 * and reads of them what lies behind the head: `fd`.  So does it of ours. */
_Static_assert(offsetof(struct file, fd) == sizeof(PyObject),
               "FileIO has its descriptor where fileio.c has it");

static PyObject *
text_over(PyObject *io, const char *type, PyObject *below)
{
    OWNED_REF buffer = below == NULL
                           ? PyObject_CallMethod(io, type, NULL)
                           : PyObject_CallMethod(io, type, "O", below);
    return buffer == NULL ? NULL
                          : PyObject_CallMethod(io, "TextIOWrapper", "Os",
                                                buffer, "utf-8");
}

/* The one word that is the FileIO in a wrapper that has one, and nothing in a
 * wrapper that has none. */
static size_t
find_raw(PyObject *io, PyObject *raw)
{
    OWNED_REF with = text_over(io, "BufferedReader", raw);
    OWNED_REF without = with == NULL ? NULL : text_over(io, "BytesIO", NULL);
    size_t found = 0;

    if (without == NULL)
        return 0;
    for (size_t at = sizeof(PyObject);
         at < (size_t)Py_TYPE(with)->tp_basicsize; at += sizeof(void *)) {
        if (*(PyObject **)((char *)with + at) != raw)
            continue;
        if (found != 0 || *(PyObject **)((char *)without + at) != NULL)
            return 0;
        found = at;
    }
    return found;
}

static void
learn_raw(PyObject *io)
{
    OWNED_REF raw = PyObject_CallMethod(io, "FileIO", "isO", 0, "r", Py_False);
    types.raw = raw == NULL ? 0 : find_raw(io, raw);
    PyErr_Clear();
}

/* text was made by us over raw, which is exactly a FileIO of ours. */
static void
use_raw(PyObject *text, PyObject *raw)
{
    PyObject **slot = (PyObject **)((char *)text + types.raw);

    if (types.raw != 0 && *slot == NULL && file_is_exact(raw))
        *slot = Py_NewRef(raw);
}

/* --- open() --- */

int
vfs_open_init(PyObject *module)
{
    OWNED_REF io = PyImport_ImportModule("_io");
    if (io == NULL)
        return -1;
    learn_raw(io);
    types.reader = PyObject_GetAttrString(module, "BufferedReader");
    types.writer = PyObject_GetAttrString(module, "BufferedWriter");
    types.random = PyObject_GetAttrString(module, "BufferedRandom");
    types.text_type = PyObject_GetAttrString(io, "TextIOWrapper");
    return types.reader == NULL || types.writer == NULL ||
                   types.random == NULL || types.text_type == NULL
               ? -1
               : 0;
}

/* The layers above the raw file.  New reference; on failure *top is the
 * outermost one that was made, which owns the others. */
static PyObject *
add_layers(PyObject *raw, const struct request *request,
           const struct mode *mode, PyObject **top)
{
    int size = request->buffering;
    bool lines = size == 1 && !mode->binary;

    if (size == 0) {
        if (mode->binary)
            return Py_NewRef(raw);
        value_error("can't have unbuffered text I/O");
        return NULL;
    }
    PyObject *type = mode->updating  ? types.random
                     : mode->reading ? types.reader
                                     : types.writer; /* borrowed */
    OWNED_REF buffer =
        PyObject_CallFunction(type, "Oi", raw, size > 1 ? size : BLOCK);
    if (buffer == NULL || mode->binary)
        return gate_take_ref(&buffer);
    Py_SETREF(*top, Py_NewRef(buffer));
    const char *encoding = request->encoding;
    if (encoding == NULL)
        encoding = "utf-8";
    else if (strcmp(encoding, "locale") == 0)
        encoding = "UTF-8"; /* as nl_langinfo(3) has it */
    OWNED_REF text = PyObject_CallFunction(
        types.text_type, "OszzO", buffer, encoding, request->errors,
        request->newline, lines ? Py_True : Py_False);
    if (text != NULL)
        Py_SETREF(*top, Py_NewRef(text));
    OWNED_REF shown = PyUnicode_FromString(request->mode);
    if (text == NULL || shown == NULL ||
        PyObject_SetAttrString(text, "mode", shown) < 0)
        return NULL;
    use_raw(text, raw);
    return gate_take_ref(&text);
}

static PyObject *
open_request(const struct request *request)
{
    struct mode mode = {0};

    OWNED_REF name = PyNumber_Check(request->file)
                         ? Py_NewRef(request->file)
                         : PyOS_FSPath(request->file);
    if (name == NULL || check_mode(request, &mode) < 0)
        return NULL;
    OWNED_REF raw = PyObject_CallFunction(
        (PyObject *)vfs_file_type, "OsOO", name, mode.raw,
        request->closefd ? Py_True : Py_False, request->opener);
    if (raw == NULL)
        return NULL;
    OWNED_REF top = Py_NewRef(raw);
    PyObject *stream = add_layers(raw, request, &mode, &top);
    if (stream != NULL)
        return stream;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    OWNED_REF closed = PyObject_CallMethod(top, "close", NULL);
    if (closed == NULL)
        _PyErr_ChainExceptions(type, value, traceback);
    else
        PyErr_Restore(type, value, traceback);
    return NULL;
}

static PyObject *
io_open(PyObject *module, PyObject *args, PyObject *kwargs)
{
    struct request request = {
        .buffering = -1, .closefd = 1, .opener = Py_None};
    struct text_arg mode = {"open", "mode", false, "r"};
    struct text_arg encoding = {"open", "encoding", true, NULL};
    struct text_arg errors = {"open", "errors", true, NULL};
    struct text_arg newline = {"open", "newline", true, NULL};

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O|O&O&O&O&O&pO:open",
            KEYWORDS("file", "mode", "buffering", "encoding", "errors",
                     "newline", "closefd", "opener"),
            &request.file, text_convert, &mode, int_convert,
            &request.buffering, text_convert, &encoding, text_convert, &errors,
            text_convert, &newline, &request.closefd, &request.opener))
        return NULL;
    request.mode = mode.text;
    request.encoding = encoding.text;
    request.errors = errors.text;
    request.newline = newline.text;
    return open_request(&request);
}

static PyObject *
io_open_code(PyObject *module, PyObject *args, PyObject *kwargs)
{
    struct request request = {
        .mode = "rb", .buffering = -1, .closefd = 1, .opener = Py_None};

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "U:open_code",
                                     KEYWORDS("path"), &request.file))
        return NULL;
    return open_request(&request);
}

/* --- input() --- */

static PyObject *
stream(const char *name)
{
    PyObject *found = PySys_GetObject(name); /* borrowed */

    if (found != NULL && found != Py_None)
        return Py_NewRef(found);
    return PyErr_Format(PyExc_RuntimeError, "input(): lost sys.%s", name);
}

static void
flush(PyObject *file)
{
    OWNED_REF done = PyObject_CallMethod(file, "flush", NULL);
    if (done == NULL)
        PyErr_Clear();
}

/* The builtin would ask the kernel whether descriptor 0 is a terminal, which
 * the wall answers with death.  This is the rest of it. */
static PyObject *
io_input(PyObject *module, PyObject *args)
{
    PyObject *prompt = NULL; /* borrowed */

    (void)module;
    if (!PyArg_UnpackTuple(args, "input", 0, 1, &prompt))
        return NULL;
    OWNED_REF in = stream("stdin");
    OWNED_REF out = in == NULL ? NULL : stream("stdout");
    OWNED_REF errors = out == NULL ? NULL : stream("stderr");
    if (errors == NULL)
        return NULL;
    flush(errors);
    if (prompt != NULL && PyFile_WriteObject(prompt, out, Py_PRINT_RAW) < 0)
        return NULL;
    flush(out);
    return PyFile_GetLine(in, -1);
}

static char open_doc[] =
    "open(file, mode='r', buffering=-1, encoding=None, errors=None,\n"
    "     newline=None, closefd=True, opener=None)\n--\n\n"
    "Open file and return a stream.  Raise OSError upon failure.\n\n"
    "The files are those of the job, in memory.  Text is UTF-8 unless an\n"
    "encoding is given.";

PyMethodDef vfs_io_methods[] = {
    {"open", CALL(io_open), METH_VARARGS | METH_KEYWORDS, open_doc},
    {"open_code", CALL(io_open_code), METH_VARARGS | METH_KEYWORDS,
     "open_code(path): open(path, 'rb')"},
    {"input", io_input, METH_VARARGS,
     "input(prompt='', /)\n--\n\nA line of sys.stdin, without its newline."},
    {NULL, NULL, 0, NULL},
};
