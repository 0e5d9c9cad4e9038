/* One connection of a stream to its server.
 *
 * Event driven, on libevent's bufferevents; both buffers are bounded: the
 * server's bytes stay in the kernel while nobody takes them, and more of the
 * guest's are not taken while the server does not. */
#ifndef IMMURE_STREAM_LINK_H
#define IMMURE_STREAM_LINK_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netdb.h>

#include "host/gateway/login.h"

enum { LINK_BUFFER = 64 << 10, LINK_KERNEL = 208 << 10 };

struct stream_address {
    struct sockaddr_storage at;
    socklen_t len;
};

enum { STREAM_ADDRESSES = 4 };

/* Where a gateway goes; outlives its links. */
struct stream_target {
    struct stream_uri uri;
    struct stream_address addresses[STREAM_ADDRESSES];
    size_t naddresses;
};

struct stream_link {
    const struct stream_target *target;
    struct event_base *base;
    struct bufferevent *bev; /* NULL: over */
    struct login *login;     /* NULL: none, or done */
    struct evbuffer *to_client, *from_client;
    size_t tried; /* addresses */
    bool connected, ended, shut;
    struct err error; /* code ERR_NONE: none; sys_errno is the guest's */
    void (*changed)(void *arg, struct stream_link *link);
    void *arg;
};

/* Begin to connect.  Changes are told until link_free(), never from within
 * this or another call here. */
int link_open(struct stream_link *link, const struct stream_target *target,
              struct event_base *base, struct err *err);
void link_free(struct stream_link *link);

/* Whether the guest may use it: it is connected, and logged in as far as that
 * does not need the guest. */
bool link_is_ready(const struct stream_link *link);

/* How many bytes it takes now. */
size_t link_room(const struct stream_link *link);

/* Send some; len is at most that room. */
int link_send(struct stream_link *link, const void *data, size_t len,
              struct err *err);

/* Bytes of the server's that have come. */
size_t link_has(const struct stream_link *link);

/* Take up to most of them, and of those that the kernel has; how many. */
size_t link_take(struct stream_link *link, void *out, size_t most);

/* As shutdown(2); what was sent still goes out. */
void link_shutdown(struct stream_link *link, int how);

/* Whether something that was sent is still here. */
bool link_is_sending(const struct stream_link *link);

#endif
