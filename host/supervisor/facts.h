/* What the kernel and the supervisor's own clocks say of one guest, and the
 * one word that follows from it.  No system calls, no guest code: a table
 * test covers every row. */
#ifndef IMMURE_FACTS_H
#define IMMURE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/lib/immure.h"
#include "host/supervisor/claims.h"
#include "host/supervisor/trace.h"

enum limit_name {
    LIMIT_NONE,
    LIMIT_CPU,
    LIMIT_WALL,
    LIMIT_MEMORY, /* by the guest's control group */
    LIMIT_OUTPUT,
    LIMIT_REPORT
};

struct facts {
    enum limit_name limit; /* the first limit that was reached */
    bool hard;             /* the guest had to be killed for it */
    bool by_kernel;        /* by RLIMIT_CPU, where this process was late, or
                              for the memory of its control group */
    uint64_t limit_value;  /* ms or bytes */
    uint64_t limit_used;
    int wait_status;           /* as waitpid(2) gives it */
    bool host_failed;          /* immure ended it for reasons of its own */
    bool protocol_broken;      /* a malformed frame; `why` says which */
    struct trace_call syscall; /* that the wall killed it for */
    uint64_t cpu_ms;
    uint64_t wall_ms;
    uint64_t mem_peak; /* ru_maxrss: resident bytes, shared pages included */
    uint64_t minor_faults, major_faults;
    uint64_t voluntary_switches, involuntary_switches;
    uint64_t queue_us; /* from the whole job to the request for a guest */
    uint64_t start_us; /* from that to a sealed guest */
    char why[512];     /* for people; "" when the verdict says it all */
};

/* The verdict; also fills *out_exit and *out_signal of the result. */
enum immure_verdict facts_verdict(const struct facts *facts,
                                  const struct claims *claims, int *out_exit,
                                  int *out_signal);

const char *limit_name_text(enum limit_name name);

#endif
