/* Fuel: a bound that does not depend on the machine.
 *
 * The patched interpreter counts (patches/cpython-3.13); a program written in
 * Python can't see the counter or set it.  What counts runs in the guest's
 * process all the same, so that a guest with native code of its own can say
 * what it likes of its fuel: the count is a claim, as its other words are. */
#include "host/zygote/interp_state.h"

#include <unistd.h>

#ifdef Py_IMMURE_SERIES

/* A tenth of what was given, and enough to show a traceback. */
enum { GRACE_PART = 10, GRACE_LEAST = 100000 };

static void
tell_used(struct report *report, uint64_t used)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(used >> (8 * i));
    report_bytes(report, FRAME_FUEL_USED, bytes, sizeof bytes);
}

static int
on_empty(void *arg)
{
    struct interp *in = arg;
    if (in->fuel.is_empty) {
        tell_used(in->fuel.report, in->fuel.used);
        report_end(in->fuel.report, END_FUEL, true, FUEL_STATUS);
        _exit(FUEL_STATUS);
    }
    in->fuel.is_empty = true;
    in->fuel.used = (uint64_t)PyThreadState_GetFuelUsed();
    PyThreadState_SetFuel((int64_t)(in->fuel.given / GRACE_PART + GRACE_LEAST),
                          on_empty, in);
    PyErr_SetString(in->time_limit,
                    "the fuel this program was given is used up");
    return -1;
}

int
interp_fuel_begin(struct interp *in, uint64_t given, struct report *report)
{
    in->fuel = (struct interp_fuel){.report = report, .given = given};
    PyThreadState_SetFuel((int64_t)given, on_empty, in);
    return 0;
}

bool
interp_fuel_end(struct interp *in)
{
    uint64_t used = (uint64_t)PyThreadState_GetFuelUsed();
    PyThreadState_SetFuel(0, NULL, NULL);
    if (in->fuel.report == NULL)
        return false; /* the program of immure host */
    tell_used(in->fuel.report, in->fuel.is_empty ? in->fuel.used : used);
    return in->fuel.is_empty;
}

#else

int
interp_fuel_begin(struct interp *in, uint64_t given, struct report *report)
{
    (void)in;
    (void)report;
    if (given == 0)
        return 0;
    PyErr_SetString(PyExc_SystemError, "this interpreter counts no fuel");
    return -1;
}

bool
interp_fuel_end(struct interp *in)
{
    (void)in;
    return false;
}

#endif
