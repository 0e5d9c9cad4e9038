/* The table of system calls a guest may make. */
#ifndef IMMURE_WALL_SYSCALLS_H
#define IMMURE_WALL_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

/* (argument & mask) is one of values.  Every argument with a condition is a C
 * int: the kernel looks at its low 32 bits, a caller may leave anything in
 * the high ones, so masks never reach there. */
struct sys_arg {
    uint8_t index; /* 0..5 */
    uint8_t count; /* of values; 0 ends the list of conditions */
    uint32_t mask;
    uint32_t values[5];
};

/* One row: the call is let through when all conditions hold. */
struct sys_rule {
    const char *name;
    int nr;
    int refuse_errno;   /* not 0: never run, fail with this errno instead */
    const char *reason; /* what a guest needs it for */
    struct sys_arg args[3];
};

extern const struct sys_rule guest_syscalls[];
extern const size_t guest_syscalls_count;

#endif
