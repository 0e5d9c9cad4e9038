/* The zygote: an interpreter that has everything imported and forks a guest
 * for each job.  It gets descriptors only and never sees a job's bytes. */
#ifndef IMMURE_ZYGOTE_H
#define IMMURE_ZYGOTE_H

#include <stdbool.h>

/* Which layers stand.  Installed programs have all of them; only the program
 * of tests/layers passes anything else. */
struct layers {
    bool gate;          /* false: the plain interpreter, whole library */
    unsigned wall_skip; /* wall.h's bits to leave out */
};

/* immure-zygote:
 *     --serve [NAMES]         fork server on descriptors 3 and 4; with names
 *                             of modules, "json,math", for one run that
 *                             imports these
 *     --host PROG [ARGS]      an operator's program, on the same descriptors
 *     --tool NAME [ARGS]      a trusted tool that ends by itself
 * Returns the exit status. */
int zygote_main(int argc, char **argv, const struct layers *layers);

#endif
