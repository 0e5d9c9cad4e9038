/* What to run: FILE, -c CODE, -m MODULE or -. */
#ifndef IMMURE_SOURCE_H
#define IMMURE_SOURCE_H

#include <stddef.h>

#include "host/cli/cli.h"
#include "host/cli/options.h"

struct source {
    char *code; /* malloc'd */
    size_t len;
    char *filename; /* shown in tracebacks; malloc'd */
    char *argv0;    /* sys.argv[0]; malloc'd */
    int first_arg;  /* index of the first argument for the program */
};

/* Whether it is Python is for the guest's interpreter to say: only what can
 * be no program at all (a folder, a NUL byte, over 16M) is refused here. */
int source_read(const struct cli *cli, const struct options *options,
                struct source *out, struct err *err);
void source_clear(struct source *source);

#define OWNED_SOURCE __attribute__((cleanup(source_clear))) struct source

#endif
