/* Logging in on a stream, in the guest's place.
 *
 * Until it is done, all bytes go through login_step(): it speaks to the server
 * with the gateway's account, and to the guest's client library as a server
 * would that lets everybody in.  Then the stream is the guest's.
 *
 * What both sides send is untrusted: parsed strictly, and bounded. */
#ifndef IMMURE_LOGIN_H
#define IMMURE_LOGIN_H

#include <event2/buffer.h>

#include "host/gateway/stream_uri.h"

enum login_state {
    LOGIN_BEGINS, /* connect() waits */
    LOGIN_READY,  /* the client may speak; not all of it is relayed yet */
    LOGIN_DONE,
};

/* The two directions; all four are the stream's. */
struct login_pipes {
    struct evbuffer *from_server, *to_server;
    struct evbuffer *from_client, *to_client;
};

struct login;

struct login_kind {
    /* Something has arrived, or the connection has just been made.  -1: it is
     * over, with a text for the guest in which neither an address nor the
     * account is, nor a text of the server's. */
    int (*step)(struct login *login, const struct login_pipes *pipes,
                struct err *err);
    size_t size; /* of what begins with a struct login */
};

struct login {
    const struct login_kind *kind;
    const struct stream_uri *account; /* the gateway's; outlives this */
    enum login_state state;
};

extern const struct login_kind login_redis, login_mysql;

/* The login that this account needs, or *out = NULL when there is none: then
 * the stream is the guest's from the start. */
int login_new(const struct stream_uri *account, struct login **out,
              struct err *err);
int login_step(struct login *login, const struct login_pipes *pipes,
               struct err *err);
void login_free(struct login *login);

/* More than that is no login. */
enum { LOGIN_BYTES_MAX = 64 << 10 };

#endif
