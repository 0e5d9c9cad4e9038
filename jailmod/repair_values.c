/* Objects whose fields a guest sets to what their methods do not expect, or
 * which it enters twice. */
#include "jailmod/repair.h"

/* --- str() of the UnicodeErrors --- */

static reprfunc was_encode_str;
static reprfunc was_decode_str;
static reprfunc was_translate_str;

/* An error of the same content whose fields are what they should be: the
 * strings have run their code, start is not before the object. */
static PyObject *
sound_error(PyObject *self, PyObject *type)
{
    const PyUnicodeErrorObject *error = (PyUnicodeErrorObject *)self;
    bool translate = type == PyExc_UnicodeTranslateError;

    if (error->object == NULL || error->reason == NULL ||
        (!translate && error->encoding == NULL))
        return PyUnicode_FromString("");
    OWNED_REF held = Py_NewRef(error->reason);
    OWNED_REF reason = PyObject_Str(held);
    OWNED_REF encoding = NULL;
    if (reason != NULL && !translate) {
        OWNED_REF given = Py_XNewRef(error->encoding);
        encoding =
            given == NULL ? PyUnicode_FromString("") : PyObject_Str(given);
    }
    if (reason == NULL || (!translate && encoding == NULL))
        return NULL;
    OWNED_REF object = Py_XNewRef(error->object);
    bool known = object != NULL &&
                 (type == PyExc_UnicodeDecodeError ? PyBytes_Check(object)
                                                   : PyUnicode_Check(object));
    if (!known) {
        PyErr_SetString(PyExc_TypeError, "object attribute is of no use");
        return NULL;
    }
    Py_ssize_t start = error->start < 0 ? 0 : error->start;
    return translate ? PyObject_CallFunction(type, "OnnO", object, start,
                                             error->end, reason)
                     : PyObject_CallFunction(type, "OOnnO", encoding, object,
                                             start, error->end, reason);
}

static PyObject *
sound_str(PyObject *self, PyObject *type, reprfunc was)
{
    OWNED_REF error = sound_error(self, type);
    if (error == NULL || PyUnicode_Check(error))
        return gate_take_ref(&error);
    return was(error);
}

static PyObject *
encode_str(PyObject *self)
{
    return sound_str(self, PyExc_UnicodeEncodeError, was_encode_str);
}

static PyObject *
decode_str(PyObject *self)
{
    return sound_str(self, PyExc_UnicodeDecodeError, was_decode_str);
}

static PyObject *
translate_str(PyObject *self)
{
    return sound_str(self, PyExc_UnicodeTranslateError, was_translate_str);
}

/* --- objects that run a guest's code, and are not to be entered by it --- */

#define BUSY_MAX 256

/* One a call under way; threads end in any order. */
static struct {
    const PyObject *calls[BUSY_MAX];
    size_t count;
} busy;

bool
repair_is_busy(const PyObject *self)
{
    for (size_t i = 0; i < busy.count; i++)
        if (busy.calls[i] == self)
            return true;
    return false;
}

bool
repair_enter(const PyObject *self)
{
    if (repair_is_busy(self)) {
        PyErr_Format(PyExc_ValueError, "%.100s is running already",
                     Py_TYPE(self)->tp_name);
        return false;
    }
    if (busy.count == BUSY_MAX) {
        PyErr_SetString(PyExc_RecursionError, "too many readers are running");
        return false;
    }
    busy.calls[busy.count++] = self;
    return true;
}

void
repair_leave(const PyObject *self)
{
    size_t at = busy.count - 1;

    while (busy.calls[at] != self)
        at--;
    busy.calls[at] = busy.calls[--busy.count];
}

static iternextfunc was_reader_next;

static PyObject *
reader_next(PyObject *self)
{
    if (!repair_enter(self))
        return NULL;
    PyObject *row = was_reader_next(self);
    repair_leave(self);
    return row;
}

static PyCMethod was_parse;
static PyCMethod was_parse_file;

static PyObject *
parser_parse(PyObject *self, PyTypeObject *type, PyObject *const *args,
             size_t nargs, PyObject *names)
{
    if (!repair_enter(self))
        return NULL;
    PyObject *result = was_parse(self, type, args, nargs, names);
    repair_leave(self);
    return result;
}

static PyObject *
parser_parse_file(PyObject *self, PyTypeObject *type, PyObject *const *args,
                  size_t nargs, PyObject *names)
{
    if (!repair_enter(self))
        return NULL;
    PyObject *result = was_parse_file(self, type, args, nargs, names);
    repair_leave(self);
    return result;
}

/* --- io.TextIOWrapper --- */

/* The head of textio in Modules/_io/textio.c, 3.0 to 3.13. */
struct text_object {
    PyObject_HEAD int ok; /* after __init__ */
};

static initproc was_text_init;

static int
text_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    if (!((struct text_object *)self)->ok)
        return was_text_init(self, args, kwargs);
    PyErr_SetString(PyExc_RuntimeError, "TextIOWrapper is initialized");
    return -1;
}

/* --- staticmethod --- */

/* The head of staticmethod in Objects/funcobject.c. */
struct static_object {
    PyObject_HEAD PyObject *callable; /* NULL before __init__ */
};

static ternaryfunc was_static_call;

static PyObject *
static_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    /* Held: the call can give the object another one. */
    OWNED_REF callable = Py_XNewRef(((struct static_object *)self)->callable);
    if (callable != NULL)
        return was_static_call(self, args, kwargs);
    PyErr_SetString(PyExc_RuntimeError, "uninitialized staticmethod object");
    return NULL;
}

/* clang-format off */
static const struct repair rows[] = {
    {"UnicodeDecodeError", REPAIR_STR, "", REPAIR_BY(decode_str),
     REPAIR_WAS(was_decode_str),
     "a negative start reads before the object (tests/escape/233)"},
    {"UnicodeEncodeError", REPAIR_STR, "", REPAIR_BY(encode_str),
     REPAIR_WAS(was_encode_str),
     "a negative start reads before the object (tests/escape/233)"},
    {"UnicodeTranslateError", REPAIR_STR, "", REPAIR_BY(translate_str),
     REPAIR_WAS(was_translate_str),
     "a negative start reads before the object (tests/escape/233)"},
    {"_csv.reader", REPAIR_NEXT, "", REPAIR_BY(reader_next),
     REPAIR_WAS(was_reader_next),
     "the iterator it reads advances it (tests/escape/192)"},
    {"pyexpat.xmlparser", REPAIR_FAST_DEF, "Parse", REPAIR_BY(parser_parse),
     REPAIR_WAS(was_parse), "a handler parses on (tests/escape/204)"},
    {"pyexpat.xmlparser", REPAIR_FAST_DEF, "ParseFile",
     REPAIR_BY(parser_parse_file), REPAIR_WAS(was_parse_file),
     "a handler parses on (tests/escape/204)"},
    {"_io.TextIOWrapper", REPAIR_INIT, "", REPAIR_BY(text_init),
     REPAIR_WAS(was_text_init),
     "its decoder starts it anew (tests/escape/228)"},
    {"staticmethod", REPAIR_CALL, "", REPAIR_BY(static_call),
     REPAIR_WAS(was_static_call),
     "it calls nothing before __init__ (tests/escape/234)"},
};
/* clang-format on */

const struct repair_table repair_values = {rows, REPAIR_COUNT(rows)};
