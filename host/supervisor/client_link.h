/* The supervisor's end of the program that asks for runs: frames in, frames
 * out, neither without bound. */
#ifndef IMMURE_CLIENT_LINK_H
#define IMMURE_CLIENT_LINK_H

#include <event2/event.h>
#include <stdbool.h>

#include "host/wire/frame.h"

enum { CLIENT_FD = 3 };

struct client_events {
    /* -1 ends the connection. */
    int (*frame)(void *arg, const struct frame_header *header,
                 const uint8_t *payload, struct err *err);
    void (*gone)(void *arg);
    /* The client reads more slowly than it is written to: no output is to be
     * made for it until this comes again with false. */
    void (*congested)(void *arg, bool congested);
    void *arg;
};

struct client_link {
    int fd;
    struct event *readable, *writable;
    struct client_events events;
    struct buf in, out;
    size_t sent; /* of out */
    bool congested;
};

int client_link_init(struct client_link *client, struct event_base *base,
                     const struct client_events *events, struct err *err);
void client_link_clear(struct client_link *client);

/* Send one frame: head and data are its payload.  What the socket does not
 * take now is kept. */
void client_link_send(struct client_link *client, enum frame_type type,
                      uint16_t id, struct span head, struct span data);

#endif
