/* Dicts and sets that hold refused functions by their hash.
 *
 * Hash and equality of a builtin function come from ml_meth, which gate 2
 * overwrites.  Thunks keep them distinct from one another, but a container
 * that was filled before (os.supports_fd, shutil's tables) has each key in the
 * place of its old hash, where nobody finds it again.  Here such containers
 * are filled anew.  (No frozenset of the library holds a function.) */
#include "jailmod/gate.h"

static PyObject *stale; /* list of dicts and sets */

static bool
is_refused(PyObject *key)
{
    if (PyCFunction_Check(key))
        return cfuncs_is_gated(((PyCFunctionObject *)key)->m_ml);
    if (!PyTuple_CheckExact(key))
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); i++)
        if (PyCFunction_Check(PyTuple_GET_ITEM(key, i)) &&
            is_refused(PyTuple_GET_ITEM(key, i)))
            return true;
    return false;
}

static bool
dict_is_stale(PyObject *dict)
{
    PyObject *key;
    Py_ssize_t at = 0;

    if (!pyver_has_odd_keys(dict))
        return false;
    while (PyDict_Next(dict, &at, &key, NULL))
        if (is_refused(key))
            return true;
    return false;
}

static bool
set_is_stale(PyObject *set)
{
    PyObject *key;
    Py_ssize_t at = 0;
    Py_hash_t hash;

    while (_PySet_NextEntry(set, &at, &key, &hash))
        if (is_refused(key))
            return true;
    return false;
}

int
rehash_prepare(const struct walk *walk)
{
    Py_XSETREF(stale, PyList_New(0));
    if (stale == NULL)
        return -1;
    for (size_t i = 0; i < walk->tables.count; i++) {
        PyObject *object = walk->tables.items[i]; /* borrowed */
        bool found = PyDict_Check(object) ? dict_is_stale(object)
                                          : set_is_stale(object);
        if (found && PyList_Append(stale, object) < 0)
            return -1;
    }
    return 0;
}

static int
fill_dict(PyObject *dict)
{
    OWNED_REF items = PyDict_Items(dict);
    if (items == NULL)
        return -1;
    PyDict_Clear(dict);
    return PyDict_MergeFromSeq2(dict, items, 1);
}

static int
fill_set(PyObject *set)
{
    OWNED_REF items = PySequence_List(set);
    if (items == NULL || PySet_Clear(set) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items); i++)
        if (PySet_Add(set, PyList_GET_ITEM(items, i)) < 0)
            return -1;
    return 0;
}

int
rehash_close(void)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(stale); i++) {
        PyObject *object = PyList_GET_ITEM(stale, i); /* borrowed */
        int done = PyDict_Check(object) ? fill_dict(object) : fill_set(object);
        if (done < 0)
            return -1;
    }
    Py_CLEAR(stale);
    return 0;
}
