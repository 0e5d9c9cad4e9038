#include "host/supervisor/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/supervisor/limits.h"
#include "host/supervisor/trace.h"

enum {
    CHUNK = 64 << 10,
    START_SECONDS = 30,
    REPORT_BYTES_MAX = 24 << 20, /* all claims of one guest together */
};

uint64_t
run_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
stream_close(struct stream *s)
{
    if (s->event != NULL)
        event_free(s->event);
    s->event = NULL;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static int
stream_watch(struct stream *s, struct run *run, short what,
             event_callback_fn callback, struct err *err)
{
    if (fd_set_nonblocking(s->fd, err) != 0)
        return -1;
    s->event = event_new(run->base, s->fd, what | EV_PERSIST, callback, run);
    if (s->event == NULL || event_add(s->event, NULL) != 0)
        return err_set(err, ERR_MEMORY, 0, "watch descriptor %d", s->fd);
    return 0;
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
                        .out = {{.fd = -1}, {.fd = -1}}};
    return claims_init(&run->claims, err);
}

void
run_clear(struct run *run)
{
    stream_close(&run->in);
    stream_close(&run->hello);
    stream_close(&run->report);
    stream_close(&run->out[0]);
    stream_close(&run->out[1]);
    limits_clear(run);
    buf_clear(&run->job);
    buf_clear(&run->frames);
    buf_clear(&run->capture[0].kept);
    buf_clear(&run->capture[1].kept);
    claims_clear(&run->claims);
}

/* The guest did not get as far as its own code: immure's failure. */
static void
say_unsealed(struct run *run)
{
    int status = run->facts.wait_status;
    struct err err = run->claims.cause;
    if (!run->claims.broken && WIFSIGNALED(status))
        err_set(&err, ERR_SYSTEM, 0,
                "the guest died of signal %d (system call %d) before it was "
                "sealed",
                WTERMSIG(status),
                run->facts.syscall.known ? run->facts.syscall.number : -1);
    else if (!run->claims.broken)
        err_set(&err, ERR_SYSTEM, 0,
                "the guest ended with status %d before it was sealed",
                WEXITSTATUS(status));
    run->events.failed(run->events.arg, &err);
}

/* Over when the process is gone and all that it wrote has been read: a dead
 * guest's pipes end by themselves, since nobody else holds them. */
static void
check_over(struct run *run)
{
    if (run->over || !run->exited || run->report.fd >= 0 ||
        run->out[0].fd >= 0 || run->out[1].fd >= 0)
        return;
    run->over = true;
    limits_clear(run);
    limits_settle(run);
    if (run->claims.sealed)
        run->events.over(run->events.arg, run);
    else
        say_unsealed(run);
}

static void
break_protocol(struct run *run, const struct err *err)
{
    if (!run->facts.protocol_broken) {
        run->facts.protocol_broken = true;
        snprintf(run->facts.why, sizeof run->facts.why,
                 "the guest broke its report protocol: %.400s", err->msg);
    }
    stream_close(&run->report);
    if (run->pid > 0 && !run->exited)
        kill(run->pid, SIGKILL);
}

static int
take_frames(struct run *run, struct err *err)
{
    size_t at = 0;
    for (;;) {
        struct frame_header header;
        const uint8_t *payload;
        int got = frame_next(&run->frames, at, FRAME_FROM_GUEST, &header,
                             &payload, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        bool sealed = run->claims.sealed;
        if (claims_take(&run->claims, &header, payload, err) != 0)
            return -1;
        if (!sealed && run->claims.sealed)
            limits_start(run);
        at += FRAME_HEADER + header.len;
    }
    buf_drop(&run->frames, at);
    return 0;
}

static void
on_report(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    struct err err;
    uint8_t chunk[CHUNK];
    (void)what;
    ssize_t n = read(fd, chunk, sizeof chunk);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        if (run->frames.len > 0) {
            err_set(&err, ERR_PROTO, 0, "it ended inside a frame");
            break_protocol(run, &err);
        }
        stream_close(&run->report);
        check_over(run);
        return;
    }
    run->frame_bytes += (uint64_t)n;
    if (run->frame_bytes > REPORT_BYTES_MAX)
        limits_reached(run, LIMIT_REPORT, REPORT_BYTES_MAX);
    else if (buf_add(&run->frames, chunk, (size_t)n, &err) != 0 ||
             take_frames(run, &err) != 0)
        break_protocol(run, &err);
    check_over(run);
}

static void
take_output(struct run *run, int which, const uint8_t *data, size_t n)
{
    struct capture *c = &run->capture[which];
    if (run->kind == RUN_HOST && !run->claims.sealed) {
        /* The operator's own program: no limit is in force yet. */
        run->events.output(run->events.arg, which + 1, data, n);
        return;
    }
    uint64_t before = run->capture[0].kept.len + run->capture[1].kept.len;
    uint64_t left = run->limits.output - before;
    size_t keep = n < left ? n : (size_t)left;
    c->bytes += n;
    if (keep > 0 && buf_add(&c->kept, data, keep, NULL) == 0)
        run->events.output(run->events.arg, which + 1, data, keep);
    if (keep < n) {
        c->truncated = true;
        limits_reached(run, LIMIT_OUTPUT, run->limits.output);
    }
}

static void
on_output(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    uint8_t chunk[CHUNK];
    int which = fd == run->out[0].fd ? 0 : 1;
    (void)what;
    ssize_t n = read(fd, chunk, sizeof chunk);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0) {
        take_output(run, which, chunk, (size_t)n);
        return;
    }
    stream_close(&run->out[which]);
    check_over(run);
}

/* EPIPE: the guest is gone, and its exit says why. */
static void
on_input(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    (void)what;
    ssize_t n = write(fd, run->job.data + run->sent, run->job.len - run->sent);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        run->sent += (size_t)n;
    if (n <= 0 || run->sent == run->job.len) {
        stream_close(&run->in);
        buf_clear(&run->job);
    }
}

static void
fail_early(struct run *run, const char *why)
{
    struct err err = run->claims.cause;
    if (run->over)
        return;
    if (!run->claims.broken)
        err_set(&err, ERR_GONE, 0, "%s", why);
    run->over = true;
    limits_clear(run);
    run->events.failed(run->events.arg, &err);
}

/* Nothing of the guest's makes it wait here, but a stopped or starved process
 * must not hold its caller for ever. */
static void
on_start_timer(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    (void)fd;
    (void)what;
    if (!run->claims.sealed)
        fail_early(run, "the guest was not sealed within 30 s");
}

/* The first to say hello becomes the guest; or its keeper, if it cannot be
 * traced and is not our own child. */
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
    run->over = true;
    run->events.failed(run->events.arg, &err);
}

/* The keeper's word, or its silence, about a guest that is not our child.
 * Closing our end lets it go, and with it the guest's pid. */
static void
take_ended(struct run *run, const struct control_ended *ended)
{
    const struct control_ended lost = {.wait_status = SIGKILL};
    stream_close(&run->hello);
    if (ended == NULL) {
        run_lost_zygote(run);
        ended = &lost;
    }
    run_exited(run, ended->wait_status, &ended->usage);
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
    if (message.len == 1 && in.byte == HELLO_BORN && message.pid > 0 &&
        run->pid == 0) {
        take_hello(run, fd, message.pid);
    } else if (run->keeper != 0 && run->pid != 0) {
        bool whole =
            message.len == sizeof in.ended && message.pid == run->keeper;
        take_ended(run, whole ? &in.ended : NULL);
    } else {
        stream_close(&run->hello); /* closed at the guest's seal, or early */
        if (run->pid == 0 && run->kind == RUN_JOB)
            fail_early(run, "the guest ended before it said its name");
    }
}

/* Our ends, watched, and the guest's ends to send. */
struct ends {
    int guest[CONTROL_SPAWN_COUNT];
};

static void
ends_clear(struct ends *ends)
{
    for (size_t i = 0; i < CONTROL_SPAWN_COUNT; i++)
        cleanup_fd(&ends->guest[i]);
}

static int
make_ends(struct run *run, int stdin_fd, struct ends *ends, struct err *err)
{
    int p[2], on = 1;
    if (run->kind == RUN_HOST) {
        ends->guest[CONTROL_SPAWN_IN] = dup(stdin_fd);
    } else {
        if (fd_pipe(p, err) != 0)
            return -1;
        ends->guest[CONTROL_SPAWN_IN] = p[0];
        run->in.fd = p[1];
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
run_start(struct run *run, struct zygote_link *zygote, int stdin_fd,
          struct err *err)
{
    __attribute__((cleanup(ends_clear))) struct ends ends = {
        {-1, -1, -1, -1, -1}};
    const struct control_spawn spawn = {.nice = (uint32_t)run->limits.nice,
                                        .cpu_ms = run->limits.cpu_ms,
                                        .memory = run->limits.memory};
    run->asked_ns = run_now_ns();
    if (make_ends(run, stdin_fd, &ends, err) != 0 ||
        zygote_link_spawn(zygote, &spawn, ends.guest, err) != 0)
        return -1;
    if (stream_watch(&run->hello, run, EV_READ, on_hello, err) != 0 ||
        stream_watch(&run->report, run, EV_READ, on_report, err) != 0 ||
        stream_watch(&run->out[0], run, EV_READ, on_output, err) != 0 ||
        stream_watch(&run->out[1], run, EV_READ, on_output, err) != 0)
        return -1;
    if (run->kind == RUN_HOST)
        return 0;
    const struct timeval start = {START_SECONDS, 0};
    run->start_timer = evtimer_new(run->base, on_start_timer, run);
    if (run->start_timer == NULL || evtimer_add(run->start_timer, &start) != 0)
        return err_set(err, ERR_MEMORY, 0, "set a timer");
    return stream_watch(&run->in, run, EV_WRITE, on_input, err);
}

void
run_stopped(struct run *run, int wait_status)
{
    trace_continue(run->pid, wait_status, &run->facts.syscall);
}

static uint64_t
ms_of(struct timeval t)
{
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_usec / 1000;
}

/* A child of the operator's own may hold the other ends for as long as it
 * likes: take what is there, and no more (tests/wall/attacks/09). */
static void
drain(struct run *run)
{
    struct stream *const streams[] = {&run->report, &run->out[0],
                                      &run->out[1]};
    for (int i = 0; i < 3; i++) {
        int waiting;
        while (streams[i]->fd >= 0 &&
               ioctl(streams[i]->fd, FIONREAD, &waiting) == 0 && waiting > 0)
            i == 0 ? on_report(streams[i]->fd, EV_READ, run)
                   : on_output(streams[i]->fd, EV_READ, run);
        stream_close(streams[i]);
    }
}

void
run_exited(struct run *run, int wait_status, const struct rusage *usage)
{
    struct facts *f = &run->facts;
    run->exited = true;
    f->wait_status = wait_status;
    uint64_t cpu = ms_of(usage->ru_utime) + ms_of(usage->ru_stime);
    uint64_t base = run->cpu_base_ns / 1000000;
    f->cpu_ms = cpu > base ? cpu - base : 0;
    f->mem_peak = (uint64_t)usage->ru_maxrss * 1024;
    f->minor_faults = (uint64_t)usage->ru_minflt;
    f->major_faults = (uint64_t)usage->ru_majflt;
    f->voluntary_switches = (uint64_t)usage->ru_nvcsw;
    f->involuntary_switches = (uint64_t)usage->ru_nivcsw;
    if (run->sealed_ns != 0)
        f->wall_ms = (run_now_ns() - run->sealed_ns) / 1000000;
    bool sigsys = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGSYS;
    if (!sigsys)
        f->syscall.known = false;
    else if (!run->traced)
        snprintf(f->why, sizeof f->why,
                 "which system call it was killed for is not known: ptrace(2) "
                 "is refused here (immure doctor says more)");
    if (run->kind == RUN_HOST)
        drain(run);
    check_over(run);
}

void
run_lost_zygote(struct run *run)
{
    run->facts.host_failed = true;
    snprintf(run->facts.why, sizeof run->facts.why,
             "the zygote ended while the guest ran");
    if (run->pid == 0 && !run->over) {
        struct err err;
        err_set(&err, ERR_GONE, 0, "the zygote ended before the guest ran");
        run->over = true;
        run->events.failed(run->events.arg, &err);
    }
}
