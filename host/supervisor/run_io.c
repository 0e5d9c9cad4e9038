#include "host/supervisor/run_io.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/supervisor/limits.h"

enum {
    CHUNK = 64 << 10,
    REPORT_BYTES_MAX = 24 << 20, /* all claims of one guest together */
};

void
stream_close(struct stream *s)
{
    if (s->event != NULL)
        event_free(s->event);
    s->event = NULL;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

int
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

static void
break_protocol(struct run *run, const struct err *err)
{
    if (!run->facts.protocol_broken) {
        run->facts.protocol_broken = true;
        snprintf(run->facts.why, sizeof run->facts.why,
                 "the guest broke its report protocol: %.400s", err->msg);
    }
    stream_close(&run->report);
    run_kill(run);
}

/* What lies unread in the guest's input, or waits to be put there: bytes. */
static size_t
unread(const struct run *run)
{
    int in_pipe = 0;
    if (run->in.fd < 0 || ioctl(run->in.fd, FIONREAD, &in_pipe) != 0)
        return 0;
    return run->job.len - run->sent + (size_t)in_pipe;
}

/* A guest that reads no answers would have as many kept for it as it likes:
 * one that has not read the last one makes no other call. */
static int
take_call(struct run *run, struct span payload, struct err *err)
{
    if (run->state != RUN_BUSY || run->claims.ended)
        return err_set(err, ERR_PROTO, 0, "a call frame out of place");
    if (unread(run) > 0)
        return err_set(err, ERR_PROTO, 0,
                       "a call that waits for no answer to the last one");
    if (run->forgotten)
        return 0;
    int taken = run->events.call(run->events.arg, run, payload, err);
    if (taken > 0)
        run->frame_bytes -= FRAME_HEADER + payload.len;
    return taken < 0 ? -1 : 0;
}

static void
tell_denial(struct run *run)
{
    const json_t *all = run->claims.denials;
    if (run->events.denied != NULL)
        run->events.denied(run->events.arg, run,
                           json_array_get(all, json_array_size(all) - 1));
}

/* The program that an operator wrote may; what runs in its jail may not. */
static int
take_register(struct run *run, struct span payload, struct err *err)
{
    if (run->kind != RUN_HOST || run->claims.sealed || run->claims.broken)
        return err_set(err, ERR_PROTO, 0, "a gateway registered in the jail");
    return run->events.registers(run->events.arg, run, payload, err);
}

static int
take_frame(struct run *run, const struct frame_header *header,
           const uint8_t *payload, struct err *err)
{
    bool sealed = run->claims.sealed, ended = run->claims.ended;
    if (header->type == FRAME_CALL)
        return take_call(run, (struct span){payload, header->len}, err);
    if (header->type == FRAME_REGISTER)
        return take_register(run, (struct span){payload, header->len}, err);
    if (claims_take(&run->claims, header, payload, err) != 0)
        return -1;
    if (header->type == FRAME_DENIAL)
        tell_denial(run);
    if (!sealed && run->claims.sealed)
        run_sealed(run);
    else if (!ended && run->claims.ended && run->session &&
             !run->claims.last && run->state == RUN_BUSY)
        run_step_over(run);
    return 0;
}

static int
take_frames(struct run *run, struct err *err)
{
    size_t at = 0;
    int got;
    for (;;) {
        struct frame_header header;
        const uint8_t *payload;
        got = frame_next(&run->frames, at, FRAME_FROM_GUEST, &header, &payload,
                         err);
        if (got <= 0)
            break;
        at += FRAME_HEADER + header.len;
        if (take_frame(run, &header, payload, err) != 0)
            return -1;
    }
    buf_drop(&run->frames, at);
    return got;
}

/* More may follow: true.  A pipe gives all that it has, up to what it is asked
 * for. */
static bool
read_report(struct run *run)
{
    struct err err;
    uint8_t chunk[CHUNK];
    ssize_t n = read(run->report.fd, chunk, sizeof chunk);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n < 0) {
        err_set(&err, ERR_SYSTEM, errno, "read the guest's report");
        run_give_up(run, &err);
    } else if (n == 0 && run->frames.len > 0) {
        err_set(&err, ERR_PROTO, 0, "it ended inside a frame");
        break_protocol(run, &err);
    }
    if (n <= 0) {
        stream_close(&run->report);
        return false;
    }
    const uint64_t most = REPORT_BYTES_MAX + run->limits.files;
    run->frame_bytes += (uint64_t)n;
    if (run->frame_bytes > most)
        limits_reached(run, LIMIT_REPORT, most);
    else if (buf_add(&run->frames, chunk, (size_t)n, &err) != 0 ||
             take_frames(run, &err) != 0)
        err.code == ERR_MEMORY ? run_give_up(run, &err)
                               : break_protocol(run, &err);
    return n == sizeof chunk && run->report.fd >= 0;
}

static void
on_report(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)read_report(arg);
}

static void
tell_output(struct run *run, int which, const uint8_t *data, size_t n)
{
    if (!run->forgotten)
        run->events.output(run->events.arg, run, which + 1, data, n);
}

static void
take_output(struct run *run, int which, const uint8_t *data, size_t n)
{
    struct capture *c = &run->capture[which];
    if (run->kind == RUN_HOST && !run->claims.sealed) {
        /* The operator's own program: no limit is in force yet. */
        tell_output(run, which, data, n);
        return;
    }
    uint64_t before = run->capture[0].kept.len + run->capture[1].kept.len;
    uint64_t left =
        run->limits.output > before ? run->limits.output - before : 0;
    size_t keep = n < left ? n : (size_t)left;
    c->bytes += n;
    struct err err;
    if (keep > 0 && buf_add(&c->kept, data, keep, &err) != 0) {
        c->truncated = true;
        run_give_up(run, &err);
        return;
    }
    if (keep > 0)
        tell_output(run, which, data, keep);
    if (keep < n) {
        c->truncated = true;
        limits_reached(run, LIMIT_OUTPUT, run->limits.output);
    }
}

static bool
read_output(struct run *run, int which)
{
    uint8_t chunk[CHUNK];
    ssize_t n = read(run->out[which].fd, chunk, sizeof chunk);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n > 0) {
        take_output(run, which, chunk, (size_t)n);
        return n == sizeof chunk;
    }
    if (n < 0) {
        struct err err;
        err_set(&err, ERR_SYSTEM, errno, "read the guest's output");
        run_give_up(run, &err);
    }
    stream_close(&run->out[which]);
    return false;
}

static void
on_output(evutil_socket_t fd, short what, void *arg)
{
    struct run *run = arg;
    (void)what;
    (void)read_output(run, fd == run->out[0].fd ? 0 : 1);
}

int
run_watch(struct run *run, struct err *err)
{
    if (stream_watch(&run->report, run, EV_READ, on_report, err) != 0 ||
        stream_watch(&run->out[0], run, EV_READ, on_output, err) != 0)
        return -1;
    return stream_watch(&run->out[1], run, EV_READ, on_output, err);
}

void
run_mute(struct run *run, bool muted)
{
    if (run->muted == muted)
        return;
    run->muted = muted;
    for (int i = 0; i < 2; i++)
        if (run->out[i].event != NULL)
            muted ? event_del(run->out[i].event)
                  : event_add(run->out[i].event, NULL);
}

/* Twice a pipe is more than a dead guest can have left; a living child of an
 * operator's program could write for ever. */
enum { DRAIN_READS = 32 };

void
run_drain_output(struct run *run)
{
    for (int i = 0; i < 2; i++)
        for (int n = 0; n < DRAIN_READS && run->out[i].fd >= 0; n++)
            if (!read_output(run, i))
                break;
}

void
run_drain(struct run *run)
{
    for (int n = 0; n < DRAIN_READS && run->report.fd >= 0; n++)
        if (!read_report(run))
            break;
    if (run->report.fd >= 0 && run->frames.len > 0) {
        struct err err;
        err_set(&err, ERR_PROTO, 0, "it ended inside a frame");
        break_protocol(run, &err);
    }
    run_drain_output(run);
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
    if (n < 0 && errno != EPIPE) {
        struct err err;
        err_set(&err, ERR_SYSTEM, errno, "write the job to the guest");
        run_give_up(run, &err);
    }
    if (n > 0)
        run->sent += (size_t)n;
    if (n > 0 && run->sent < run->job.len)
        return;
    if (run->in.event != NULL)
        event_free(run->in.event);
    run->in.event = NULL;
    buf_clear(&run->job);
    run->sent = 0;
    if (n <= 0 || (!run->session && !run->calls && run->kind == RUN_JOB))
        stream_close(&run->in);
}

int
run_take_job(struct run *run, struct buf *job, struct err *err)
{
    if (run->job.len > 0) {
        if (buf_add(&run->job, job->data, job->len, err) != 0)
            return -1;
        buf_clear(job);
        return 0;
    }
    run->job = *job;
    *job = (struct buf){0};
    return 0;
}

void
run_send_job(struct run *run)
{
    struct err err;
    if (run->in.fd < 0)
        return;
    on_input(run->in.fd, EV_WRITE, run);
    if (run->in.fd >= 0 && run->job.len > 0 &&
        stream_watch(&run->in, run, EV_WRITE, on_input, &err) != 0)
        run_give_up(run, &err);
}

int
run_answer(struct run *run, const struct answer *answer, struct err *err)
{
    if (run->in.fd < 0)
        return 0;
    if (answer_add(&run->job, 0, answer, err) != 0)
        return -1;
    if (run->in.event == NULL)
        run_send_job(run);
    return 0;
}
