/* One system call, tried by native code in a guest behind the whole wall. */
#ifndef IMMURE_TESTS_WALL_PROBE_H
#define IMMURE_TESTS_WALL_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/wall/wall.h"

/* A page that is mapped and writable in every guest, and zero; and one with
 * times to wait for. */
#define PAGE 0x70000000ul
#define TIMES 0x70001000ul
enum { PAGE_BYTES = 4096 };
enum { TIME_YEARS = 0, TIME_NEGATIVE = 16, TIME_MALFORMED = 32 };

/* Arguments that only the guest knows: replaced just before the call. */
#define STACK 0x70001231ul /* of its stack, from the page below this one */
#define TEXT 0x70002232ul  /* a page of its code */

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
enum {
    WANT_KILLED = -1,
    WANT_THROUGH = -2, /* and comes back, with whatever errno */
    WANT_DOWN = -3,    /* let through, and the guest dies by its own doing */
    WANT_HUNG = -4,    /* let through, and waits: a limit's to end */
    WANT_SEALED = -6,  /* EPERM of mseal(2), or WANT_DOWN on older kernels */
    WANT_GONE = -5,    /* ends the guest, with the status that it asked for */
};                     /* else: that errno */
struct edge {
    const char *what;
    struct attempt attempt;
    int want;
};
extern const struct edge edges[];
extern const size_t edges_count;

/* An argument's 32 bits, each turned over by itself: those of `through` leave
 * a call that comes back, every other one kills. */
struct sweep {
    const char *what;
    struct attempt attempt;
    unsigned arg;
    uint32_t through;
};
extern const struct sweep sweeps[];
extern const size_t sweeps_count;

struct attempt sweep_attempt(const struct sweep *sweep, unsigned bit);
int sweep_want(const struct sweep *sweep, unsigned bit);

bool edge_is_as(const struct outcome *outcome, int want);

/* Whether a wall that is otherwise than it should be is noticed by an edge or
 * a sweep. */
bool mutation_is_seen(struct wall *wall, long nr);

#endif
