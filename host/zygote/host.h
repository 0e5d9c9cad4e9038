/* immure host: an operator's program that jails itself. */
#ifndef IMMURE_ZYGOTE_HOST_H
#define IMMURE_ZYGOTE_HOST_H

#include "host/zygote/zygote.h"

/* Run PROG.py with its arguments (argv[0] is PROG) to its end. */
int host_main(char **argv, const struct layers *layers);

#endif
