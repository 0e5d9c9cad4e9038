/* What the guest is given: files, stdin, globals. */
#ifndef IMMURE_INPUTS_H
#define IMMURE_INPUTS_H

#include "host/cli/cli.h"
#include "host/cli/options.h"
#include "host/lib/immure.h"

struct inputs {
    struct immure_file *files; /* malloc'd; so are names and contents */
    size_t nfiles, room;
    char *input;
    size_t input_len;
    char *globals; /* JSON text, or NULL */
};

/* Read all of it; together the files, and stdin by itself, stay within
 * files_limit. */
int inputs_read(const struct cli *cli, const struct options *options,
                uint64_t files_limit, struct inputs *out, struct err *err);
void inputs_clear(struct inputs *inputs);

#define OWNED_INPUTS __attribute__((cleanup(inputs_clear))) struct inputs

#endif
