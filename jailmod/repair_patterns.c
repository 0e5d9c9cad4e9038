/* _sre.compile(): the code of a pattern, read once more.
 *
 * CPython checks that code, but believes some of it: that a mark has a place,
 * that the prefix is the one that the code begins with, that a set has an end.
 * The matcher goes wherever they lead.  The library's compiler gets them
 * right, but works with names and objects that guests can replace
 * (tests/escape/425, 426). */
#include "jailmod/repair.h"

#define OPERATIONS_MAX 64
#define NESTED_MAX 400

#define INFO_PREFIX 1 /* SRE_INFO_PREFIX */
#define INFO_HEAD 5   /* INFO, skip, flags, min, max */

/* What follows an operation. */
enum shape {
    SHAPE_NONE, /* no such operation */
    SHAPE_BARE,
    SHAPE_ONE, /* that many words */
    SHAPE_TWO,
    SHAPE_THREE,
    SHAPE_MARK,
    SHAPE_SET,    /* skip, and the set */
    SHAPE_BRANCH, /* alternatives, each behind its skip; and 0 */
};

static const struct {
    const char *name;
    enum shape shape;
} operations[] = {
    {"FAILURE", SHAPE_BARE},
    {"SUCCESS", SHAPE_BARE},
    {"ANY", SHAPE_BARE},
    {"ANY_ALL", SHAPE_BARE},
    {"MAX_UNTIL", SHAPE_BARE},
    {"MIN_UNTIL", SHAPE_BARE},
    {"AT", SHAPE_ONE},
    {"ATOMIC_GROUP", SHAPE_ONE},
    {"GROUPREF", SHAPE_ONE},
    {"GROUPREF_IGNORE", SHAPE_ONE},
    {"GROUPREF_LOC_IGNORE", SHAPE_ONE},
    {"GROUPREF_UNI_IGNORE", SHAPE_ONE},
    {"JUMP", SHAPE_ONE},
    {"LITERAL", SHAPE_ONE},
    {"LITERAL_IGNORE", SHAPE_ONE},
    {"LITERAL_LOC_IGNORE", SHAPE_ONE},
    {"LITERAL_UNI_IGNORE", SHAPE_ONE},
    {"NOT_LITERAL", SHAPE_ONE},
    {"NOT_LITERAL_IGNORE", SHAPE_ONE},
    {"NOT_LITERAL_LOC_IGNORE", SHAPE_ONE},
    {"NOT_LITERAL_UNI_IGNORE", SHAPE_ONE},
    {"MARK", SHAPE_MARK},
    {"ASSERT", SHAPE_TWO},
    {"ASSERT_NOT", SHAPE_TWO},
    {"GROUPREF_EXISTS", SHAPE_TWO},
    {"REPEAT", SHAPE_THREE},
    {"REPEAT_ONE", SHAPE_THREE},
    {"MIN_REPEAT_ONE", SHAPE_THREE},
    {"POSSESSIVE_REPEAT", SHAPE_THREE},
    {"POSSESSIVE_REPEAT_ONE", SHAPE_THREE},
    {"IN", SHAPE_SET},
    {"IN_IGNORE", SHAPE_SET},
    {"IN_LOC_IGNORE", SHAPE_SET},
    {"IN_UNI_IGNORE", SHAPE_SET},
    {"BRANCH", SHAPE_BRANCH},
};

static _PyCFunctionFastWithKeywords was_sre_compile;

/* By the numbers that this interpreter's re._constants gives them. */
static struct {
    enum shape shapes[OPERATIONS_MAX];
    size_t info;
    size_t literal;
} numbers;

struct code {
    size_t *words;
    size_t count;
    size_t marks; /* how many there are */
};

static bool is_sound(const struct code *code, size_t at, size_t end,
                     int depth);

/* The alternatives from the skip at `at` on; *out_at: behind them. */
static bool
is_sound_branch(const struct code *code, size_t at, size_t end, int depth,
                size_t *out_at)
{
    while (at < end && code->words[at] != 0) {
        size_t skip = code->words[at];
        if (skip < 1 || skip > end - at ||
            !is_sound(code, at + 1, at + skip, depth + 1))
            return false;
        at += skip;
    }
    *out_at = at + 1;
    return at < end;
}

/* One operation; *out_at: behind it and its words. */
static bool
is_sound_step(const struct code *code, size_t at, size_t end, int depth,
              size_t *out_at)
{
    size_t operation = code->words[at];
    enum shape shape =
        operation < OPERATIONS_MAX ? numbers.shapes[operation] : SHAPE_NONE;
    size_t room = end - at - 1;
    size_t first = room > 0 ? code->words[at + 1] : 0;
    size_t words = 0;

    switch (shape) {
    case SHAPE_NONE:
        return false;
    case SHAPE_BARE:
        break;
    case SHAPE_MARK:
    case SHAPE_ONE:
        words = 1;
        break;
    case SHAPE_TWO:
        words = 2;
        break;
    case SHAPE_THREE:
        words = 3;
        break;
    case SHAPE_SET:
        words = first;
        break;
    case SHAPE_BRANCH:
        return is_sound_branch(code, at + 1, end, depth, out_at);
    }
    *out_at = at + 1 + words;
    return words <= room && (shape != SHAPE_SET || words >= 2) &&
           (shape != SHAPE_MARK || first < code->marks);
}

static bool
is_sound(const struct code *code, size_t at, size_t end, int depth)
{
    if (depth > NESTED_MAX)
        return false;
    while (at < end)
        if (!is_sound_step(code, at, end, depth, &at))
            return false;
    return true;
}

/* overlap[i]: how long an end of prefix[0..i] the prefix begins with. */
static bool
is_overlap(const size_t *prefix, const size_t *overlap, size_t count)
{
    if (overlap[0] != 0)
        return false;
    for (size_t i = 1; i < count; i++) {
        size_t length = overlap[i - 1];
        while (length > 0 && prefix[i] != prefix[length])
            length = overlap[length - 1];
        if (overlap[i] != length + (prefix[i] == prefix[length]))
            return false;
    }
    return true;
}

/* Whether the code at `at` begins with those literals: a search skips them. */
static bool
begins_with(const struct code *code, size_t at, const size_t *prefix,
            size_t count)
{
    if (count > (code->count - at) / 2)
        return false;
    for (size_t i = 0; i < count; i++)
        if (code->words[at + 2 * i] != numbers.literal ||
            code->words[at + 2 * i + 1] != prefix[i])
            return false;
    return true;
}

/* What the code says of itself; *out_at: behind it. */
static bool
is_sound_info(const struct code *code, size_t *out_at)
{
    const size_t *words = code->words;

    if (code->count < 2 || words[1] < INFO_HEAD - 1 || words[1] >= code->count)
        return false;
    size_t end = 1 + words[1];
    *out_at = end;
    if ((words[2] & INFO_PREFIX) == 0)
        return true;
    if (end < INFO_HEAD + 2)
        return false;
    size_t length = words[INFO_HEAD];
    size_t skip = words[INFO_HEAD + 1];
    const size_t *prefix = words + INFO_HEAD + 2;
    return length > 0 && length <= code->count && skip <= length &&
           end == INFO_HEAD + 2 + 2 * length &&
           is_overlap(prefix, prefix + length, length) &&
           begins_with(code, end, prefix, skip);
}

static bool
is_sound_code(const struct code *code)
{
    size_t at = 0;

    if (code->count > 0 && code->words[0] == numbers.info &&
        !is_sound_info(code, &at))
        return false;
    return is_sound(code, at, code->count, 0);
}

/* The words, to be freed; NULL with an exception. */
static size_t *
read_words(PyObject *list)
{
    size_t count = (size_t)PyList_GET_SIZE(list);
    size_t *words = PyMem_New(size_t, count + 1);

    if (words == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        words[i] = PyLong_AsSize_t(PyList_GET_ITEM(list, (Py_ssize_t)i));
        if (words[i] == (size_t)-1 && PyErr_Occurred()) {
            PyMem_Free(words);
            return NULL;
        }
    }
    return words;
}

/* The arguments are as re._compiler gives them: (pattern, flags, code, groups,
 * groupindex, indexgroup), and none can run code. */
static bool
are_plain(PyObject *const *args, Py_ssize_t nargs, PyObject *names)
{
    return nargs == 6 && names == NULL && PyLong_Check(args[1]) &&
           PyList_CheckExact(args[2]) && PyLong_CheckExact(args[3]) &&
           PyDict_CheckExact(args[4]) && PyTuple_CheckExact(args[5]);
}

static PyObject *
sound_compile(PyObject *module, PyObject *const *args, Py_ssize_t nargs,
              PyObject *names)
{
    if (!are_plain(args, nargs, names)) {
        PyErr_SetString(PyExc_TypeError, "not what re._compiler makes");
        return NULL;
    }
    Py_ssize_t groups = PyLong_AsSsize_t(args[3]);
    if (groups == -1 && PyErr_Occurred())
        return NULL;
    struct code code = {.count = (size_t)PyList_GET_SIZE(args[2]),
                        .marks = groups < 0 ? 0 : 2 * (size_t)groups,
                        .words = read_words(args[2])};
    if (code.words == NULL)
        return NULL;
    bool sound = groups >= 0 && PyTuple_GET_SIZE(args[5]) == groups + 1 &&
                 is_sound_code(&code);
    PyMem_Free(code.words);
    if (sound)
        return was_sre_compile(module, args, nargs, names);
    PyErr_SetString(PyExc_RuntimeError, "invalid SRE code");
    return NULL;
}

/* The number of an operation; -1 with an exception. */
static long
number_of(PyObject *constants, const char *name)
{
    OWNED_REF value = PyObject_GetAttrString(constants, name);
    long number = value == NULL ? -1 : PyLong_AsLong(value);

    if (number < OPERATIONS_MAX)
        return number;
    PyErr_Format(PyExc_RuntimeError, "the jail knows no pattern code %s",
                 name);
    return -1;
}

int
repair_patterns_prepare(void)
{
    OWNED_REF constants = PyImport_ImportModule("re._constants");
    if (constants == NULL)
        return -1;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(operations); i++) {
        long number = number_of(constants, operations[i].name);
        if (number < 0)
            return -1;
        numbers.shapes[number] = operations[i].shape;
    }
    long info = number_of(constants, "INFO");
    long literal = number_of(constants, "LITERAL");
    numbers.info = (size_t)info;
    numbers.literal = (size_t)literal;
    return info < 0 || literal < 0 ? -1 : 0;
}

/* clang-format off */
static const struct repair rows[] = {
    {"_sre", REPAIR_FUNCTION, "compile", REPAIR_BY(sound_compile),
     REPAIR_WAS(was_sre_compile),
     "code that leads out of the pattern (tests/escape/222, 425, 426)"},
};
/* clang-format on */

const struct repair_table repair_patterns = {rows, REPAIR_COUNT(rows)};
