/* Kind "stream": connections of guests to one server, relayed byte by byte.
 *
 * A guest's socket is a number here.  Where it goes, and with which account,
 * the policy says; a guest learns neither (login.h).  What goes over it is
 * between the guest and the server: whatever the account may do there, the
 * guest may. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>

#include "host/cleanup.h"
#include "host/gateway/kinds.h"
#include "host/gateway/stream_link.h"
#include "host/gateway/stream_wire.h"

enum {
    SOCKETS_MAX = 32, /* of one job */
    LINGERING_MAX =
        256, /* that were closed with bytes to send; of a gateway */
    LINGER_SECONDS = 10,
    REPLY_MS = 2,  /* a server on the same network has answered by then */
    MARGIN_MS = 20 /* an answer of ours comes before the core's */
};

struct socket {
    uint32_t number; /* never given twice in a job */
    struct stream_link link;
    struct stream_client *owner; /* NULL: it lingers */
    struct stream *stream;
    struct event *linger; /* of one that lingers */
};

struct stream {
    struct stream_target target;
    struct event_base *base;
    struct socket *lingering[LINGERING_MAX];
    uint8_t
        room[1 + 4 + STREAM_RECV_MAX]; /* for the answer that is made now */
};

struct stream_client {
    struct client *client;
    struct stream *stream;
    struct socket *sockets[SOCKETS_MAX];
    uint32_t last; /* number */
    /* What it waits for; operation is STREAM_OPERATIONS when it does not. */
    struct stream_request request;
    struct socket *waits;
    struct buf unsent; /* of a SEND */
    bool sent;         /* all of an ASK, which waits for its reply */
    size_t taken;      /* how much that was */
    struct event *timer;
};

/* --- answers ------------------------------------------------------------- */

static void
end_call(struct stream_client *s)
{
    s->request.operation = STREAM_OPERATIONS;
    s->waits = NULL;
    s->sent = false;
    (void)event_del(s->timer);
}

/* Good, with the len bytes that are behind the first one of the room. */
static void
answer(struct stream_client *s, size_t len)
{
    end_call(s);
    s->stream->room[0] = 0;
    client_answer(s->client, ANSWER_VALUE, s->stream->room, 1 + len);
}

static void
put_u32(uint8_t *out, size_t n)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(n >> (8 * i));
}

static void
answer_number(struct stream_client *s, size_t n)
{
    put_u32(s->stream->room + 1, n);
    answer(s, 4);
}

static void
answer_error(struct stream_client *s, int error, const char *text)
{
    uint8_t out[256] = {1};
    size_t len = strnlen(text, sizeof out - 5);
    put_u32(out + 1, (size_t)error);
    memcpy(out + 5, text, len);
    end_call(s);
    client_answer(s->client, ANSWER_VALUE, out, 5 + len);
}

static void
answer_errno(struct stream_client *s, int error)
{
    answer_error(s, error, strerror(error));
}

/* --- sockets ------------------------------------------------------------- */

static struct socket *
find(const struct stream_client *s, uint32_t number)
{
    for (size_t i = 0; i < SOCKETS_MAX; i++)
        if (s->sockets[i] != NULL && s->sockets[i]->number == number)
            return s->sockets[i];
    return NULL;
}

static void
free_socket(struct socket *socket)
{
    link_free(&socket->link);
    if (socket->linger != NULL)
        event_free(socket->linger);
    free(socket);
}

static void
end_linger(struct socket *socket)
{
    struct stream *stream = socket->stream;
    for (size_t i = 0; i < LINGERING_MAX; i++)
        if (stream->lingering[i] == socket)
            stream->lingering[i] = NULL;
    free_socket(socket);
}

static void
on_linger(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    end_linger(arg);
}

/* What was sent before close(2) still goes out: so here, for a while. */
static bool
linger(struct socket *socket)
{
    const struct timeval t = {LINGER_SECONDS, 0};
    struct stream *stream = socket->stream;
    size_t i = 0;
    while (i < LINGERING_MAX && stream->lingering[i] != NULL)
        i++;
    if (i == LINGERING_MAX || !link_is_sending(&socket->link))
        return false;
    socket->linger = evtimer_new(stream->base, on_linger, socket);
    if (socket->linger == NULL || evtimer_add(socket->linger, &t) != 0)
        return false;
    link_shutdown(&socket->link, SHUT_RDWR);
    stream->lingering[i] = socket;
    socket->owner = NULL;
    return true;
}

static void
close_socket(struct stream_client *s, struct socket *socket)
{
    for (size_t i = 0; i < SOCKETS_MAX; i++)
        if (s->sockets[i] == socket)
            s->sockets[i] = NULL;
    if (!linger(socket))
        free_socket(socket);
}

/* --- operations ---------------------------------------------------------- */

/* Each of these answers if it can, now. */

static void
go_on_connect(struct stream_client *s, struct socket *socket)
{
    struct stream_link *link = &socket->link;
    if (link->error.code != ERR_NONE) {
        const struct err err = link->error;
        close_socket(s, socket);
        answer_error(s, err.sys_errno, err.msg);
    } else if (link_is_ready(link)) {
        answer_number(s, socket->number);
    }
}

/* With what has come of the reply; an error is the next operation's. */
static void
answer_sent(struct stream_client *s, struct socket *socket)
{
    uint8_t *room = s->stream->room + 1;
    put_u32(room, s->taken);
    answer(s, 4 + link_take(&socket->link, room + 4, STREAM_RECV_MAX));
}

static void
go_on_reply(struct stream_client *s, struct socket *socket)
{
    const struct stream_link *link = &socket->link;
    if (link_has(link) > 0 || link->ended || link->error.code != ERR_NONE)
        answer_sent(s, socket);
}

static void
begin_reply(struct stream_client *s, struct socket *socket)
{
    const struct timeval t = {0, REPLY_MS * 1000};
    s->sent = true;
    if (evtimer_add(s->timer, &t) != 0)
        answer_sent(s, socket);
    else
        go_on_reply(s, socket);
}

static void
go_on_send(struct stream_client *s, struct socket *socket)
{
    struct stream_link *link = &socket->link;
    size_t room = link_room(link), len = s->unsent.len;
    struct err err = link->error;
    if (s->sent) {
        go_on_reply(s, socket);
        return;
    }
    if (room == 0 && err.code == ERR_NONE)
        return;
    bool whole = len <= room;
    s->taken = whole ? len : room;
    if (err.code != ERR_NONE ||
        link_send(link, s->unsent.data, s->taken, &err) != 0)
        answer_error(s, err.sys_errno, err.msg);
    else if (s->request.operation == STREAM_ASK && whole)
        begin_reply(s, socket);
    else
        answer_number(s, s->taken);
    buf_clear(&s->unsent);
}

static void
go_on_recv(struct stream_client *s, struct socket *socket)
{
    struct stream_link *link = &socket->link;
    size_t n = link_take(link, s->stream->room + 1, s->request.most);
    if (n > 0 || (link->ended && link->error.code == ERR_NONE))
        answer(s, n);
    else if (link->error.code != ERR_NONE)
        answer_error(s, link->error.sys_errno, link->error.msg);
}

static void
go_on(struct stream_client *s)
{
    switch (s->request.operation) {
    case STREAM_CONNECT:
        go_on_connect(s, s->waits);
        break;
    case STREAM_SEND:
    case STREAM_ASK:
        go_on_send(s, s->waits);
        break;
    case STREAM_RECV:
        go_on_recv(s, s->waits);
        break;
    case STREAM_SHUTDOWN:
    case STREAM_CLOSE:
    case STREAM_OPERATIONS:
        break;
    }
}

static void
on_changed(void *arg, struct stream_link *link)
{
    struct socket *socket = arg;
    (void)link;
    if (socket->owner == NULL) {
        if (!link_is_sending(&socket->link))
            end_linger(socket);
    } else if (socket->owner->waits == socket) {
        go_on(socket->owner);
    }
}

/* A connect that waited in vain is over; all else can be asked again. */
static void
give_up(struct stream_client *s)
{
    if (s->request.operation == STREAM_CONNECT)
        close_socket(s, s->waits);
    end_call(s);
    buf_clear(&s->unsent);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct stream_client *s = arg;
    (void)fd;
    (void)what;
    bool bounded = s->request.ms != STREAM_FOREVER;
    if (s->sent) {
        answer_sent(s, s->waits);
        return;
    }
    give_up(s);
    if (bounded)
        answer_errno(s, EAGAIN);
    else
        answer_error(s, ETIMEDOUT, "the gateway's time for a call is over");
}

/* The time that it asks for, but not more than there is for a call. */
static uint64_t
wait_ms(const struct stream_client *s)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    uint64_t now = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    uint64_t until = s->client->deadline_ns / 1000000;
    uint64_t left = until > now + MARGIN_MS ? until - now - MARGIN_MS : 1;
    return s->request.ms < left ? s->request.ms : left;
}

static void
wait_for(struct stream_client *s, struct socket *socket)
{
    s->waits = socket;
    go_on(s);
    if (s->request.operation == STREAM_OPERATIONS || s->sent)
        return;
    uint64_t ms = wait_ms(s);
    const struct timeval t = {(time_t)(ms / 1000),
                              (suseconds_t)(ms % 1000 * 1000)};
    if (ms == 0) {
        give_up(s);
        answer_errno(s, EAGAIN);
    } else if (evtimer_add(s->timer, &t) != 0) {
        give_up(s);
        answer_errno(s, ENOMEM);
    }
}

static void
begin_connect(struct stream_client *s)
{
    struct err err;
    size_t i = 0;
    while (i < SOCKETS_MAX && s->sockets[i] != NULL)
        i++;
    if (i == SOCKETS_MAX) {
        answer_error(s, EMFILE, "a guest has at most 32 sockets at a time");
        return;
    }
    struct socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL) {
        answer_errno(s, ENOMEM);
        return;
    }
    *socket = (struct socket){.number = ++s->last,
                              .link = {.changed = on_changed, .arg = socket},
                              .owner = s,
                              .stream = s->stream};
    if (link_open(&socket->link, &s->stream->target, s->stream->base, &err) !=
        0) {
        free(socket);
        answer_error(s, err.sys_errno, err.msg);
        return;
    }
    s->sockets[i] = socket;
    wait_for(s, socket);
}

static void
begin(struct stream_client *s, struct socket *socket)
{
    size_t len = s->request.data.len;
    switch (s->request.operation) {
    case STREAM_SEND:
    case STREAM_ASK: /* no more than could be taken */
        if (buf_add(&s->unsent, s->request.data.data,
                    len < LINK_BUFFER ? len : LINK_BUFFER, NULL) != 0)
            answer_errno(s, ENOMEM);
        else
            wait_for(s, socket);
        break;
    case STREAM_RECV:
        wait_for(s, socket);
        break;
    case STREAM_SHUTDOWN:
        link_shutdown(&socket->link, s->request.how);
        answer(s, 0);
        break;
    case STREAM_CLOSE:
        close_socket(s, socket);
        answer(s, 0);
        break;
    case STREAM_CONNECT:
    case STREAM_OPERATIONS:
        break;
    }
}

static void
call(struct client *client, struct span data)
{
    struct stream_client *s = client->state;
    struct err err;
    if (stream_request_parse(data, &s->request, &err) != 0) {
        s->request.operation = STREAM_OPERATIONS;
        client_fail(client, "no operation of a socket: %s", err.msg);
        return;
    }
    if (s->request.operation == STREAM_CONNECT) {
        begin_connect(s);
        return;
    }
    struct socket *socket = find(s, s->request.socket);
    if (socket == NULL)
        answer_errno(s, EBADF);
    else
        begin(s, socket);
}

static void
cancel(struct client *client)
{
    struct stream_client *s = client->state;
    if (s->request.operation != STREAM_OPERATIONS)
        give_up(s);
}

/* --- clients and the gateway --------------------------------------------- */

static int
join(struct client *client, struct err *err)
{
    struct stream *stream = client->gateway->state;
    struct stream_client *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    *s = (struct stream_client){.client = client,
                                .stream = stream,
                                .request.operation = STREAM_OPERATIONS};
    s->timer = evtimer_new(stream->base, on_timer, s);
    if (s->timer == NULL) {
        free(s);
        return err_set(err, ERR_MEMORY, 0, "set a timer");
    }
    client->state = s;
    return 0;
}

static void
leave(struct client *client)
{
    struct stream_client *s = client->state;
    for (size_t i = 0; i < SOCKETS_MAX; i++)
        if (s->sockets[i] != NULL)
            close_socket(s, s->sockets[i]);
    event_free(s->timer);
    buf_clear(&s->unsent);
    free(s);
}

static int
set_path(struct stream_target *target, struct err *err)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&target->addresses[0].at;
    if (strlen(target->uri.host) >= sizeof un->sun_path)
        return err_set(err, ERR_POLICY, 0, "uri: a path that is too long");
    un->sun_family = AF_UNIX;
    strcpy(un->sun_path, target->uri.host);
    target->addresses[0].len = sizeof *un;
    target->naddresses = 1;
    return 0;
}

/* Once: an answer of DNS that changes later moves nothing. */
static int
resolve(struct stream_target *target, struct err *err)
{
    char port[8];
    const struct addrinfo want = {.ai_socktype = SOCK_STREAM,
                                  .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (target->uri.local)
        return set_path(target, err);
    snprintf(port, sizeof port, "%u", target->uri.port);
    int failed = getaddrinfo(target->uri.host, port, &want, &found);
    if (failed != 0)
        return err_set(err, ERR_POLICY, 0, "uri: %.100s: %s", target->uri.host,
                       gai_strerror(failed));
    for (const struct addrinfo *a = found;
         a != NULL && target->naddresses < STREAM_ADDRESSES; a = a->ai_next) {
        struct stream_address *to = &target->addresses[target->naddresses++];
        memcpy(&to->at, a->ai_addr, a->ai_addrlen);
        to->len = a->ai_addrlen;
    }
    freeaddrinfo(found);
    return 0;
}

/* Keys of the policy stand over what the URI has. */
static int
read_account(struct stream_uri *uri, const json_t *keys, struct err *err)
{
    char *password;
    if (key_secret(keys, "password", &password, err) != 0)
        return -1;
    const struct {
        const char *name, *value;
        char *to;
    } rows[] = {{"user", key_text(keys, "user"), uri->user},
                {"database", key_text(keys, "database"), uri->database},
                {"password", password, uri->password}};
    bool logs_in =
        uri->protocol == STREAM_REDIS || uri->protocol == STREAM_MYSQL;
    int done = 0;
    for (size_t i = 0; done == 0 && i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].value == NULL)
            continue;
        if (!logs_in)
            done = err_set(err, ERR_POLICY, 0,
                           "a %s, but the protocol of uri has no login",
                           rows[i].name);
        else if (strlen(rows[i].value) > STREAM_WORD_MAX)
            done = err_set(err, ERR_POLICY, 0, "a %s over %d bytes",
                           rows[i].name, STREAM_WORD_MAX);
        else
            strcpy(rows[i].to, rows[i].value);
    }
    secret_clear(&password);
    return done;
}

static void
close_stream(struct gateway *gateway)
{
    struct stream *stream = gateway->state;
    for (size_t i = 0; i < LINGERING_MAX; i++)
        if (stream->lingering[i] != NULL)
            free_socket(stream->lingering[i]);
    explicit_bzero(stream, sizeof *stream);
    free(stream);
}

static int
open_stream(struct gateway *gateway, const json_t *keys, struct err *err)
{
    const char *uri = key_text(keys, "uri");
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    gateway->state = stream;
    stream->base = gateway->base;
    if (stream_uri_parse(uri ? uri : "", &stream->target.uri, err) == 0 &&
        read_account(&stream->target.uri, keys, err) == 0 &&
        resolve(&stream->target, err) == 0)
        return 0;
    close_stream(gateway);
    return -1;
}

const struct gateway_kind gateway_stream = {.name = "stream",
                                            .open = open_stream,
                                            .close = close_stream,
                                            .join = join,
                                            .call = call,
                                            .cancel = cancel,
                                            .leave = leave};
