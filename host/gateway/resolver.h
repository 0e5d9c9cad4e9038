/* Names to addresses, on the event loop, by DNS and /etc/hosts. */
#ifndef IMMURE_GATEWAY_RESOLVER_H
#define IMMURE_GATEWAY_RESOLVER_H

#include <event2/event.h>
#include <sys/socket.h>

#include "host/err.h"

enum { ADDRESSES_MAX = 16 };

struct addresses {
    struct sockaddr_storage rows[ADDRESSES_MAX];
    size_t count;
};

struct resolver;

/* One question at a time; zeroed before the first. */
struct question {
    struct lookup *lookup; /* NULL: none is open */
    void (*done)(struct question *question, const struct addresses *found,
                 const char *why); /* found is NULL: why says it */
};

/* server: "ADDRESS" or "ADDRESS:PORT" of the only server to ask; NULL: those
 * of /etc/resolv.conf.  Files are read now, and never again. */
struct resolver *resolver_new(struct event_base *base, const char *server,
                              struct err *err);
void resolver_free(struct resolver *resolver);

/* An address as text is its own answer.  done may be called before this
 * returns. */
void resolver_ask(struct resolver *resolver, const char *host,
                  struct question *question);

/* done will not be called any more. */
void question_cancel(struct question *question);

#endif
