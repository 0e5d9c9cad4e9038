/* The files of a policy's [files]: read once, for all its guests. */
#ifndef IMMURE_SUPERVISOR_GIVEN_H
#define IMMURE_SUPERVISOR_GIVEN_H

#include <jansson.h>
#include <stdint.h>

#include "host/err.h"

/* Bytes of all files of a policy together. */
#define GIVEN_BYTES_MAX ((uint64_t)1 << 30)

/* files is the table of an effective policy, or NULL.  Its lists of
 * "NAME=PATH" become one of
 *     {"path": "/job/NAME", "locked": true, "at": 0, "size": 7}
 * (without the numbers: a folder), so that no path of this host is left in
 * it.  *out_fd is a memory file with the bytes, sealed against every change;
 * -1 when there is none.  A file that is no regular one, or that changes while
 * it is read, is ERR_POLICY.
 *
 * Reads at once, whatever waits meanwhile: policies are opened by the
 * operator, not by jobs. */
int given_read(json_t *files, int *out_fd, struct err *err);

#endif
