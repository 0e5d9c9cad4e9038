/* The table of system calls that the broker may make. */
#ifndef IMMURE_GATEWAY_SYSCALLS_H
#define IMMURE_GATEWAY_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

enum { BROKER_CONDITIONS = 3 };

/* (argument & mask) == value. */
struct broker_condition {
    unsigned arg;
    uint64_t mask; /* 0: ends the list */
    uint64_t value;
};

/* One row: the call is let through when all conditions hold.  A name may have
 * more than one row. */
struct broker_rule {
    const char *name;
    const char *reason; /* what the broker or a library of its needs it for */
    struct broker_condition when[BROKER_CONDITIONS];
};

extern const struct broker_rule broker_syscalls[];
extern const size_t broker_syscalls_count;

#endif
