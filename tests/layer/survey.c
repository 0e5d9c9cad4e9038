/* survey guests|all: what an interpreter has, as gen.py reads it.
 *
 * guests: as the zygote prepares it for guests.  all: with every module of the
 * standard library loaded; this is what becomes inventory-X.Y.list. */
#include <stdio.h>
#include <string.h>

#include "host/zygote/interp.h"

int
main(int argc, char **argv)
{
    struct interp *in;
    struct err err;

    if (argc != 2 ||
        (strcmp(argv[1], "guests") != 0 && strcmp(argv[1], "all") != 0)) {
        fprintf(stderr, "usage: survey guests|all\n");
        return 2;
    }
    bool all = strcmp(argv[1], "all") == 0;
    if (interp_new(all ? INTERP_PLAIN : INTERP_GUESTS, &in, &err) != 0) {
        fprintf(stderr, "survey: %s\n", err.msg);
        return 1;
    }
    return interp_run_tool(in, "survey", argv + 1);
}
