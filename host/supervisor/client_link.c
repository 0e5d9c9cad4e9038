#include "host/supervisor/client_link.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "host/fd.h"

enum {
    CHUNK = 64 << 10,
    OUT_HIGH = 1 << 20, /* bytes kept for a slow client: congested */
    OUT_LOW = 256 << 10,
};

static void
lose(struct client_link *client)
{
    client->events.gone(client->events.arg);
}

static int
take_frames(struct client_link *client)
{
    struct err err;
    size_t at = 0;
    for (;;) {
        struct frame_header h;
        const uint8_t *payload;
        int got =
            frame_next(&client->in, at, FRAME_FROM_CLIENT, &h, &payload, &err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        if (client->events.frame(client->events.arg, &h, payload, &err) != 0)
            return -1;
        at += FRAME_HEADER + h.len;
    }
    if (at == client->in.len && client->in.cap > 4 * CHUNK)
        buf_clear(&client->in);
    else
        buf_drop(&client->in, at);
    return 0;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct client_link *client = arg;
    struct buf *in = &client->in;
    (void)what;
    if (buf_reserve(in, CHUNK, NULL) != 0) {
        lose(client);
        return;
    }
    ssize_t n = recv(fd, in->data + in->len, in->cap - in->len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        in->len += (size_t)n;
    if (n <= 0 || take_frames(client) != 0)
        lose(client);
}

static void
note_load(struct client_link *client)
{
    size_t left = client->out.len - client->sent;
    bool now = client->congested ? left > OUT_LOW : left > OUT_HIGH;
    if (now == client->congested)
        return;
    client->congested = now;
    /* Not read from either: each job it sends would make an answer. */
    if (now)
        (void)event_del(client->readable);
    else
        (void)event_add(client->readable, NULL);
    client->events.congested(client->events.arg, now);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct client_link *client = arg;
    struct buf *out = &client->out;
    (void)what;
    ssize_t n = send(fd, out->data + client->sent, out->len - client->sent,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        lose(client);
        return;
    }
    client->sent += (size_t)n;
    if (client->sent == out->len) {
        client->sent = 0;
        buf_clear(out);
        event_del(client->writable);
    }
    note_load(client);
}

/* Straight to the socket while nothing waits before it.  Returns the bytes
 * that were taken. */
static size_t
send_now(struct client_link *client, const struct iovec *parts, int n)
{
    struct msghdr msg = {.msg_iov = (struct iovec *)(uintptr_t)parts,
                         .msg_iovlen = (size_t)n};
    if (client->out.len > 0)
        return 0;
    ssize_t sent = sendmsg(client->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent > 0 ? (size_t)sent : 0;
}

void
client_link_send(struct client_link *client, enum frame_type type, uint16_t id,
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
    size_t taken = send_now(client, parts, 3);
    for (int i = 0; i < 3; i++) {
        const uint8_t *bytes = parts[i].iov_base;
        size_t skip = taken < parts[i].iov_len ? taken : parts[i].iov_len;
        taken -= skip;
        if (buf_add(&client->out, bytes + skip, parts[i].iov_len - skip,
                    NULL) != 0) {
            lose(client); /* half a frame would be worse */
            return;
        }
    }
    if (client->out.len > client->sent)
        (void)event_add(client->writable, NULL);
    note_load(client);
}

int
client_link_init(struct client_link *client, struct event_base *base,
                 const struct client_events *events, struct err *err)
{
    *client = (struct client_link){.fd = CLIENT_FD, .events = *events};
    client->readable =
        event_new(base, CLIENT_FD, EV_READ | EV_PERSIST, on_readable, client);
    client->writable =
        event_new(base, CLIENT_FD, EV_WRITE | EV_PERSIST, on_writable, client);
    if (client->readable == NULL || client->writable == NULL ||
        event_add(client->readable, NULL) != 0)
        return err_set(err, ERR_MEMORY, 0, "watch the client");
    return 0;
}

void
client_link_clear(struct client_link *client)
{
    struct event **const events[] = {&client->readable, &client->writable};
    for (int i = 0; i < 2; i++)
        if (*events[i] != NULL)
            event_free(*events[i]);
    if (client->fd >= 0)
        close(client->fd);
    buf_clear(&client->in);
    buf_clear(&client->out);
    *client = (struct client_link){.fd = -1};
}
