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

/* Find it: the process's own group of version 2, where it was delegated
 * (writable, with memory and pids, and no processes of others in it), or of
 * version 1.  *out is NULL where there is none, and *out_why the errno that
 * said so; that is no error.  What a dead process left here is swept away. */
int cgroups_find(struct cgroups **out, int *out_why, struct err *err);

/* Removes all it made.  Every group must be empty by then. */
void cgroups_free(struct cgroups *cgroups);

/* Put a guest into a group of its own.  What it has touched before stays on
 * its parent's account.  memory_max in bytes. */
int cgroup_enter(const struct cgroups *cgroups, pid_t pid, uint64_t memory_max,
                 struct err *err);

/* Whether the kernel ended it for want of memory; *out_peak: bytes that it had
 * at most, untouched where this kernel does not say (before 5.19). */
bool cgroup_ran_out(const struct cgroups *cgroups, pid_t pid,
                    uint64_t *out_peak);

/* When the process is gone. */
void cgroup_remove(const struct cgroups *cgroups, pid_t pid);

#endif
