/* HTTP: a listening address, its connections and what comes over them. */
#ifndef IMMURE_HTTP_H
#define IMMURE_HTTP_H

#include <event2/event.h>
#include <microhttpd.h>

#include "host/service/exchange.h"

struct hosting;

struct http_settings {
    const char *address;  /* HOST:PORT, [HOST]:PORT or unix:PATH */
    unsigned connections; /* at once */
    bool forwarded;       /* a proxy in front is believed */
};

/* A client's connection. */
struct peer {
    struct MHD_Connection *connection;
    struct http *http;
    int fd;                    /* borrowed from MHD */
    uint64_t deadline_ms;      /* until the next request's head; 0: none */
    struct exchange *exchange; /* the one under way, or NULL */
    char name[48];             /* its address */
    char port[8];
    TAILQ_ENTRY(peer) entry;
};

struct http {
    struct hosting *hosting;
    struct http_settings settings;
    struct MHD_Daemon *daemon;
    struct event *event;
    char name[256], port[8]; /* SERVER_NAME and SERVER_PORT */
    char *unix_path;         /* to remove at the end, or NULL */
    bool wants_turn, closing;
    unsigned npeers, nexchanges;
    TAILQ_HEAD(, peer) peers;
};

/* Listen.  Messages name the address. */
int http_open(struct http *http, struct hosting *hosting,
              const struct http_settings *settings, struct err *err);

/* Take no more connections, and end each with its response. */
void http_quiesce(struct http *http);
void http_close(struct http *http);

/* Let MHD do what it has to: at most once for each turn of the loop. */
void http_turn(struct http *http);
void http_wants_turn(struct http *http);
bool http_is_closing(const struct http *http);

/* Once a second: end connections that are too slow. */
void http_tick(struct http *http);

/* End a connection without (the rest of) an answer. */
void http_cut(struct exchange *x);

/* Whether its response has no body: HEAD, 204, 304. */
bool http_is_bare(const struct exchange *x);

/* What is wrong with the head of a request: a status, or 0, with its host and
 * path found. */
unsigned head_check(struct exchange *x);

/* The environ of PEP 3333, as immure.wsgi reads it, and what there is of the
 * body. */
int head_environ(struct exchange *x, struct buf *out, struct err *err);

/* The head of a response, from a guest. */
int head_take(struct exchange *x, const void *head, size_t len,
              struct err *err);

#endif
