#include "host/link/frame_link.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "host/fd.h"

enum {
    CHUNK = 64 << 10,
    OUT_HIGH = 1 << 20, /* bytes kept for a slow reader: congested */
    OUT_LOW = 256 << 10,
};

static void
lose(struct frame_link *link)
{
    link->events.gone(link->events.arg);
}

/* A frame begins whose pieces are told: 1, 0, -1. */
static int
begin_large(struct frame_link *link, size_t at, struct err *err)
{
    struct frame_header h;
    if (link->events.piece == NULL || link->in.len - at < FRAME_HEADER)
        return 0;
    if (frame_parse(link->in.data + at, link->from, &h, err) != 0)
        return -1;
    if ((h.type != FRAME_FILE && h.type != FRAME_INPUT) || h.len < CHUNK)
        return 0;
    link->large = h;
    link->left = h.len;
    return link->events.piece(link->events.arg, &h, (struct span){NULL, 0},
                              err) == 0
               ? 1
               : -1;
}

/* What there is of it. */
static int
take_piece(struct frame_link *link, size_t *at, struct err *err)
{
    size_t n = link->in.len - *at;
    if (n > link->left)
        n = link->left;
    struct span piece = {link->in.data + *at, n};
    link->left -= n;
    *at += n;
    return n == 0 ? 0
                  : link->events.piece(link->events.arg, &link->large, piece,
                                       err);
}

/* The next frame, or as much of a large one as there is.  0: there is none. */
static int
take_frame(struct frame_link *link, size_t *at, struct err *err)
{
    struct frame_header h;
    const uint8_t *payload;
    if (link->left > 0)
        return take_piece(link, at, err) != 0 ? -1 : link->left == 0;
    int got = begin_large(link, *at, err);
    if (got != 0) {
        *at += FRAME_HEADER;
        return got;
    }
    got = frame_next(&link->in, *at, link->from, &h, &payload, err);
    if (got <= 0)
        return got;
    *at += FRAME_HEADER + h.len;
    return link->events.frame(link->events.arg, &h, payload, err) != 0 ? -1
                                                                       : 1;
}

static int
take_frames(struct frame_link *link)
{
    struct err err;
    size_t at = 0;
    int got;
    while ((got = take_frame(link, &at, &err)) > 0)
        ;
    if (got < 0)
        return -1;
    if (at == link->in.len && link->in.cap > 4 * CHUNK)
        buf_clear(&link->in);
    else
        buf_drop(&link->in, at);
    return 0;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct frame_link *link = arg;
    struct buf *in = &link->in;
    (void)what;
    if (buf_reserve(in, CHUNK, NULL) != 0) {
        lose(link);
        return;
    }
    ssize_t n = recv(fd, in->data + in->len, in->cap - in->len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        in->len += (size_t)n;
    if (n <= 0 || take_frames(link) != 0)
        lose(link);
}

static void
note_load(struct frame_link *link)
{
    size_t left = link->out.len - link->sent;
    bool now = link->congested ? left > OUT_LOW : left > OUT_HIGH;
    if (now == link->congested || link->events.congested == NULL)
        return;
    link->congested = now;
    /* Not read from either: each job it sends would make an answer. */
    if (now)
        (void)event_del(link->readable);
    else
        (void)event_add(link->readable, NULL);
    link->events.congested(link->events.arg, now);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct frame_link *link = arg;
    struct buf *out = &link->out;
    (void)what;
    ssize_t n = send(fd, out->data + link->sent, out->len - link->sent,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        lose(link);
        return;
    }
    link->sent += (size_t)n;
    if (link->sent == out->len) {
        link->sent = 0;
        buf_clear(out);
        event_del(link->writable);
    }
    note_load(link);
}

/* Straight to the socket while nothing waits before it.  Returns the bytes
 * that were taken. */
static size_t
send_now(struct frame_link *link, const struct iovec *parts, int n)
{
    struct msghdr msg = {.msg_iov = (struct iovec *)(uintptr_t)parts,
                         .msg_iovlen = (size_t)n};
    if (link->out.len > 0)
        return 0;
    ssize_t sent = sendmsg(link->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent > 0 ? (size_t)sent : 0;
}

void
frame_link_send(struct frame_link *link, enum frame_type type, uint16_t id,
                struct span head, struct span data)
{
    uint8_t header[FRAME_HEADER];
    frame_write_header(header, &(struct frame_header){
                                   type, id, (uint32_t)(head.len + data.len)});
    const struct iovec parts[] = {
        {header, sizeof header},
        {(void *)(uintptr_t)head.data, head.len},
        {(void *)(uintptr_t)data.data, data.len},
    };
    size_t taken = send_now(link, parts, 3);
    for (int i = 0; i < 3; i++) {
        const uint8_t *bytes = parts[i].iov_base;
        size_t skip = taken < parts[i].iov_len ? taken : parts[i].iov_len;
        taken -= skip;
        if (buf_add(&link->out, bytes + skip, parts[i].iov_len - skip, NULL) !=
            0) {
            lose(link); /* half a frame would be worse */
            return;
        }
    }
    if (link->out.len > link->sent)
        (void)event_add(link->writable, NULL);
    note_load(link);
}

int
frame_link_init(struct frame_link *link, struct event_base *base, int fd,
                enum frame_from from, const struct frame_link_events *events,
                struct err *err)
{
    *link = (struct frame_link){.fd = fd, .from = from, .events = *events};
    link->readable =
        event_new(base, fd, EV_READ | EV_PERSIST, on_readable, link);
    link->writable =
        event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, link);
    if (link->readable == NULL || link->writable == NULL ||
        event_add(link->readable, NULL) != 0)
        return err_set(err, ERR_MEMORY, 0, "watch a socket");
    return 0;
}

void
frame_link_clear(struct frame_link *link)
{
    struct event **const events[] = {&link->readable, &link->writable};
    for (int i = 0; i < 2; i++)
        if (*events[i] != NULL)
            event_free(*events[i]);
    if (link->fd >= 0)
        close(link->fd);
    buf_clear(&link->in);
    buf_clear(&link->out);
    *link = (struct frame_link){.fd = -1};
}
