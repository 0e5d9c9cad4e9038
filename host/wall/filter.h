/* seccomp: from the table of system calls to a program the kernel runs. */
#ifndef IMMURE_WALL_FILTER_H
#define IMMURE_WALL_FILTER_H

#include "host/wall/wall.h"

struct sys_rule;

/* Fill wall->program.  Needs no file, allocates. */
int filter_build(struct wall *wall, struct err *err);

/* The same of other rows than the table's, for the test that each of its rows
 * and conditions is needed. */
int filter_build_of(struct wall *wall, const struct sys_rule *rows,
                    size_t count, struct err *err);

/* The last system call that is not in the table. */
int filter_install(struct wall *wall, struct err *err);

#endif
