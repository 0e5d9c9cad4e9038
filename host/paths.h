/* Where immure's own programs are. */
#ifndef IMMURE_PATHS_H
#define IMMURE_PATHS_H

#include <stddef.h>

#include "host/err.h"

/* The path of an executable named `name`: beside the running program, then in
 * ../libexec/immure/ from there, then in the folder that configure chose.
 * PATH and the current folder are never looked at: what runs with the rights
 * of the operator is not for the environment to name. */
int paths_program(const char *name, char *out, size_t cap, struct err *err);

#endif
