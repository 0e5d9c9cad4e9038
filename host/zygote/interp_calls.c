/* A call of the guest's to a function outside. */
#include "host/zygote/interp_state.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/wire/call.h"
#include "jailmod/jailmod.h"

enum { CHUNK = 16 << 10 };

_Static_assert((int)ANSWER_VALUE == (int)JAIL_CALL_VALUE &&
                   (int)ANSWER_ERROR == (int)JAIL_CALL_ERROR &&
                   (int)ANSWER_DENIED == (int)JAIL_CALL_DENIED &&
                   (int)ANSWER_QUOTA == (int)JAIL_CALL_QUOTA,
               "what the wire calls by other names");

static int
raise(const struct err *err)
{
    if (err->code == ERR_MEMORY)
        PyErr_NoMemory();
    else
        PyErr_Format(PyExc_OSError, "call: %s", err->msg);
    return -1;
}

/* The next frame of its input: 1, 0 when it has ended, or -1 with an
 * exception: a signal's, perhaps, and then the frame comes later. */
static int
next_frame(struct interp *in, struct frame_header *h, const uint8_t **payload)
{
    struct err err;
    for (;;) {
        int got =
            frame_next(&in->input, 0, FRAME_FROM_CLIENT, h, payload, &err);
        if (got > 0)
            return 1;
        if (PyErr_CheckSignals() != 0)
            return -1;
        if (got < 0 || buf_reserve(&in->input, CHUNK, &err) != 0)
            return raise(&err);
        ssize_t n = read(in->answers, in->input.data + in->input.len,
                         in->input.cap - in->input.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        in->input.len += (size_t)n;
    }
}

/* Wait for the answer to the last call, and drop what is behind its time. */
static PyObject *
wait_for_answer(struct interp *in, int *out_status)
{
    struct frame_header h;
    struct answer answer = {.serial = 0};
    const uint8_t *payload;
    struct err err;
    for (;;) {
        int got = next_frame(in, &h, &payload);
        if (got < 0)
            return NULL;
        if (got == 0) { /* nothing was granted, so nobody answers */
            *out_status = JAIL_CALL_DENIED;
            return PyBytes_FromStringAndSize("", 0);
        }
        if (h.type == FRAME_ANSWER &&
            answer_parse((struct span){payload, h.len}, &answer, &err) != 0) {
            raise(&err);
            return NULL;
        }
        if (h.type == FRAME_ANSWER && answer.serial == in->serial)
            break;
        buf_drop(&in->input, FRAME_HEADER + h.len);
    }
    in->asking = false;
    if (PyErr_CheckSignals() != 0) /* of before the waiting */
        return NULL;
    *out_status = (int)answer.status;
    PyObject *told = PyBytes_FromStringAndSize((const char *)answer.data.data,
                                               (Py_ssize_t)answer.data.len);
    buf_drop(&in->input, FRAME_HEADER + h.len);
    if (in->input.len == 0)
        buf_clear(&in->input);
    return told;
}

/* Send a call, or a registration; a late answer to an earlier one is waited
 * for before. */
static int
send_call(struct interp *in, enum frame_type type, const char *name,
          const void *data, size_t len)
{
    struct err err;
    OWNED_BUFFER frame = {0};
    int status;
    const struct call call = {
        in->serial + 1, {(const uint8_t *)name, strlen(name)}, {data, len}};
    if (!call_name_is_valid(call.name)) {
        PyErr_Format(PyExc_ValueError,
                     "%.80s: not the name of a function or gateway: 1 to %d "
                     "letters, digits, '_', '.' and '-'",
                     name, CALL_NAME_MAX);
        return -1;
    }
    if (in->asking) { /* an exception left it: the outside still works on it */
        PyObject *late = wait_for_answer(in, &status);
        if (late == NULL)
            return -1;
        Py_DECREF(late);
    }
    int made = type == FRAME_REGISTER ? register_add(&frame, &call, &err)
                                      : call_add(&frame, 0, &call, &err);
    if (made != 0 ||
        fd_write_all(in->report->fd, frame.data, frame.len, &err) != 0)
        return raise(&err);
    in->serial = call.serial;
    in->asking = true;
    return 0;
}

PyObject *
interp_call(void *arg, const char *name, const void *data, size_t len,
            int *out_status)
{
    struct interp *in = arg;
    if (send_call(in, FRAME_CALL, name, data, len) != 0)
        return NULL;
    if (out_status == NULL) /* told, not asked: the step ends before it */
        return PyBytes_FromStringAndSize("", 0);
    return wait_for_answer(in, out_status);
}

static const char capsule_name[] = "immure.register";

static PyObject *
register_gateway(PyObject *self, PyObject *args)
{
    struct interp *in = PyCapsule_GetPointer(self, capsule_name);
    const char *name, *uri;
    int status;
    if (in == NULL || !PyArg_ParseTuple(args, "ss:register", &name, &uri))
        return NULL;
    if (!in->registers) {
        PyErr_SetString(PyExc_PermissionError, "the jail is closed");
        return NULL;
    }
    if (send_call(in, FRAME_REGISTER, name, uri, strlen(uri)) != 0)
        return NULL;
    PyObject *told = wait_for_answer(in, &status);
    if (told == NULL || status == ANSWER_VALUE) {
        PyObject *none = told != NULL ? Py_NewRef(Py_None) : NULL;
        Py_XDECREF(told);
        return none;
    }
    PyErr_Format(PyExc_ValueError, "gatewayuri('%s', ...): %.400s", name,
                 status == ANSWER_ERROR ? PyBytes_AS_STRING(told)
                                        : "nobody answers");
    Py_DECREF(told);
    return NULL;
}

/* Let go of by _immure_host before the gate closes. */
static PyMethodDef register_def = {"register", register_gateway, METH_VARARGS,
                                   "register(name, uri)"};

PyObject *
interp_new_register(struct interp *in)
{
    PyObject *capsule = PyCapsule_New(in, capsule_name, NULL);
    PyObject *f = capsule ? PyCFunction_New(&register_def, capsule) : NULL;
    Py_XDECREF(capsule);
    return f;
}

void
interp_take_input(struct interp *in, struct buf *out)
{
    buf_clear(out);
    *out = in->input;
    in->input = (struct buf){0};
    in->asking = false; /* the step that asked is over */
}
