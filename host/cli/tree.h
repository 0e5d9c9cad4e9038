/* --dir NAME=PATH: a directory of the operator's, with all that is in it. */
#ifndef IMMURE_TREE_H
#define IMMURE_TREE_H

#include <stddef.h>

#include "host/err.h"

enum { TREE_ENTRIES_MAX = 10000, TREE_DEPTH_MAX = 32 };

/* Told of each file and directory, parents first, in the order of their names.
 * name is below NAME; of a directory it ends with a slash and fd is -1.  fd
 * stays the tree's. */
struct tree_sink {
    int (*found)(void *arg, const char *name, int fd, struct err *err);
    void *arg;
};

/* Links, devices and the like are errors that name them. */
int tree_walk(const char *path, const struct tree_sink *sink, struct err *err);

#endif
