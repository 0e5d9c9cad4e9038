/* jailmod: the gate.  What a guest can use of the interpreter it runs in.
 *
 * Knows nothing of host/.  All functions here are called with the GIL held
 * and follow CPython's convention: -1 or NULL with an exception set. */
#ifndef IMMURE_JAILMOD_H
#define IMMURE_JAILMOD_H

#include <Python.h>

#include <stdbool.h>

/* The module `_jail`.  Append to the inittab before Py_Initialize. */
PyMODINIT_FUNC PyInit__jail(void);

/* The module `_vfs`: the guest's files.  In the inittab as well. */
PyMODINIT_FUNC PyInit__vfs(void);

/* One refusal, at the moment it is raised.  Strings are borrowed for the
 * length of the call; none is NULL ("" when unknown). */
struct jail_denial {
    const char *what;  /* "os.system()" */
    const char *layer; /* always "gate" here */
    const char *rule;  /* "posix.system", "import.subprocess" */
    const char *fix;   /* what would allow it, or what to do instead */
    int line;          /* innermost line of guest code; 0 when unknown */
};

enum jail_call {
    JAIL_CALL_VALUE,  /* what the function returns */
    JAIL_CALL_ERROR,  /* a text: it failed */
    JAIL_CALL_DENIED, /* nothing; or what, rule, reason and fix: four times
                       * a u32 length and UTF-8 */
    JAIL_CALL_QUOTA,
};

struct jail_hooks {
    /* Where refusals are told.  Called with the GIL held, at each refusal (the
     * receiver deduplicates); must not raise and must not call Python. */
    void (*denied)(void *arg, const struct jail_denial *denial);
    /* Call a function outside and wait for its answer, a new bytes object with
     * *out_status, or NULL with an exception.  out_status NULL: do not wait.
     * NULL: there is no outside to call. */
    PyObject *(*call)(void *arg, const char *name, const void *data,
                      size_t len, int *out_status);
    void *arg;
};

/* Let import statements take the library's modules from the table in memory,
 * when it is of this interpreter and its files: 1, or 0 when it is not.
 * Before any is imported. */
int jail_use_library(void);

/* Enter jail mode: one way, once a process, inherited by fork.  Does the five
 * gates in the order builtins, cfuncs, types, attributes, audit hook, and
 * drops `_jail` from sys.modules.  policy is a dict as _immure_boot.prepare()
 * returns it.  Fails, with nothing changed, on a second call or when other
 * threads are alive; fails with the process unusable (caller must end it) if
 * a gate could not be closed. */
int jail_enter(PyObject *policy, const struct jail_hooks *hooks);

/* True once jail_enter() has succeeded in this process or its parent. */
int jail_is_closed(void);

/* This process is a guest from now on: C code in it finds no descriptor of the
 * kernel's any more, but by read(2) and write(2).  Calls no Python. */
void jail_begin_guest(void);

/* A file of the guest's.  path is absolute and ends with no NUL. */
struct jail_file {
    const char *path;
    size_t path_len;
    const void *bytes;
    size_t size;
};

/* Put a file there, in the place of one of that name, with the folders above
 * it; without bytes a folder.  The bytes live as long as the process; locked:
 * they cannot be changed, nor the name taken away. */
int jail_give_file(const struct jail_file *file, bool locked);

/* Tell each that the guest made or changed, until tell() returns other than 0.
 * Files are valid for the length of the call; path is NULL when it is too long
 * to be told.  Runs no Python. */
void jail_each_changed(int (*tell)(void *arg, const struct jail_file *file),
                       void *arg);
/* What is there now counts as given: for the next step of a session. */
void jail_settle_files(void);
/* The bytes that the job's files may take: set before any code of the job has
 * run, and by nothing that it can call. */
void jail_set_files_quota(uint64_t bytes);
uint64_t jail_files_quota(void);
/* Whether a file is open for writing that may hold back bytes. */
bool jail_has_open_files(void);

/* Whether nothing has been registered with atexit since the jail closed. */
bool jail_has_no_exits(void);

/* Which file names are guest code, for the `line` of a denial: frames whose
 * co_filename equals this (interned) str.  Steals nothing. */
void jail_set_guest_filename(PyObject *filename);

#endif
