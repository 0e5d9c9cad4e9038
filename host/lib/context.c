/* A context: its socket, who reads it, and what comes. */
#include "host/lib/context.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"

enum { CHUNK = 64 << 10, OUT_MAX = 64 << 20, BUSY_MS = 10 };

_Static_assert((int)IMMURE_ERR_CANCELLED == (int)ERR_CANCELLED,
               "the public codes are those of host/err.h");

int
context_hand_over(int done, const struct err *from, struct immure_err *to)
{
    if (done == 0 || to == NULL)
        return done;
    *to = (struct immure_err){.code = (enum immure_err_code)from->code,
                              .sys_errno = from->sys_errno};
    memcpy(to->msg, from->msg, sizeof to->msg);
    return done;
}

int
context_enter(struct immure *im, struct immure_err *err)
{
    struct err e;
    if (getpid() != im->owner) {
        err_set(&e, ERR_USAGE, 0,
                "this context belongs to the process that opened it, not to "
                "a child of fork");
        return context_hand_over(-1, &e, err);
    }
    pthread_mutex_lock(&im->lock);
    if (!im->dead)
        return 0;
    if (err != NULL)
        *err = im->cause;
    pthread_mutex_unlock(&im->lock);
    return -1;
}

void
context_leave(struct immure *im)
{
    pthread_mutex_unlock(&im->lock);
}

static void
watch_out(struct immure *im, bool wanted)
{
    struct epoll_event event = {.events = EPOLLIN |
                                          (wanted ? (uint32_t)EPOLLOUT : 0)};
    if (im->watching_out == wanted)
        return;
    im->watching_out = wanted;
    (void)epoll_ctl(im->epoll, EPOLL_CTL_MOD, im->sock, &event);
}

/* An error shows as the end of what is read. */
static void
flush(struct immure *im)
{
    while (im->sent < im->out.len) {
        ssize_t n = send(im->sock, im->out.data + im->sent,
                         im->out.len - im->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        im->sent += (size_t)n;
    }
    if (im->sent == im->out.len) {
        im->sent = im->out.len = 0;
        if (im->out.cap > 4 * CHUNK)
            buf_clear(&im->out);
    }
    watch_out(im, im->out.len > 0);
}

int
context_send(struct immure *im, const void *data, size_t len, struct err *err)
{
    if (im->out.len - im->sent > OUT_MAX)
        return err_set(err, ERR_BUSY, 0,
                       "the supervisor has not yet taken what was sent");
    if (buf_add(&im->out, data, len, err) != 0)
        return -1;
    flush(im);
    return 0;
}

int
context_send_buf(struct immure *im, struct buf *data, struct err *err)
{
    if (im->out.len > 0)
        return context_send(im, data->data, data->len, err);
    /* Given files are in it: not copied once more. */
    buf_clear(&im->out);
    im->out = *data;
    im->sent = 0;
    *data = (struct buf){0};
    flush(im);
    return 0;
}

int
context_send_frame(struct immure *im, enum frame_type type, uint16_t id,
                   const void *data, size_t len, struct err *err)
{
    OWNED_BUFFER frame = {0};
    if (frame_add_id(&frame, type, id, data, len, err) != 0)
        return -1;
    return context_send(im, frame.data, frame.len, err);
}

static void
read_socket(struct immure *im)
{
    struct err err;
    struct buf *in = &im->in;
    size_t at = 0;
    if (buf_reserve(in, CHUNK, &err) != 0) {
        context_fail(im, &err);
        return;
    }
    ssize_t n =
        recv(im->sock, in->data + in->len, in->cap - in->len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        err_set(&err, ERR_GONE, 0, "the supervisor ended without a result");
        context_fail(im, &err);
        return;
    }
    in->len += (size_t)n;
    for (;;) {
        struct frame_header h;
        const uint8_t *payload;
        int got =
            frame_next(in, at, FRAME_FROM_SUPERVISOR, &h, &payload, &err);
        if (got < 0)
            context_fail(im, &err);
        if (got <= 0)
            break;
        at += FRAME_HEADER + h.len;
        context_take(im, &h, payload);
    }
    buf_drop(in, at);
    if (in->len == 0 && in->cap > 16 * CHUNK)
        buf_clear(in);
}

static bool
wait_changed(struct immure *im, int timeout_ms)
{
    if (timeout_ms < 0)
        return pthread_cond_wait(&im->changed, &im->lock) == 0;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += timeout_ms / 1000;
    t.tv_nsec += (timeout_ms % 1000) * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000L;
    }
    return pthread_cond_timedwait(&im->changed, &im->lock, &t) == 0;
}

bool
context_turn(struct immure *im, int timeout_ms)
{
    struct epoll_event event;
    if (im->dead)
        return true;
    if (im->reading)
        return wait_changed(im, timeout_ms);
    im->reading = true;
    pthread_mutex_unlock(&im->lock);
    int n = epoll_wait(im->epoll, &event, 1, timeout_ms);
    pthread_mutex_lock(&im->lock);
    if (n > 0 && (event.events & EPOLLOUT))
        flush(im);
    if (n > 0 && !im->dead && (event.events & ~(uint32_t)EPOLLOUT))
        read_socket(im);
    im->reading = false;
    pthread_cond_broadcast(&im->changed);
    return n != 0;
}

static int
make_lock(struct immure *im, struct err *err)
{
    pthread_condattr_t attr;
    int failed = pthread_mutex_init(&im->lock, NULL);
    if (failed == 0)
        failed = pthread_condattr_init(&attr);
    if (failed != 0)
        return err_set(err, ERR_SYSTEM, failed, "make a lock");
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    failed = pthread_cond_init(&im->changed, &attr);
    pthread_condattr_destroy(&attr);
    return failed ? err_set(err, ERR_SYSTEM, failed, "make a lock") : 0;
}

int
context_new(const struct start *start, struct immure **out, struct err *err)
{
    struct epoll_event event = {.events = EPOLLIN};
    OWNED_FD epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        return err_set(err, ERR_SYSTEM, errno, "make an epoll descriptor");
    struct immure *im = calloc(1, sizeof *im);
    if (im == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    im->owner = getpid();
    if (make_lock(im, err) != 0 ||
        start_supervisor(start, &im->supervisor, &im->sock, err) != 0) {
        free(im);
        return -1;
    }
    im->epoll = take_fd(&epoll);
    if (epoll_ctl(im->epoll, EPOLL_CTL_ADD, im->sock, &event) != 0) {
        err_set(err, ERR_SYSTEM, errno, "watch the supervisor");
        immure_close(im);
        return -1;
    }
    *out = im;
    return 0;
}

int
immure_open(const struct immure_config *config, struct immure **out,
            struct immure_err *err)
{
    static const struct immure_config plain = {0};
    struct err e;
    const struct start start = {.config = config ? config : &plain};
    return context_hand_over(context_new(&start, out, &e), &e, err);
}

static void
release(struct immure *im)
{
    close(im->sock);
    close(im->epoll);
    pthread_mutex_destroy(&im->lock);
    pthread_cond_destroy(&im->changed);
    buf_clear(&im->in);
    buf_clear(&im->out);
    free(im->stats);
    free(im);
}

/* The socket is shut down, not only closed: a child of fork may hold it. */
void
immure_close(struct immure *im)
{
    struct err err;
    if (im == NULL)
        return;
    if (getpid() == im->owner) {
        err_set(&err, ERR_GONE, 0, "the context was closed");
        pthread_mutex_lock(&im->lock);
        context_fail(im, &err);
        pthread_mutex_unlock(&im->lock);
        shutdown(im->sock, SHUT_RDWR);
        while (im->supervisor > 0 && waitpid(im->supervisor, NULL, 0) < 0 &&
               errno == EINTR)
            ;
    }
    im->closed = true;
    if (im->ncalls == 0)
        release(im);
}

void
context_forget_call(struct immure *im)
{
    im->ncalls--;
    if (im->closed && im->ncalls == 0)
        release(im);
    else if (getpid() == im->owner)
        pthread_mutex_unlock(&im->lock);
}

int
immure_fd(const struct immure *im)
{
    return im->epoll;
}

int
immure_dispatch(struct immure *im, int timeout_ms, struct immure_err *err)
{
    if (context_enter(im, err) != 0)
        return -1;
    (void)context_turn(im, timeout_ms);
    bool dead = im->dead;
    if (dead && err != NULL)
        *err = im->cause;
    context_leave(im);
    return dead ? -1 : 0;
}

int
immure_drain(struct immure *im, int timeout_ms, struct immure_err *err)
{
    struct err e;
    if (context_enter(im, err) != 0)
        return -1;
    int done = context_send_frame(im, FRAME_DRAIN, 0, NULL, 0, &e);
    while (done == 0 && !im->drained && !im->dead)
        if (!context_turn(im, timeout_ms))
            done = err_set(&e, ERR_BUSY, 0, "jobs are still running");
    if (done == 0 && !im->drained)
        done = err_set(&e, ERR_GONE, 0, "%s", im->cause.msg);
    context_leave(im);
    return context_hand_over(done, &e, err);
}

int
immure_stats(struct immure *im, char **out_json, struct immure_err *err)
{
    struct err e;
    if (context_enter(im, err) != 0)
        return -1;
    int done = context_send_frame(im, FRAME_STATS, 0, NULL, 0, &e);
    while (done == 0 && im->stats == NULL && !im->dead)
        (void)context_turn(im, -1);
    if (done == 0 && im->stats == NULL)
        done = err_set(&e, ERR_GONE, 0, "%s", im->cause.msg);
    if (done == 0)
        *out_json = take_str(&im->stats);
    context_leave(im);
    return context_hand_over(done, &e, err);
}
