/* One end of a socket in an event loop: frames in, frames out, neither without
 * bound. */
#ifndef IMMURE_FRAME_LINK_H
#define IMMURE_FRAME_LINK_H

#include <event2/event.h>
#include <stdbool.h>

#include "host/wire/frame.h"

struct frame_link_events {
    /* -1 ends the connection.  It may not clear the link; gone() may. */
    int (*frame)(void *arg, const struct frame_header *header,
                 const uint8_t *payload, struct err *err);
    void (*gone)(void *arg);
    /* NULL: frame() gets all of them, whole.  Otherwise a large FILE or INPUT
     * comes here as it is read, so that nobody has to keep it twice: first
     * without a piece, then in pieces.  -1 as of frame(). */
    int (*piece)(void *arg, const struct frame_header *header,
                 struct span piece, struct err *err);
    /* The other end reads more slowly than it is written to: no output is to be
     * made for it until this comes again with false.  NULL: what is written is
     * bounded in another way, and nothing stops reading (two ends that both
     * did would wait for each other). */
    void (*congested)(void *arg, bool congested);
    void *arg;
};

struct frame_link {
    int fd; /* owned; -1 */
    enum frame_from from;
    struct event *readable, *writable;
    struct frame_link_events events;
    struct buf in, out;
    struct frame_header large; /* that comes in pieces */
    size_t left;               /* bytes of it that are still to come */
    size_t sent;               /* of out */
    bool congested;
};

/* Takes fd; frames that come have to be such as `from` may send. */
int frame_link_init(struct frame_link *link, struct event_base *base, int fd,
                    enum frame_from from,
                    const struct frame_link_events *events, struct err *err);
void frame_link_clear(struct frame_link *link);

/* Send one frame: head and data are its payload.  What the socket does not
 * take now is kept. */
void frame_link_send(struct frame_link *link, enum frame_type type,
                     uint16_t id, struct span head, struct span data);

#endif
