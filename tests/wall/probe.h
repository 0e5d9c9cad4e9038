/* One system call, tried by native code in a guest behind the whole wall. */
#ifndef IMMURE_TESTS_WALL_PROBE_H
#define IMMURE_TESTS_WALL_PROBE_H

#include <stddef.h>

#include "host/wall/wall.h"

/* A page that is mapped and writable in every guest, and zero. */
#define PAGE 0x70000000ul
enum { PAGE_BYTES = 4096 };

struct attempt {
    long nr;
    unsigned long args[6];
};

enum how {
    HOW_SYSCALL,
    HOW_INT80,   /* the gate of 32-bit programs, x86-64 only */
    HOW_VSYSCALL /* the page at a fixed address, x86-64 only */
};

enum came_to {
    CAME_BACK,   /* errno says how; 0 is success */
    CAME_KILLED, /* by SIGSYS */
    CAME_DOWN,   /* by another signal: the call was let through */
    CAME_EXIT,   /* the guest ended: let through */
    CAME_HUNG,   /* let through, and waits */
    CAME_BROKEN  /* no sealed guest was to be had */
};

struct outcome {
    enum came_to came_to;
    int value; /* errno, signal or status */
};

/* In a zygote behind wall_close_root(). */
struct outcome sealed_try(struct wall *wall, enum how how,
                          const struct attempt *attempt);
const char *sealed_say(const struct outcome *outcome, char buf[64]);

/* The harmless form of a call: it is let through by the table's conditions if
 * the call is in the table, and does nothing where the wall has a hole. */
struct attempt attempt_of(long nr);

/* Edge cases of the calls in the table. */
enum { WANT_KILLED = -1, WANT_THROUGH = -2 }; /* else: that errno */
struct edge {
    const char *what;
    struct attempt attempt;
    int want;
};
extern const struct edge edges[];
extern const size_t edges_count;

#endif
