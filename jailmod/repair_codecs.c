/* Decoders that go on in what a guest has freed, or from a state that it made
 * up. */
#include "jailmod/repair.h"

#include <stdint.h>
#include <string.h>

/* --- codecs.charmap_decode() --- */

static _PyCFunctionFast was_charmap;

/* What the mapping says of that byte goes to the table; a LookupError: it says
 * nothing. */
static int
look_up(PyObject *table, PyObject *mapping, unsigned char byte)
{
    OWNED_REF key = PyLong_FromLong(byte);
    int known = key == NULL ? -1 : PyDict_Contains(table, key);
    if (known != 0)
        return known < 0 ? -1 : 0;
    OWNED_REF value = PyObject_GetItem(mapping, key);
    if (value != NULL)
        return PyDict_SetItem(table, key, value);
    if (!PyErr_ExceptionMatches(PyExc_LookupError))
        return -1;
    PyErr_Clear();
    return 0;
}

/* The mapping as a dict, as far as these bytes need it.  New reference. */
static PyObject *
plain_mapping(PyObject *data, PyObject *mapping)
{
    OWNED_REF bytes = PyBytes_FromObject(data);
    OWNED_REF table = PyDict_New();
    if (bytes == NULL || table == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyBytes_GET_SIZE(bytes); i++)
        if (look_up(table, mapping,
                    (unsigned char)PyBytes_AS_STRING(bytes)[i]) < 0)
            return NULL;
    return gate_take_ref(&table);
}

/* An error handler may give the exception another object to decode, which
 * nobody else holds, and the mapping may take it out again.  So the mapping
 * has its say first. */
static PyObject *
charmap_decode(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 3 || args[2] == Py_None || PyUnicode_CheckExact(args[2]) ||
        !PyObject_CheckBuffer(args[0]))
        return was_charmap(module, args, nargs);
    OWNED_REF table = plain_mapping(args[0], args[2]);
    if (table == NULL)
        return NULL;
    PyObject *const plain[] = {args[0], args[1], table};
    return was_charmap(module, plain, nargs);
}

/* --- incremental decoders of several bytes a character --- */

/* The heads of MultibyteIncrementalDecoderObject and MultibyteCodec in
 * Modules/cjkcodecs/multibytecodec.h, 3.2 to 3.13. */
struct codec {
    const char *encoding;
};

struct decoder_object {
    PyObject_HEAD const struct codec *codec;
};

static PyCFunction was_get_state;
static PyCFunction was_set_state;
static PyObject *states; /* set: (address of the codec, number) */

/* New reference: the state as it is remembered. */
static PyObject *
state_key(PyObject *self, PyObject *state)
{
    OWNED_REF codec =
        PyLong_FromSize_t((uintptr_t)((struct decoder_object *)self)->codec);

    return codec == NULL ? NULL
                         : PyTuple_Pack(2, codec, PyTuple_GET_ITEM(state, 1));
}

/* (bytes, int) of exactly these types, for a decoder that believes it: others
 * keep no tables in it. */
static bool
is_state(PyObject *self, PyObject *state)
{
    const struct codec *codec = ((struct decoder_object *)self)->codec;

    return strncmp(codec->encoding, "iso2022", strlen("iso2022")) == 0 &&
           PyTuple_CheckExact(state) && PyTuple_GET_SIZE(state) == 2 &&
           PyBytes_CheckExact(PyTuple_GET_ITEM(state, 0)) &&
           PyLong_CheckExact(PyTuple_GET_ITEM(state, 1));
}

static PyObject *
get_state(PyObject *self, PyObject *ignored)
{
    OWNED_REF state = was_get_state(self, ignored);
    if (state == NULL || !is_state(self, state))
        return gate_take_ref(&state);
    OWNED_REF key = state_key(self, state);
    return key == NULL || PySet_Add(states, key) < 0 ? NULL
                                                     : gate_take_ref(&state);
}

/* The number holds what ISO 2022 has designated: the decoder looks for it in a
 * table, and beyond the table.  A state is one that getstate() has told. */
static PyObject *
set_state(PyObject *self, PyObject *state)
{
    if (!is_state(self, state))
        return was_set_state(self, state);
    OWNED_REF key = state_key(self, state);
    int known = key == NULL ? -1 : PySet_Contains(states, key);
    if (known > 0)
        return was_set_state(self, state);
    if (known == 0)
        PyErr_SetString(PyExc_UnicodeError,
                        "no state that a decoder of this codec has had");
    return NULL;
}

int
repair_codecs_prepare(void)
{
    Py_XSETREF(states, PySet_New(NULL));
    return states == NULL ? -1 : 0;
}

/* clang-format off */
static const struct repair rows[] = {
    {"_codecs", REPAIR_FUNCTION, "charmap_decode", REPAIR_BY(charmap_decode),
     REPAIR_WAS(was_charmap),
     "the mapping frees what is decoded (tests/escape/420)"},
    {"_multibytecodec.MultibyteIncrementalDecoder", REPAIR_METHOD, "getstate",
     REPAIR_BY(get_state), REPAIR_WAS(was_get_state), "setstate() asks it"},
    {"_multibytecodec.MultibyteIncrementalDecoder", REPAIR_METHOD, "setstate",
     REPAIR_BY(set_state), REPAIR_WAS(was_set_state),
     "a state that no decoder has had (tests/escape/421)"},
};
/* clang-format on */

const struct repair_table repair_codecs = {rows, REPAIR_COUNT(rows)};
