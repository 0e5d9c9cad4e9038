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

/* The program for an architecture (libseccomp's SCMP_ARCH_*, the kernel's
 * AUDIT_ARCH_*): struct sock_filter, one behind the other, malloc'd. */
int filter_program(const struct sys_rule *rows, size_t count, uint32_t arch,
                   char **out, size_t *out_len, struct err *err);

/* The last system call that is not in the table. */
int filter_install(struct wall *wall, struct err *err);

#endif
