/* What the kernel counts of a guest that lives on: of one that ended, wait4(2)
 * tells it.  Two files of proc(5), kept open from a session's first step to
 * its end. */
#ifndef IMMURE_USAGE_H
#define IMMURE_USAGE_H

#include <sys/types.h>

#include "host/supervisor/facts.h"

struct usage_counts {
    uint64_t minor_faults, major_faults;
    uint64_t voluntary_switches, involuntary_switches;
};

struct usage {
    int stat, status;         /* owned; -1 */
    struct usage_counts base; /* when they were last read */
    uint64_t peak;            /* then */
    uint64_t unread_ns;       /* processor time of the steps since */
};

#define USAGE_NONE ((struct usage){.stat = -1, .status = -1})

/* Fill in the step's faults and switches, and the most that the guest has had
 * resident so far.  They stay 0 where /proc does not show it.  Reading them
 * takes as long as a small step: steps that have taken less than half a
 * millisecond of processor time together, cpu_ns each, are counted with the
 * next. */
void usage_of_step(struct usage *usage, pid_t pid, uint64_t cpu_ns,
                   struct facts *facts);

void usage_clear(struct usage *usage);

#endif
