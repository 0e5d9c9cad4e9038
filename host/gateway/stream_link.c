#include "host/gateway/stream_link.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "host/cleanup.h"

static void
fail(struct stream_link *link, const struct err *err)
{
    if (link->error.code == ERR_NONE)
        link->error = *err;
    if (link->error.sys_errno == 0)
        link->error.sys_errno = EIO;
    link->ended = true;
}

static void
fail_with(struct stream_link *link, int error, const char *what)
{
    struct err err;
    err_set(&err, ERR_GONE, error, "%s", what);
    fail(link, &err);
}

/* Bytes go between the guest and the server; through the login while there is
 * one. */
static void
pump(struct stream_link *link)
{
    struct evbuffer *in = bufferevent_get_input(link->bev);
    struct evbuffer *out = bufferevent_get_output(link->bev);
    const struct login_pipes pipes = {in, out, link->from_client,
                                      link->to_client};
    struct err err;
    if (link->login == NULL || !link->connected || link->error.code)
        return;
    if (login_step(link->login, &pipes, &err) != 0) {
        fail(link, &err);
        return;
    }
    if (link->login->state != LOGIN_DONE)
        return;
    login_free(link->login);
    link->login = NULL;
    evbuffer_add_buffer(out, link->from_client);
}

static void
on_read(struct bufferevent *bev, void *arg)
{
    struct stream_link *link = arg;
    (void)bev;
    pump(link);
    link->changed(link->arg, link);
}

static void
on_written(struct bufferevent *bev, void *arg)
{
    struct stream_link *link = arg;
    if (link->shut && evbuffer_get_length(bufferevent_get_output(bev)) == 0)
        (void)shutdown(bufferevent_getfd(bev), SHUT_WR);
    link->changed(link->arg, link);
}

static void on_event(struct bufferevent *bev, short what, void *arg);

/* The kernel's own buffer would grow to megabytes for a guest that takes
 * nothing; and begin so small that a large answer waits for acknowledgements,
 * 40 ms at a time, while the guest takes it piece by piece. */
static int
new_socket(int family, struct err *err)
{
    const int on = 1, bytes = LINK_KERNEL;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_set(err, ERR_GONE, errno, "connect");
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static int
connect_next(struct stream_link *link, struct err *err)
{
    const struct stream_address *a = &link->target->addresses[link->tried++];
    if (link->bev != NULL)
        bufferevent_free(link->bev);
    link->bev = NULL;
    OWNED_FD fd = new_socket(a->at.ss_family, err);
    if (fd < 0)
        return -1;
    link->bev = bufferevent_socket_new(link->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (link->bev == NULL)
        return err_set(err, ERR_MEMORY, ENOMEM, "make a connection");
    (void)take_fd(&fd);
    bufferevent_setwatermark(link->bev, EV_READ, 0, LINK_BUFFER);
    bufferevent_setwatermark(link->bev, EV_WRITE, LINK_BUFFER / 2, 0);
    /* What fails at once is told by this alone. */
    if (bufferevent_socket_connect(link->bev, (const struct sockaddr *)&a->at,
                                   (int)a->len) != 0)
        return err_set(err, ERR_GONE, errno ? errno : ECONNREFUSED, "connect");
    bufferevent_setcb(link->bev, on_read, on_written, on_event, link);
    return 0;
}

static void
on_connected(struct stream_link *link)
{
    link->connected = true;
    bufferevent_enable(link->bev, EV_READ | EV_WRITE);
    pump(link);
}

/* The text of the error is the kernel's, and names no address. */
static void
on_refused(struct stream_link *link, int error)
{
    struct err err;
    if (link->tried < link->target->naddresses &&
        connect_next(link, &err) == 0)
        return;
    fail_with(link, error ? error : ECONNREFUSED, "connect");
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
    struct stream_link *link = arg;
    int error = EVUTIL_SOCKET_ERROR();
    (void)bev;
    if (what & BEV_EVENT_CONNECTED)
        on_connected(link);
    else if (!link->connected)
        on_refused(link, error);
    else if (what & BEV_EVENT_EOF)
        link->ended = true;
    else if (what & BEV_EVENT_ERROR)
        fail_with(link, error ? error : ECONNRESET, "the connection");
    if (link->ended && link->login != NULL && link->error.code == ERR_NONE)
        fail_with(link, ECONNRESET, "the server ends the login");
    link->changed(link->arg, link);
}

int
link_open(struct stream_link *link, const struct stream_target *target,
          struct event_base *base, struct err *err)
{
    link->target = target;
    link->base = base;
    link->to_client = evbuffer_new();
    link->from_client = evbuffer_new();
    if (link->to_client == NULL || link->from_client == NULL ||
        login_new(&target->uri, &link->login, err) != 0) {
        link_free(link);
        return err_set(err, ERR_MEMORY, ENOMEM, "make a connection");
    }
    do {
        if (connect_next(link, err) == 0)
            return 0;
    } while (link->tried < target->naddresses);
    link_free(link);
    return -1;
}

void
link_free(struct stream_link *link)
{
    if (link->bev != NULL)
        bufferevent_free(link->bev);
    if (link->to_client != NULL)
        evbuffer_free(link->to_client);
    if (link->from_client != NULL)
        evbuffer_free(link->from_client);
    login_free(link->login);
    link->bev = NULL;
    link->to_client = link->from_client = NULL;
    link->login = NULL;
}

bool
link_is_ready(const struct stream_link *link)
{
    return link->connected &&
           (link->login == NULL || link->login->state != LOGIN_BEGINS);
}

size_t
link_room(const struct stream_link *link)
{
    size_t held = evbuffer_get_length(bufferevent_get_output(link->bev)) +
                  evbuffer_get_length(link->from_client);
    return held < LINK_BUFFER ? LINK_BUFFER - held : 0;
}

int
link_send(struct stream_link *link, const void *data, size_t len,
          struct err *err)
{
    struct evbuffer *out = bufferevent_get_output(link->bev);
    const uint8_t *at = data;
    if (link->error.code)
        return err_set(err, ERR_GONE, EPIPE, "send");
    if (link->login == NULL && evbuffer_get_length(out) == 0) {
        /* At once, without a turn of the loop. */
        ssize_t n = send(bufferevent_getfd(link->bev), at, len,
                         MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return err_set(err, ERR_GONE, errno, "send");
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    if (len > 0 &&
        evbuffer_add(link->login ? link->from_client : out, at, len) != 0)
        return err_set(err, ERR_MEMORY, ENOMEM, "send");
    pump(link);
    return 0;
}

size_t
link_has(const struct stream_link *link)
{
    size_t has = evbuffer_get_length(link->to_client);
    if (link->login == NULL)
        has += evbuffer_get_length(bufferevent_get_input(link->bev));
    return has;
}

size_t
link_take(struct stream_link *link, void *out, size_t most)
{
    struct evbuffer *const from[] = {link->to_client,
                                     bufferevent_get_input(link->bev)};
    size_t got = 0;
    for (int i = 0; i < (link->login == NULL ? 2 : 1) && got < most; i++) {
        int n = evbuffer_remove(from[i], (uint8_t *)out + got, most - got);
        got += n > 0 ? (size_t)n : 0;
    }
    if (got < most && link->login == NULL && !link->ended) {
        /* libevent reads 4 KB a turn.  An end or an error it sees itself. */
        ssize_t n = recv(bufferevent_getfd(link->bev), (uint8_t *)out + got,
                         most - got, MSG_DONTWAIT);
        got += n > 0 ? (size_t)n : 0;
    }
    return got;
}

void
link_shutdown(struct stream_link *link, int how)
{
    int fd = bufferevent_getfd(link->bev);
    if (how != SHUT_WR) {
        bufferevent_disable(link->bev, EV_READ);
        (void)shutdown(fd, SHUT_RD);
        link->ended = true;
    }
    if (how != SHUT_RD) {
        link->shut = true;
        if (!link_is_sending(link))
            (void)shutdown(fd, SHUT_WR);
    }
}

bool
link_is_sending(const struct stream_link *link)
{
    return link->bev != NULL && link->connected && !link->error.code &&
           evbuffer_get_length(bufferevent_get_output(link->bev)) > 0;
}
