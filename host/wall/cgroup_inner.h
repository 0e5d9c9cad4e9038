/* What cgroup.c (where groups are made) and cgroup_guest.c (a guest's own)
 * share. */
#ifndef IMMURE_WALL_CGROUP_INNER_H
#define IMMURE_WALL_CGROUP_INNER_H

#include <stddef.h>

#include "host/wall/cgroup.h"

enum { CGROUP_NAME = 64, CGROUP_TEXT = 4096 };

enum cgroup_controller {
    CGROUP_MEMORY,
    CGROUP_PIDS,
    CGROUP_CPU,
    CGROUP_CONTROLLERS
};

/* One hierarchy that holds at least one of the controllers. */
struct cgroup_tree {
    bool v2;
    bool moved; /* we and who started us were, into a leaf */
    bool has[CGROUP_CONTROLLERS];
    int base; /* directory of the process's own group; owned */
    int home; /* directory of those we made, below it; owned, locked */
};

struct cgroup {
    const struct cgroups *all;
    uint64_t memory_max;
    char name[16];       /* in every tree's home */
    struct cgroup *next; /* of those that are empty */
};

struct cgroups {
    struct cgroup_tree trees[CGROUP_TREES_MAX];
    size_t count;
    char home[CGROUP_NAME]; /* "immure-PID" */
    unsigned made;
    unsigned nempty;
    struct cgroup *empty; /* left by guests; for others of the same limit */
};

int cgroup_write_at(int dir, const char *file, const char *value);
bool cgroup_read_at(int dir, const char *file, char out[CGROUP_TEXT]);
int cgroup_open_dir(int at, const char *name);

/* All that no guest is in. */
void cgroups_free_rest(struct cgroups *cgroups);

#endif
