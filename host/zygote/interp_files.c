/* The guest's files, at its end: a claim as all that it says. */
#include "host/zygote/interp_state.h"

#include <string.h>

#include "jailmod/jailmod.h"

enum { FILES_MAX = 1000 }; /* CLAIMS_FILES_MAX of the reader */

static int
give_one(void *arg, const struct given_file *file, struct err *err)
{
    (void)arg;
    const struct jail_file given = {file->path, strlen(file->path),
                                    file->bytes, file->size};
    if (jail_give_file(&given, file->locked) == 0)
        return 0;
    return interp_error(err, "the policy's files");
}

int
interp_give(const struct given *given, const char *policy_json,
            struct err *err)
{
    return given_each(given, policy_json, give_one, NULL, err);
}

/* As the interpreter does when it ends: names first become None, so that a
 * finalizer that runs late still finds them. */
bool
interp_let_go(struct interp *in)
{
    if (!jail_has_open_files())
        return false;
    PyObject *names = PyDict_Keys(in->globals);
    for (Py_ssize_t i = 0; names != NULL && i < PyList_GET_SIZE(names); i++) {
        PyObject *name = PyList_GET_ITEM(names, i); /* borrowed */
        if (PyUnicode_Check(name) &&
            PyUnicode_CompareWithASCIIString(name, "__builtins__") != 0 &&
            PyDict_SetItem(in->globals, name, Py_None) != 0)
            PyErr_Clear();
    }
    Py_XDECREF(names);
    PyErr_Clear();
    PyGC_Collect();
    return true;
}

struct sending {
    struct report *report;
    size_t count;
    uint64_t left; /* bytes of content */
    bool cut;
};

/* The bytes of one character; 0: there is none. */
static size_t
character(const unsigned char *s, size_t len)
{
    size_t size = s[0] < 0x80   ? 1
                  : s[0] < 0xc2 ? 0
                  : s[0] < 0xe0 ? 2
                  : s[0] < 0xf0 ? 3
                  : s[0] < 0xf5 ? 4
                                : 0;
    if (size > len)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    /* Too long for what it says, a surrogate, or beyond the last one. */
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return size;
}

/* A name that is not has no place in a result.  CPython is not asked: the
 * exception that it makes may collect garbage, whose finalizers change the tree
 * that is walked (tests/escape/491). */
static bool
is_utf8(const unsigned char *s, size_t len)
{
    while (len > 0) {
        size_t size = character(s, len);
        if (size == 0)
            return false;
        s += size;
        len -= size;
    }
    return true;
}

static int
send_one(void *arg, const struct jail_file *file)
{
    struct sending *sending = arg;
    if (file->path == NULL || sending->count == FILES_MAX) {
        sending->cut = true;
        return sending->count == FILES_MAX;
    }
    if (!is_utf8((const unsigned char *)file->path, file->path_len)) {
        sending->cut = true;
        return 0;
    }
    const struct report_file told = {
        .path = {(const uint8_t *)file->path, file->path_len},
        .content = {file->bytes, file->size},
        .whole = file->size <= sending->left,
    };
    if (told.whole)
        sending->left -= file->size;
    sending->count++;
    report_file(sending->report, &told);
    return 0;
}

void
interp_send_files(struct report *report)
{
    struct sending sending = {.report = report, .left = jail_files_quota()};
    jail_each_changed(send_one, &sending);
    if (sending.cut)
        report_bytes(report, FRAME_CHANGED, NULL, 0);
    jail_settle_files();
}
