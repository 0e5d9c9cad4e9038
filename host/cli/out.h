/* --out DIR: the guest's files, written where the operator said.
 *
 * Names and contents are a guest's claims.  Whatever they are, nothing is
 * written outside of DIR, through a link or over one, and nothing that is
 * written can be executed: each name of a path is opened by itself, beneath
 * the folder before it and following no link (openat2(2) where there is one,
 * and O_NOFOLLOW on a single name where not); a file is made under a name of
 * ours and then renamed, so that what had its name is replaced as a whole. */
#ifndef IMMURE_OUT_H
#define IMMURE_OUT_H

#include "host/err.h"

/* Make the folder if there is none, and open it. */
int out_open(const char *path, int *out_fd, struct err *err);

/* Write the files below /job of a result, JSON text.  Says what could not be
 * written; the number of those. */
int out_write(int dir, const char *json);

#endif
