/* The module `_wall`: what the wall's tables say, for the policy tools. */
#include "host/zygote/interp_state.h"

#include "host/wall/wall.h"

/* Steals entry; NULL there means an exception is set already. */
static int
append(PyObject *list, PyObject *entry)
{
    int done = entry ? PyList_Append(list, entry) : -1;
    Py_XDECREF(entry);
    return done;
}

static PyObject *
syscalls(PyObject *module, PyObject *ignored)
{
    PyObject *list = PyList_New(0);
    (void)module;
    (void)ignored;
    for (size_t i = 0; list != NULL; i++) {
        const char *reason;
        int refused;
        const char *name = wall_syscall_name(i, &reason, &refused);
        if (name == NULL)
            break;
        if (append(list, Py_BuildValue("(sis)", name, refused, reason)) != 0)
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *
layers(PyObject *module, PyObject *ignored)
{
    PyObject *list = PyList_New(0);
    (void)module;
    (void)ignored;
    for (size_t i = 0; list != NULL && i < WALL_LAYER_COUNT; i++) {
        const struct wall_layer_info *info = &wall_layers[i];
        if (append(list, Py_BuildValue("(sss)", info->name, info->stops,
                                       info->get)) != 0)
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *
is_syscall(PyObject *module, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    (void)module;
    return text ? PyBool_FromLong(wall_is_syscall(text)) : NULL;
}

static PyObject *
engine(PyObject *module, PyObject *ignored)
{
    char text[64];
    (void)module;
    (void)ignored;
    return PyUnicode_FromString(interp_engine(text, sizeof text));
}

static PyMethodDef methods[] = {
    {"syscalls", syscalls, METH_NOARGS,
     "syscalls(): [(name, errno or 0, reason)] of those a guest may try."},
    {"layers", layers, METH_NOARGS,
     "layers(): [(name, what it stops, how to get it)]"},
    {"engine", engine, METH_NOARGS, "engine(): as it is in a result."},
    {"is_syscall", is_syscall, METH_O, "is_syscall(name): a known one?"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef wall_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_wall",
    .m_size = -1,
    .m_methods = methods,
};

int
interp_add_wall(void)
{
    PyObject *module = PyModule_Create(&wall_module);
    int done = module ? PyDict_SetItemString(PyImport_GetModuleDict(), "_wall",
                                             module)
                      : -1;
    Py_XDECREF(module);
    return done;
}
