/* Whole files into memory, bounded. */
#ifndef IMMURE_SLURP_H
#define IMMURE_SLURP_H

#include <stddef.h>

#include "host/err.h"

struct slurp {
    const char *path;
    int fd;                /* read this descriptor, not path; -1: open path */
    const char *label;     /* begins messages: "--file data.csv: ", or "" */
    size_t max;            /* bytes */
    const char *too_large; /* ends the message: "over 16M, ..." */
};

/* *out_data is malloc'd and ends with a NUL that *out_len does not count.  A
 * regular file that is too large is refused unread; of anything else at most
 * max + 1 bytes are read, and some more of a pipe's. */
int slurp_read(const struct slurp *what, char **out_data, size_t *out_len,
               struct err *err);

#endif
