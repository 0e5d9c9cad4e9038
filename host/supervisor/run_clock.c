/* When a guest's clocks stand still, and when the guest itself does. */
#include "host/supervisor/run_clock.h"

#include <signal.h>
#include <sys/ptrace.h>

#include "host/supervisor/limits.h"

enum { PARK_MS = 20 };

uint64_t
run_age_ns(const struct run *run)
{
    return (run->held ? run->held_ns : run_now_ns()) - run->begun_ns;
}

void
run_unpark(struct run *run)
{
    if (run->park_timer != NULL)
        event_del(run->park_timer);
    if (run->park == PARK_STOPPED && run->traced)
        (void)ptrace(PTRACE_CONT, run->pid, NULL, NULL);
    else if (run->park == PARK_STOPPED)
        kill(run->pid, SIGCONT);
    run->park = PARK_NONE;
}

static void
park(struct run *run)
{
    if (run->traced && ptrace(PTRACE_INTERRUPT, run->pid, NULL, NULL) == 0)
        run->park = PARK_ASKED;
    else if (!run->traced && kill(run->pid, SIGSTOP) == 0)
        run->park = PARK_STOPPED;
}

static void
on_park(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    (void)fd;
    (void)what;
    if (run->state == RUN_IDLE)
        park(run);
}

int
run_park_soon(struct run *run)
{
    const struct timeval t = {0, PARK_MS * 1000};
    if (run->park_timer == NULL)
        run->park_timer = evtimer_new(run->base, on_park, run);
    return run->park_timer != NULL && evtimer_add(run->park_timer, &t) == 0
               ? 0
               : -1;
}

static bool
can_hold(const struct run *run)
{
    return run->state == RUN_BUSY && run->facts.limit == LIMIT_NONE;
}

/* The wall clock: it stands still for as long as there is a reason. */
static void
hold(struct run *run, enum run_hold why)
{
    if (run->held == 0) {
        run->held_ns = run_now_ns();
        limits_hold_wall(run);
    }
    run->held |= why;
}

static void
let_go(struct run *run, enum run_hold why)
{
    run->held &= ~(unsigned)why;
    if (run->held != 0)
        return;
    run->begun_ns += run_now_ns() - run->held_ns;
    limits_go_on_wall(run);
}

void
run_freeze(struct run *run, bool frozen)
{
    if (!can_hold(run) || ((run->held & HOLD_FROZEN) != 0) == frozen ||
        run->kind == RUN_HOST)
        return;
    if (frozen) {
        hold(run, HOLD_FROZEN);
        limits_hold_cpu(run);
        park(run);
        return;
    }
    run_unpark(run);
    let_go(run, HOLD_FROZEN);
    limits_go_on_cpu(run);
}

void
run_hold_wall(struct run *run, bool held)
{
    if (!can_hold(run) || ((run->held & HOLD_CALL) != 0) == held)
        return;
    if (held)
        hold(run, HOLD_CALL);
    else
        let_go(run, HOLD_CALL);
}
