/* enter: how long jail_enter() takes, once in the life of a zygote.
 *
 * Prints two figures in ms: by the clock, and of processor time, which other
 * programs on the machine do not lengthen as much. */
#include <stdio.h>
#include <time.h>

#include <Python.h>

#include "host/zygote/interp.h"
#include "jailmod/jailmod.h"

static double
now_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
fail(const char *what)
{
    fprintf(stderr, "enter: %s\n", what);
    if (PyErr_Occurred())
        PyErr_Print();
    return 1;
}

int
main(void)
{
    struct interp *in;
    struct err err;

    if (interp_new(INTERP_GUESTS, &in, &err) != 0)
        return fail(err.msg);
    PyObject *boot = PyImport_ImportModule("_immure_boot");
    PyObject *policy =
        boot ? PyObject_CallMethod(boot, "prepare", "({})") : NULL;
    if (policy == NULL)
        return fail("prepare the library");
    double wall = now_ms(CLOCK_MONOTONIC);
    double cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);
    if (jail_enter(policy, NULL) != 0)
        return fail("jail_enter");
    cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = now_ms(CLOCK_MONOTONIC) - wall;
    printf("%.2f %.2f\n", wall, cpu);
    return 0;
}
