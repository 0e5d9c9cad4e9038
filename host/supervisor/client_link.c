#include "host/supervisor/client_link.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/fd.h"

static int
take_frame(struct client_link *client, const uint8_t *header,
           const struct frame_header *h, const uint8_t *payload,
           struct err *err)
{
    if (h->type == FRAME_POLICY) {
        OWNED_STR json = strndup((const char *)payload, h->len);
        if (json == NULL)
            return err_set(err, ERR_MEMORY, 0, "out of memory");
        client->events.policy(client->events.arg, json);
        return 0;
    }
    if (h->type == FRAME_LIMITS) {
        struct span span = {payload, h->len};
        client->has_limits = true;
        return job_limits_parse(span, &client->limits, err);
    }
    if (client->complete)
        return err_set(err, ERR_PROTO, 0, "a %s frame behind the job",
                       frame_name(h->type));
    if (buf_add(&client->job, header, FRAME_HEADER, err) != 0 ||
        buf_add(&client->job, payload, h->len, err) != 0)
        return -1;
    if (h->type == FRAME_RUN) {
        client->complete = true;
        client->events.job(client->events.arg);
    }
    return 0;
}

static void
on_read(struct bufferevent *stream, void *arg)
{
    struct client_link *client = arg;
    struct evbuffer *in = bufferevent_get_input(stream);
    uint8_t header[FRAME_HEADER];
    while (evbuffer_copyout(in, header, sizeof header) == sizeof header) {
        struct frame_header h;
        struct err err;
        if (frame_parse(header, FRAME_FROM_CLIENT, &h, &err) != 0) {
            client->events.gone(client->events.arg);
            return;
        }
        size_t whole = FRAME_HEADER + (size_t)h.len;
        if (evbuffer_get_length(in) < whole)
            return;
        const uint8_t *bytes = evbuffer_pullup(in, (ssize_t)whole);
        if (bytes == NULL ||
            take_frame(client, header, &h, bytes + FRAME_HEADER, &err) != 0) {
            client->events.gone(client->events.arg);
            return;
        }
        evbuffer_drain(in, whole);
    }
}

static void
on_event(struct bufferevent *stream, short what, void *arg)
{
    struct client_link *client = arg;
    (void)stream;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        client->events.gone(client->events.arg);
}

static void
on_written(struct bufferevent *stream, void *arg)
{
    struct client_link *client = arg;
    if (client->last &&
        evbuffer_get_length(bufferevent_get_output(stream)) == 0)
        client->events.sent(client->events.arg);
}

int
client_link_init(struct client_link *client, struct event_base *base,
                 const struct client_events *events, struct err *err)
{
    *client = (struct client_link){.events = *events};
    if (fd_set_nonblocking(CLIENT_FD, err) != 0)
        return -1;
    client->stream =
        bufferevent_socket_new(base, CLIENT_FD, BEV_OPT_CLOSE_ON_FREE);
    if (client->stream == NULL)
        return err_set(err, ERR_MEMORY, 0, "watch the client");
    bufferevent_setcb(client->stream, on_read, on_written, on_event, client);
    bufferevent_enable(client->stream, EV_READ | EV_WRITE);
    return 0;
}

void
client_link_clear(struct client_link *client)
{
    if (client->stream != NULL)
        bufferevent_free(client->stream);
    client->stream = NULL;
    buf_clear(&client->job);
}

/* A client that can't be told anything learns it from the closed socket. */
void
client_link_send(struct client_link *client, enum frame_type type,
                 const void *data, size_t len)
{
    OWNED_BUFFER out = {0};
    if (frame_add(&out, type, data, len, NULL) == 0)
        bufferevent_write(client->stream, out.data, out.len);
}

void
client_link_last(struct client_link *client)
{
    client->last = true;
    bufferevent_trigger(client->stream, EV_WRITE, BEV_TRIG_IGNORE_WATERMARKS);
}
