/* zygote_phases [NAMES]: what a zygote does before its first guest, without
 * the wall, each phase by its processor time.
 *
 * NAMES are the modules of one run ("" for none); without an argument it is
 * the zygote of many.  Under `valgrind --tool=callgrind` the counts are the
 * same from run to run, on whatever machine. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "host/policy/policy.h"
#include "host/zygote/interp.h"

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
say(const char *phase, double *last)
{
    printf("%-24s %8.2f ms\n", phase, now() - *last);
    *last = now();
}

static int
run(const char *only, struct err *err)
{
    struct interp *in;
    struct report report = {.fd = -1};
    double last = 0;
    say("exec and link", &last);
    if (interp_new(INTERP_GUESTS, &in, err) != 0)
        return -1;
    say("start the interpreter", &last);
    if (interp_prepare(in, policy_builtin("pure"), only, err) != 0)
        return -1;
    say("prepare the library", &last);
    if (interp_close_gate(in, &report, err) != 0)
        return -1;
    say("close the gate", &last);
    fflush(stdout);
    _Exit(EXIT_SUCCESS); /* the gate is no place to end in order */
}

int
main(int argc, char **argv)
{
    struct err err = {0};
    (void)run(argc > 1 ? argv[1] : NULL, &err);
    fprintf(stderr, "zygote_phases: %s\n", err.msg);
    return EXIT_FAILURE;
}
