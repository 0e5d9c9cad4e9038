/* The files of a policy, which all guests of a zygote share. */
#ifndef IMMURE_ZYGOTE_GIVEN_H
#define IMMURE_ZYGOTE_GIVEN_H

#include <stddef.h>

#include "host/err.h"

/* Mapped read-only for the life of the process and its forks. */
struct given {
    const unsigned char *bytes; /* NULL: none */
    size_t size;
};

/* Map and close CONTROL_FD_GIVEN.  Bytes that anybody could still change are
 * refused. */
int given_map(struct given *out, struct err *err);

/* One of the policy's rows; bytes NULL: a folder. */
struct given_file {
    const char *path;
    const unsigned char *bytes;
    size_t size;
    int locked;
};

typedef int given_fn(void *arg, const struct given_file *file,
                     struct err *err);

/* Tell each file of an effective policy as the supervisor sends it. */
int given_each(const struct given *given, const char *policy_json,
               given_fn *tell, void *arg, struct err *err);

#endif
