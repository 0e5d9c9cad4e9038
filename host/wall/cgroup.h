/* Control groups: one for each guest, put up from outside by the supervisor,
 * which alone has the right to.
 *
 * They bound what rlimits do not count: page tables, pipes, sockets and all
 * other kernel memory on a guest's account; processes also where it shares a
 * host user with others; and the processor. */
#ifndef IMMURE_WALL_CGROUP_H
#define IMMURE_WALL_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/err.h"

/* Where this process may make groups, with which controllers.  One a process;
 * not for the guest's side of the wall. */
struct cgroups;

enum { CGROUP_TREES_MAX = 3 };

/* Find it: the process's own group of version 2, where it was delegated
 * (writable, with memory and pids, and no processes of others in it), or of
 * version 1.  *out is NULL where there is none, and *out_why the errno that
 * said so; that is no error.  What a dead process left here is swept away. */
int cgroups_find(struct cgroups **out, int *out_why, struct err *err);

/* Removes all it made.  Every group must be empty by then. */
void cgroups_free(struct cgroups *cgroups);

/* A group for one guest.  Making one and moving a process into it from outside
 * are slow (the kernel waits for all processors): so a group that a guest has
 * left in order is kept for the next of the same limit, and where it can, the
 * guest goes in by itself. */
struct cgroup;

/* memory_max in bytes. */
int cgroup_take(struct cgroups *cgroups, uint64_t memory_max,
                struct cgroup **out, struct err *err);

/* Where the guest is to go in by itself (version 1: writing 0 to `tasks` is
 * the one move that waits for nobody): descriptors to give to it, owned by the
 * caller.  Of version 2 there are none. */
int cgroup_doors(const struct cgroup *group, int out[CGROUP_TREES_MAX],
                 size_t *out_n, struct err *err);

/* In the guest, before its wall. What it has touched by then stays on its
 * parent's account. */
int cgroup_enter_by(const int *doors, size_t n, struct err *err);

/* From outside, what has no door. */
int cgroup_put(const struct cgroup *group, pid_t pid, struct err *err);

/* Whether the kernel ended the guest for want of memory; *out_peak: bytes that
 * it had at most, untouched where this kernel does not say (before 5.19). */
bool cgroup_ran_out(const struct cgroup *group, uint64_t *out_peak);

/* When the guest is gone.  in_order: it ended by itself, so that no count of
 * the group's tells of it. */
void cgroup_give_back(struct cgroup *group, bool in_order);

#endif
