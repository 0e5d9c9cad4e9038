#include "host/supervisor/limits.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "host/supervisor/run.h"

enum { YIELD_NS = 20000000, YIELD_NICE = 10 };

static void
arm(struct run *run, struct event **timer, event_callback_fn callback,
    uint64_t ns)
{
    /* Rounded up: an early wake-up would only set the timer again. */
    uint64_t us = (ns + 999) / 1000;
    struct timeval t = {(time_t)(us / 1000000), (suseconds_t)(us % 1000000)};
    if (*timer == NULL)
        *timer = evtimer_new(run->base, callback, run);
    struct err err;
    if (*timer != NULL && evtimer_add(*timer, &t) == 0)
        return;
    err_set(&err, ERR_MEMORY, 0, "set a timer");
    run_give_up(run, &err); /* no clock, no guest */
}

static uint64_t
cpu_ns(struct run *run)
{
    struct timespec t;
    if ((run->cpu_clock == 0 &&
         clock_getcpuclockid(run->pid, &run->cpu_clock) != 0) ||
        clock_gettime(run->cpu_clock, &t) != 0)
        return 0;
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
note(struct run *run, enum limit_name name, uint64_t value)
{
    if (run->facts.limit != LIMIT_NONE)
        return;
    run->facts.limit = name;
    run->facts.limit_value = value;
}

static void
on_grace(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    (void)fd;
    (void)what;
    run->facts.hard = true;
    run_kill(run);
}

static void
soft(struct run *run, enum limit_name name, uint64_t value)
{
    if (run->state != RUN_BUSY || run->facts.limit != LIMIT_NONE)
        return;
    note(run, name, value);
    arm(run, &run->grace_timer, on_grace, (uint64_t)LIMITS_GRACE_MS * 1000000);
    kill(run->pid, SIGALRM);
}

static void
on_wall(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    (void)fd;
    (void)what;
    soft(run, LIMIT_WALL, run->limits.wall_ms);
}

/* Its neighbours' short steps come first from here on. */
static void
give_way(struct run *run)
{
    int lower = (int)run->birth.nice + YIELD_NICE;
    run->yielded = true;
    (void)setpriority(PRIO_PROCESS, (id_t)run->pid, lower < 19 ? lower : 19);
}

/* Where this process may not raise it again it stays as it is. */
static void
come_back(struct run *run)
{
    if (run->yielded &&
        setpriority(PRIO_PROCESS, (id_t)run->pid, (int)run->birth.nice) == 0)
        run->yielded = false;
}

static uint64_t
until_next_look(const struct run *run, uint64_t used)
{
    uint64_t limit = run->limits.cpu_ms * 1000000 - used;
    if (run->yields && !run->yielded && used < YIELD_NS &&
        YIELD_NS - used < limit)
        return YIELD_NS - used;
    return limit;
}

static void
on_cpu(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    (void)fd;
    (void)what;
    if (run->state != RUN_BUSY)
        return;
    uint64_t limit = run->limits.cpu_ms * 1000000;
    uint64_t used = cpu_ns(run) - run->cpu_base_ns;
    if (run->yields && !run->yielded && used >= YIELD_NS)
        give_way(run);
    if (used >= limit)
        soft(run, LIMIT_CPU, run->limits.cpu_ms);
    else
        arm(run, &run->cpu_timer, on_cpu, until_next_look(run, used));
}

void
limits_start(struct run *run)
{
    /* Until it was sealed, if it was asked for after the job came; all else
     * is waiting in the queue. */
    uint64_t queued = run->queued_ns, asked = run->asked_ns;
    uint64_t start = asked > queued            ? run->begun_ns - asked
                     : run->sealed_ns > queued ? run->begun_ns - queued
                                               : 0;
    run->facts.start_us = start / 1000;
    run->facts.queue_us = (run->begun_ns - queued - start) / 1000;
    run->cpu_base_ns = cpu_ns(run);
    arm(run, &run->wall_timer, on_wall, run->limits.wall_ms * 1000000);
    come_back(run);
    arm(run, &run->cpu_timer, on_cpu, until_next_look(run, 0));
}

void
limits_hold_wall(struct run *run)
{
    event_del(run->wall_timer);
}

void
limits_hold_cpu(struct run *run)
{
    event_del(run->cpu_timer);
}

void
limits_go_on_wall(struct run *run)
{
    uint64_t limit = run->limits.wall_ms * 1000000, age = run_age_ns(run);
    arm(run, &run->wall_timer, on_wall, limit > age ? limit - age : 0);
}

void
limits_go_on_cpu(struct run *run)
{
    on_cpu(-1, 0, run);
}

void
limits_step(struct run *run)
{
    uint64_t cpu = cpu_ns(run) - run->cpu_base_ns;
    run->facts.cpu_ms = cpu / 1000000;
    run->facts.wall_ms = run_age_ns(run) / 1000000;
    if (!run->brief) /* a dozen microseconds */
        usage_of_step(&run->usage, run->pid, cpu, &run->facts);
}

void
limits_reached(struct run *run, enum limit_name name, uint64_t value)
{
    if (run->facts.limit == LIMIT_NONE)
        run->facts.hard = true;
    note(run, name, value);
    run_kill(run);
}

/* RLIMIT_CPU kills by itself: SIGKILL where soft and hard are one, SIGXCPU
 * elsewhere. */
static void
note_backstop(struct run *run)
{
    struct facts *f = &run->facts;
    int sig = WIFSIGNALED(f->wait_status) ? WTERMSIG(f->wait_status) : 0;
    if (f->limit != LIMIT_NONE || f->host_failed || f->protocol_broken ||
        f->cpu_ms < run->limits.cpu_ms || (sig != SIGKILL && sig != SIGXCPU))
        return;
    note(run, LIMIT_CPU, run->limits.cpu_ms);
    f->hard = f->by_kernel = true;
}

/* The guest's group, where it has one: memory that RLIMIT_DATA does not
 * count. */
static void
note_memory(struct run *run)
{
    struct facts *f = &run->facts;
    uint64_t peak = f->mem_peak;
    if (f->limit != LIMIT_NONE || run->cgroup == NULL ||
        !WIFSIGNALED(f->wait_status) || WTERMSIG(f->wait_status) != SIGKILL ||
        !cgroup_ran_out(run->cgroup, &peak))
        return;
    note(run, LIMIT_MEMORY, run->limits.memory);
    f->limit_used = peak;
    f->hard = f->by_kernel = true;
}

void
limits_settle(struct run *run)
{
    struct facts *f = &run->facts;
    note_memory(run);
    note_backstop(run);
    switch (f->limit) {
    case LIMIT_NONE:
        break;
    case LIMIT_CPU:
        f->limit_used = f->cpu_ms;
        break;
    case LIMIT_WALL:
        f->limit_used = f->wall_ms;
        break;
    case LIMIT_MEMORY: /* note_memory() has it */
        break;
    case LIMIT_OUTPUT:
        f->limit_used = run->capture[0].bytes + run->capture[1].bytes;
        break;
    case LIMIT_REPORT:
        f->limit_used = run->frame_bytes;
        break;
    }
}

void
limits_clear(struct run *run)
{
    struct event **timers[] = {&run->wall_timer, &run->cpu_timer,
                               &run->grace_timer};
    for (int i = 0; i < 3; i++) {
        if (*timers[i] != NULL)
            event_free(*timers[i]);
        *timers[i] = NULL;
    }
}
