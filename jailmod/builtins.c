/* Gate 1: the builtins.
 *
 * The dict is edited in place; a guest is not handed a smaller copy.  Every
 * function of the library holds this very dict, so json.dumps.__globals__
 * would undo a copy.  `__import__` is replaced in the dict: the import
 * statement does not look at the method table. */
#include "jailmod/gate.h"

#include <string.h>

static struct {
    PyObject *dict;   /* of the module builtins */
    PyObject *doomed; /* list of names */
} plan;

static int
judge(const struct gate_policy *policy, PyObject *key)
{
    const char *name = PyUnicode_Check(key) ? PyUnicode_AsUTF8(key) : "";

    if (name == NULL)
        return -1;
    struct list_row row;
    if (gate_rule(policy, &list_builtins, name, &row) < 0)
        return -1;
    return row.stand == STAND_DROP ? PyList_Append(plan.doomed, key) : 0;
}

int
builtins_prepare(const struct gate_policy *policy)
{
    PyObject *key;
    Py_ssize_t at = 0;

    plan.dict = Py_XNewRef(PyEval_GetBuiltins());
    plan.doomed = PyList_New(0);
    if (plan.dict == NULL || plan.doomed == NULL)
        return -1;
    while (PyDict_Next(plan.dict, &at, &key, NULL))
        if (judge(policy, key) < 0)
            return -1;
    return 0;
}

int
builtins_close(void)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(plan.doomed); i++)
        if (PyDict_DelItem(plan.dict, PyList_GET_ITEM(plan.doomed, i)) < 0)
            return -1;
    return imports_close();
}
