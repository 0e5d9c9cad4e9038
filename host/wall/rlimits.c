#include "host/wall/rlimits.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "host/wall/layers.h"

/* Address space beyond RLIMIT_DATA and the stack: what malloc reserves
 * without touching, and fragments. */
enum { AS_SLACK = 16 << 20 };

/* Would one more page fit under this RLIMIT_AS? */
static bool
fits(rlim_t limit, const struct rlimit *old)
{
    const struct rlimit with = {limit, old->rlim_max};
    if (setrlimit(RLIMIT_AS, &with) != 0)
        return true;
    void *p = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)setrlimit(RLIMIT_AS, old);
    if (p == MAP_FAILED)
        return false;
    munmap(p, 1);
    return true;
}

/* Ask the kernel where the limit begins to bite: it needs no /proc, which an
 * empty root lacks. */
int
rlimits_measure(struct wall *wall, struct err *err)
{
    struct rlimit old;
    if (!layer_wanted(wall, WALL_RLIMITS))
        return 0;
    if (getrlimit(RLIMIT_AS, &old) != 0)
        return layer_failed(err, WALL_RLIMITS, errno, "read RLIMIT_AS");
    rlim_t low = 0, high = (rlim_t)1 << 47; /* sanitizers map terabytes */
    if (high > old.rlim_max)
        high = old.rlim_max;
    while (high - low > 4096) {
        rlim_t middle = low + (high - low) / 2;
        if (fits(middle, &old))
            high = middle;
        else
            low = middle;
    }
    wall->vm_base = high;
    return 0;
}

static int
set_one(int resource, const char *name, rlim_t value, struct err *err)
{
    struct rlimit limit = {value, value};
    if (setrlimit(resource, &limit) == 0)
        return 0;
    /* What is lower already stays: raising it needs CAP_SYS_RESOURCE. */
    if (errno == EPERM && getrlimit(resource, &limit) == 0 &&
        limit.rlim_max < value) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(resource, &limit) == 0)
            return 0;
    }
    return layer_failed(err, WALL_RLIMITS, errno, name);
}

static rlim_t
cpu_used(void)
{
    struct timespec used = {0, 0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (rlim_t)used.tv_sec;
}

int
rlimits_set(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_RLIMITS))
        return 0;
    /* AS is no limit a guest should meet (it fails stack growth, too), but
       DATA does not count everything: read-only memory, whose page tables
       alone can fill a host; and the stack's mapping, which mremap grows
       without regard to RLIMIT_STACK. */
    const rlim_t space = wall->vm_base + wall->limits.data_bytes +
                         wall->limits.stack_bytes + AS_SLACK;
    /* clang-format off */
    const struct {
        int resource;
        const char *name;
        rlim_t value;
    } rows[] = {
        {RLIMIT_DATA,     "RLIMIT_DATA",     wall->limits.data_bytes},
        {RLIMIT_AS,       "RLIMIT_AS",       space},
        {RLIMIT_STACK,    "RLIMIT_STACK",    wall->limits.stack_bytes},
        {RLIMIT_CPU,      "RLIMIT_CPU",      cpu_used() + wall->limits.cpu_seconds},
        {RLIMIT_NOFILE,   "RLIMIT_NOFILE",   wall->limits.nofile},
        {RLIMIT_NPROC,    "RLIMIT_NPROC",    0},
        {RLIMIT_FSIZE,    "RLIMIT_FSIZE",    0},
        /* 1, not 0: a core_pattern that is a pipe ignores 0 (core(5)). */
        {RLIMIT_CORE,     "RLIMIT_CORE",     1},
        {RLIMIT_MEMLOCK,  "RLIMIT_MEMLOCK",  0},
        {RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE", 0},
        {RLIMIT_NICE,     "RLIMIT_NICE",     0},
        {RLIMIT_RTPRIO,   "RLIMIT_RTPRIO",   0},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (set_one(rows[i].resource, rows[i].name, rows[i].value, err) != 0)
            return -1;
    layer_up(wall, WALL_RLIMITS);
    return 0;
}

/* Not for those below the usual (SCHED_IDLE): they may not come back up.  A
 * control group of version 1 takes no process in real time (EINVAL). */
int
rlimits_end_real_time(struct wall *wall, struct err *err)
{
    const struct sched_param none = {0};
    (void)wall;
    int policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    if (policy == SCHED_OTHER || policy == SCHED_BATCH ||
        policy == SCHED_IDLE || sched_setscheduler(0, SCHED_OTHER, &none) == 0)
        return 0;
    return err_set(err, ERR_WALL, errno, "leave real-time scheduling");
}

int
rlimits_nice(struct wall *wall, struct err *err)
{
    errno = 0;
    int now = getpriority(PRIO_PROCESS, 0);
    if (errno != 0)
        return err_set(err, ERR_SYSTEM, errno, "read the nice value");
    if (wall->limits.nice > now &&
        setpriority(PRIO_PROCESS, 0, wall->limits.nice) != 0)
        return err_set(err, ERR_SYSTEM, errno, "set the nice value %d",
                       wall->limits.nice);
    return 0;
}
