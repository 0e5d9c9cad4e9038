/* The supervisor's end of the program that asked for a run. */
#ifndef IMMURE_CLIENT_LINK_H
#define IMMURE_CLIENT_LINK_H

#include <event2/bufferevent.h>
#include <stdbool.h>

#include "host/wire/job.h"

enum { CLIENT_FD = 3 };

struct client_events {
    void (*policy)(void *arg, const char *json);
    void (*job)(void *arg); /* the job is complete */
    void (*gone)(void *arg);
    void (*sent)(void *arg); /* after client_link_last() */
    void *arg;
};

struct client_link {
    struct bufferevent *stream;
    struct client_events events;
    struct job_limits limits;
    bool has_limits;
    struct buf job; /* the frames that are relayed, RUN included */
    bool complete;
    bool last;
};

int client_link_init(struct client_link *client, struct event_base *base,
                     const struct client_events *events, struct err *err);
void client_link_clear(struct client_link *client);

/* Queue one frame. */
void client_link_send(struct client_link *client, enum frame_type type,
                      const void *data, size_t len);

/* Nothing follows: `sent` is told when all of it has left this process. */
void client_link_last(struct client_link *client);

#endif
