/* The effective policy as Python objects, without Python's json: a run that
 * needs nothing of it should not import it. */
#include "host/zygote/interp_state.h"

#include <jansson.h>
#include <string.h>

static PyObject *convert(const json_t *value);

static PyObject *
convert_object(const json_t *object)
{
    PyObject *dict = PyDict_New();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        PyObject *item = dict != NULL ? convert(value) : NULL;
        if (item == NULL || PyDict_SetItemString(dict, key, item) != 0)
            Py_CLEAR(dict);
        Py_XDECREF(item);
    }
    return dict;
}

static PyObject *
convert_array(const json_t *array)
{
    PyObject *list = PyList_New(0);
    size_t i;
    json_t *value;
    json_array_foreach(array, i, value) {
        PyObject *item = list != NULL ? convert(value) : NULL;
        if (item == NULL || PyList_Append(list, item) != 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

/* New reference; nesting is what jansson has let through. */
static PyObject *
convert(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return convert_object(value);
    case JSON_ARRAY:
        return convert_array(value);
    case JSON_STRING:
        return PyUnicode_FromStringAndSize(
            json_string_value(value), (Py_ssize_t)json_string_length(value));
    case JSON_INTEGER:
        return PyLong_FromLongLong(json_integer_value(value));
    case JSON_REAL:
        return PyFloat_FromDouble(json_real_value(value));
    case JSON_TRUE:
    case JSON_FALSE:
        return PyBool_FromLong(json_is_true(value));
    case JSON_NULL:
        break;
    }
    Py_RETURN_NONE;
}

PyObject *
interp_policy(const char *policy_json)
{
    json_error_t where;
    json_t *policy = json_loads(policy_json, JSON_ALLOW_NUL, &where);
    if (policy == NULL) {
        PyErr_Format(PyExc_ValueError, "effective policy: %s", where.text);
        return NULL;
    }
    PyObject *dict = convert(policy);
    json_decref(policy);
    return dict;
}
