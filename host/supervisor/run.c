#include "host/supervisor/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/supervisor/guest_limits.h"
#include "host/supervisor/limits.h"
#include "host/supervisor/run_clock.h"
#include "host/supervisor/run_io.h"
#include "host/supervisor/trace.h"

_Static_assert(CONTROL_SPAWN_MOST - CONTROL_SPAWN_COUNT == CGROUP_TREES_MAX,
               "a door of each hierarchy");

enum { START_SECONDS = 30, CGROUP_SLACK = 16 << 20 };

uint64_t
run_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int
run_init(struct run *run, enum run_kind kind, struct event_base *base,
         const struct run_events *events, struct err *err)
{
    *run = (struct run){.kind = kind,
                        .base = base,
                        .events = *events,
                        .in.fd = -1,
                        .hello.fd = -1,
                        .report.fd = -1,
                        .usage = USAGE_NONE,
                        .out = {{.fd = -1}, {.fd = -1}}};
    return claims_init(&run->claims, err);
}

static void
free_timer(struct event **timer)
{
    if (*timer != NULL)
        event_free(*timer);
    *timer = NULL;
}

/* One that was killed may have left counts behind. */
static void
leave_cgroup(struct run *run)
{
    if (run->cgroup != NULL)
        cgroup_give_back(run->cgroup,
                         run->reaped && WIFEXITED(run->facts.wait_status));
    run->cgroup = NULL;
}

void
run_clear(struct run *run)
{
    leave_cgroup(run);
    stream_close(&run->in);
    stream_close(&run->hello);
    stream_close(&run->report);
    stream_close(&run->out[0]);
    stream_close(&run->out[1]);
    limits_clear(run);
    usage_clear(&run->usage);
    free_timer(&run->start_timer);
    free_timer(&run->park_timer);
    buf_clear(&run->job);
    buf_clear(&run->frames);
    buf_clear(&run->capture[0].kept);
    buf_clear(&run->capture[1].kept);
    claims_clear(&run->claims);
}

void
run_kill(struct run *run)
{
    if (run->pid > 0 && !run->reaped)
        kill(run->pid, SIGKILL);
}

void
run_give_up(struct run *run, const struct err *err)
{
    if (!run->facts.host_failed)
        snprintf(run->facts.why, sizeof run->facts.why, "%s", err->msg);
    run->facts.host_failed = true;
    run_kill(run);
}

void
run_forget(struct run *run)
{
    run->forgotten = true;
}

void
run_interrupt(struct run *run)
{
    if (run->pid > 0 && run->state == RUN_BUSY && run->session)
        kill(run->pid, SIGINT);
}

void
run_fail(struct run *run, const struct err *err)
{
    bool told = run->state == RUN_OVER || run->forgotten;
    run->state = RUN_OVER;
    limits_clear(run);
    free_timer(&run->start_timer);
    if (run->pid == 0)
        stream_close(&run->hello); /* else its keeper tells its end by it */
    run_kill(run);
    if (!told)
        run->events.failed(run->events.arg, run, err);
}

/* The guest did not get as far as its own code: immure's failure. */
static void
say_unsealed(const struct run *run, struct err *err)
{
    int status = run->facts.wait_status;
    *err = run->claims.cause;
    if (run->claims.broken)
        return;
    if (WIFSIGNALED(status))
        err_set(err, ERR_SYSTEM, 0,
                "the guest died of signal %d (system call %d) before it was "
                "sealed",
                WTERMSIG(status),
                run->facts.syscall.known ? run->facts.syscall.number : -1);
    else
        err_set(err, ERR_SYSTEM, 0,
                "the guest ended with status %d before it was sealed",
                WEXITSTATUS(status));
}

/* Its facts are complete: all that it wrote is in the pipes, and nobody else
 * can write to them.  (A child of an operator's program can, for as long as it
 * likes: tests/wall/attacks/09.  What is there now is taken, no more.) */
static void
finish(struct run *run)
{
    struct err err;
    run_drain(run);
    stream_close(&run->in);
    stream_close(&run->report);
    stream_close(&run->out[0]);
    stream_close(&run->out[1]);
    limits_clear(run);
    limits_settle(run);
    if (!run->claims.sealed) {
        say_unsealed(run, &err);
        run_fail(run, &err);
        return;
    }
    if (run->state == RUN_IDLE) {
        err_set(&err, ERR_GONE, 0, "a waiting guest ended");
        run_fail(run, &err);
        return;
    }
    run->state = RUN_OVER;
    if (!run->forgotten)
        run->events.over(run->events.arg, run);
}

static uint64_t
us_of(struct timeval t)
{
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

static void
note_end(struct run *run, int wait_status, const struct rusage *usage)
{
    struct facts *f = &run->facts;
    f->wait_status = wait_status;
    /* Added before they are rounded: a limit that the clock of the process
     * has reached is not a millisecond less here. */
    uint64_t cpu = us_of(usage->ru_utime) + us_of(usage->ru_stime);
    uint64_t base = run->cpu_base_ns / 1000;
    f->cpu_ms = cpu > base ? (cpu - base) / 1000 : 0;
    f->mem_peak = (uint64_t)usage->ru_maxrss * 1024;
    f->minor_faults = (uint64_t)usage->ru_minflt;
    f->major_faults = (uint64_t)usage->ru_majflt;
    f->voluntary_switches = (uint64_t)usage->ru_nvcsw;
    f->involuntary_switches = (uint64_t)usage->ru_nivcsw;
    if (run->begun_ns != 0)
        f->wall_ms = run_age_ns(run) / 1000000;
    bool sigsys = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGSYS;
    if (!sigsys)
        f->syscall.known = false;
    else if (!run->traced)
        snprintf(f->why, sizeof f->why,
                 "which system call it was killed for is not known: ptrace(2) "
                 "is refused here (immure doctor says more)");
}

static void
end(struct run *run, int wait_status, const struct rusage *usage)
{
    if (run->state == RUN_OVER)
        return;
    note_end(run, wait_status, usage);
    finish(run);
}

static void
on_start_timer(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    struct err err;
    (void)fd;
    (void)what;
    if (run->claims.sealed)
        return;
    err_set(&err, ERR_GONE, 0, "the guest was not sealed within %d s",
            START_SECONDS);
    run_fail(run, &err);
}

/* The bound behind RLIMIT_DATA, which a guest should meet first: all pages of
 * the zygote's that it can make its own, what it may map, and the page tables
 * and kernel memory that go with that. */
static int
take_cgroup(struct run *run, struct err *err)
{
    uint64_t data = run->data_used + run->birth.memory;
    if (run->cgroups == NULL || run->kind != RUN_JOB)
        return 0;
    return cgroup_take(run->cgroups, data + data / 64 + CGROUP_SLACK,
                       &run->cgroup, err);
}

/* The first to say hello becomes the guest; or its keeper, if it cannot be
 * traced and is not our own child.  An operator's program is one, and its pid
 * is known from the start. */
static int
answer_hello(struct run *run, int fd, pid_t pid, struct err *err)
{
    char answer = HELLO_GO;
    if (run->keeper == 0 && trace_seize(pid, &run->traced, err) != 0)
        return -1;
    if (!run->traced && run->keeper == 0 && run->kind == RUN_JOB) {
        run->keeper = pid;
        answer = HELLO_KEEP;
    } else {
        run->pid = pid;
        run->events.born(run->events.arg, run);
        if (run->cgroup != NULL && cgroup_put(run->cgroup, pid, err) != 0)
            return -1;
    }
    return fd_send(fd, &answer, 1, NULL, 0, err);
}

static void
take_hello(struct run *run, int fd, pid_t pid)
{
    struct err err;
    if (answer_hello(run, fd, pid, &err) == 0)
        return;
    kill(pid, SIGKILL);
    run_fail(run, &err);
}

/* The keeper's word, or its silence, about a guest that is not our child.
 * Closing our end lets it go, and with it the guest's pid. */
static void
take_ended(struct run *run, const struct control_ended *ended)
{
    const struct control_ended lost = {.wait_status = SIGKILL};
    if (ended == NULL) {
        run_lost_zygote(run);
        ended = &lost;
    }
    end(run, ended->wait_status, &ended->usage);
    run->reaped = true;
    stream_close(&run->hello);
    run->events.gone(run->events.arg, run);
}

/* The seal closes the guest's end; a keeper's stays open. */
static void
take_silence(struct run *run)
{
    struct err err = run->claims.cause;
    stream_close(&run->hello);
    if (run->pid != 0 || run->kind != RUN_JOB)
        return;
    if (!run->claims.broken)
        err_set(&err, ERR_GONE, 0, "the guest ended before it said its name");
    run_fail(run, &err);
}

static void
on_hello(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    struct fd_message message;
    struct err err;
    union {
        char byte;
        struct control_ended ended;
    } in;
    (void)what;
    if (fd_recv(fd, &in, sizeof in, &message, &err) != 0)
        message.len = 0;
    bool named = run->kind == RUN_HOST
                     ? message.pid == run->pid && !run->traced
                     : message.pid > 0 && run->pid == 0 && !run->forgotten;
    if (message.len == 1 && in.byte == HELLO_BORN && named) {
        take_hello(run, fd, message.pid);
    } else if (run->keeper != 0 && run->pid != 0) {
        bool whole =
            message.len == sizeof in.ended && message.pid == run->keeper;
        take_ended(run, whole ? &in.ended : NULL);
    } else {
        take_silence(run);
    }
}

/* The guest's ends of what was made for it, to send. */
struct ends {
    int guest[CONTROL_SPAWN_MOST];
    size_t n;
};

static void
ends_clear(struct ends *ends)
{
    for (size_t i = 0; i < ends->n; i++)
        cleanup_fd(&ends->guest[i]);
}

static int
add_doors(const struct run *run, struct ends *ends, struct err *err)
{
    size_t n;
    if (run->cgroup == NULL)
        return 0;
    if (cgroup_doors(run->cgroup, ends->guest + ends->n, &n, err) != 0)
        return -1;
    ends->n += n;
    return 0;
}

static int
make_ends(struct run *run, int stdin_fd, struct ends *ends, struct err *err)
{
    int p[2], on = 1;
    if (fd_pipe(p, err) != 0)
        return -1;
    run->in.fd = p[1];
    ends->guest[CONTROL_SPAWN_IN] = p[0];
    if (run->kind == RUN_HOST) {
        ends->guest[CONTROL_SPAWN_ANSWERS] = p[0];
        ends->n = CONTROL_SPAWN_ANSWERS + 1;
        ends->guest[CONTROL_SPAWN_IN] = dup(stdin_fd);
        if (ends->guest[CONTROL_SPAWN_IN] < 0)
            return err_set(err, ERR_SYSTEM, errno, "keep stdin");
    }
    struct stream *const mine[] = {&run->out[0], &run->out[1], &run->report};
    for (int i = 0; i < 3; i++) {
        if (fd_pipe(p, err) != 0)
            return -1;
        mine[i]->fd = p[0];
        ends->guest[CONTROL_SPAWN_STDOUT + i] = p[1];
    }
    if (fd_seqpacket_pair(p, err) != 0)
        return -1;
    run->hello.fd = p[0];
    ends->guest[CONTROL_SPAWN_HELLO] = p[1];
    if (setsockopt(p[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
        return err_set(err, ERR_SYSTEM, errno, "ask for credentials");
    return 0;
}

int
run_start(struct run *run, struct zygote_link *zygote,
          const struct control_spawn *birth, int stdin_fd, struct err *err)
{
    __attribute__((cleanup(ends_clear))) struct ends ends = {
        {-1, -1, -1, -1, -1, -1}, CONTROL_SPAWN_COUNT};
    run->asked_ns = run_now_ns();
    run->birth = *birth;
    run->data_used = zygote->data_used;
    if (make_ends(run, stdin_fd, &ends, err) != 0 ||
        take_cgroup(run, err) != 0 || add_doors(run, &ends, err) != 0 ||
        zygote_link_spawn(zygote, birth, ends.guest, ends.n, err) != 0)
        return -1;
    if (stream_watch(&run->hello, run, EV_READ, on_hello, err) != 0 ||
        run_watch(run, err) != 0)
        return -1;
    if (fd_set_nonblocking(run->in.fd, err) != 0)
        return -1;
    if (run->kind == RUN_HOST)
        return 0;
    const struct timeval start = {START_SECONDS, 0};
    run->start_timer = evtimer_new(run->base, on_start_timer, run);
    if (run->start_timer == NULL || evtimer_add(run->start_timer, &start) != 0)
        return err_set(err, ERR_MEMORY, 0, "set a timer");
    return 0;
}

void
run_sealed(struct run *run)
{
    free_timer(&run->start_timer);
    run->sealed_ns = run_now_ns();
    if (run->kind == RUN_HOST) {
        run->state = RUN_BUSY;
        run->claims.files.left = run->limits.files;
        run->begun_ns = run->sealed_ns;
        limits_start(run);
        return;
    }
    run->state = RUN_IDLE;
    if (!run->forgotten)
        run->events.idle(run->events.arg, run);
}

bool
run_can_hold(const struct run *run, const struct job_limits *limits)
{
    return limits->memory <= run->birth.memory &&
           limits->cpu_ms <= run->birth.cpu_ms &&
           limits->nice >= run->birth.nice;
}

bool
run_is_held(const struct run *run, const struct job_limits *limits)
{
    return limits->memory == run->birth.memory &&
           limits->cpu_ms == run->birth.cpu_ms &&
           limits->nice == run->birth.nice;
}

int
run_give(struct run *run, const struct job_limits *limits, struct buf *job,
         struct err *err)
{
    struct control_spawn held = {.nice = (uint32_t)limits->nice,
                                 .cpu_ms = limits->cpu_ms,
                                 .memory = limits->memory};
    if (run->session) /* RLIMIT_CPU counts all steps together */
        held.cpu_ms = run->birth.cpu_ms;
    if (guest_limits_set(run->pid, &run->birth, &held, err) != 0) {
        run_forget(run);
        run_kill(run);
        return -1;
    }
    run->birth = held;
    run->limits = *limits;
    run->claims.files.left = limits->files;
    if (run_take_job(run, job, err) != 0)
        return -1;
    run->state = RUN_BUSY;
    run->begun_ns = run_now_ns();
    run->held = 0;
    limits_start(run);
    run_unpark(run);
    run_send_job(run);
    return 0;
}

void
run_step_over(struct run *run)
{
    struct facts *f = &run->facts;
    run->steps++;
    run_drain_output(run);
    limits_clear(run);
    limits_step(run);
    /* What the process will say when it ends, this step says now: both are
     * the guest's word (facts.h). */
    f->wait_status = W_EXITCODE(run->claims.status, 0);
    limits_settle(run);
    run->state = RUN_IDLE;
    if (!run->forgotten)
        run->events.step(run->events.arg, run);
    run->facts = (struct facts){0};
    run->frame_bytes = 0;
    for (int i = 0; i < 2; i++) {
        run->capture[i].kept.len = 0;
        run->capture[i].bytes = 0;
        run->capture[i].truncated = false;
    }
    claims_next_step(&run->claims);
    if (run->state == RUN_IDLE && run_park_soon(run) != 0)
        run_kill(run);
}

/* wait4(2) tells the resources of a stopped tracee as well as those of one
 * that ended, so at the exit stop there is nothing more to wait for. */
void
run_waited(struct run *run, int wait_status, const struct rusage *usage)
{
    int status = wait_status;
    bool stopped = WIFSTOPPED(wait_status);
    bool ends = !stopped;
    if (trace_is_exit(wait_status))
        ends = trace_read_exit(run->pid, &status, &run->facts.syscall) == 0;
    if (run->park == PARK_ASKED && stopped && !ends &&
        wait_status >> 16 == PTRACE_EVENT_STOP &&
        WSTOPSIG(wait_status) == SIGTRAP) {
        run->park = PARK_STOPPED;
        return;
    }
    if (ends)
        end(run, status, usage);
    if (stopped) {
        trace_continue(run->pid, wait_status, &run->facts.syscall);
        return;
    }
    run->reaped = true;
    run->events.gone(run->events.arg, run);
}

void
run_lost_zygote(struct run *run)
{
    struct err err;
    run->facts.host_failed = true;
    snprintf(run->facts.why, sizeof run->facts.why,
             "the zygote ended while the guest ran");
    if (run->pid != 0)
        return;
    err_set(&err, ERR_GONE, 0, "the zygote ended before the guest ran");
    run_fail(run, &err);
}
