#include "host/service/http.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/service/hosting.h"
#include "host/service/listen.h"
#include "host/service/tenant.h"

enum {
    POOL = 64 << 10,  /* of MHD, for each connection: holds both heads */
    HEAD_MS = 30000,  /* from one response to the next request's head */
    SILENCE_S = 30,   /* without a byte */
    BYTES_PER_MS = 4, /* the least of a client that a body comes from */
};

static const union MHD_ConnectionInfo *
info_of(struct MHD_Connection *connection, enum MHD_ConnectionInfoType type)
{
    return MHD_get_connection_info(connection, type);
}

static struct peer *
peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        info_of(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void
name_peer(struct peer *peer)
{
    const union MHD_ConnectionInfo *info =
        info_of(peer->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    const void *from = NULL;
    unsigned port = 0;
    if (address != NULL && address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        from = &in->sin_addr;
        port = ntohs(in->sin_port);
    } else if (address != NULL && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)address;
        from = &in->sin6_addr;
        port = ntohs(in->sin6_port);
    }
    if (from != NULL)
        (void)inet_ntop(address->sa_family, from, peer->name,
                        sizeof peer->name);
    snprintf(peer->port, sizeof peer->port, "%u", port & 0xffff);
}

static void
on_connection(void *arg, struct MHD_Connection *connection, void **context,
              enum MHD_ConnectionNotificationCode code)
{
    struct http *http = arg;
    struct peer *peer = *context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        peer = calloc(1, sizeof *peer);
        *context = peer;
        if (peer == NULL)
            return; /* each request of it is refused */
        const union MHD_ConnectionInfo *info =
            info_of(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *peer = (struct peer){.connection = connection,
                              .http = http,
                              .fd = info ? info->connect_fd : -1,
                              .deadline_ms = exchange_now_ms() + HEAD_MS};
        name_peer(peer);
        TAILQ_INSERT_TAIL(&http->peers, peer, entry);
        http->npeers++;
        return;
    }
    if (peer == NULL)
        return;
    TAILQ_REMOVE(&http->peers, peer, entry);
    http->npeers--;
    free(peer);
    *context = NULL;
}

/* Before the head is parsed: the target as it came. */
static void *
on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct http *http = arg;
    struct peer *peer = peer_of(connection);
    struct exchange *x = peer ? exchange_new(http, target) : NULL;
    if (x == NULL)
        return NULL;
    x->connection = connection;
    x->moved_ms = x->begun_ms;
    x->peer = peer;
    peer->exchange = x;
    http->nexchanges++;
    return x;
}

static void
start(struct exchange *x)
{
    x->started = true;
    x->peer->deadline_ms = 0;
    unsigned status = head_check(x);
    bool wrong = status != 0;
    if (status == 0)
        x->tenant = hosting_route(x->http->hosting, x);
    if (status == 0 && x->tenant == NULL)
        status = MHD_HTTP_NOT_FOUND;
    if (status == 0 && x->body_bytes > tenant_limits(x->tenant)->body)
        status = MHD_HTTP_CONTENT_TOO_LARGE;
    x->body_bytes = 0; /* until now: what the head says */
    if (status == 0)
        return;
    x->tenant = NULL;
    x->state = EXCHANGE_OVER;
    /* Where a head is refused, nobody knows what follows it: neither that nor
     * a body that is not wanted is read, and the connection ends. */
    x->closes = wrong || x->has_body;
    x->body_whole = x->closes;
    exchange_refuse(x, status, 0);
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *connection, const char *url,
           const char *method, const char *version, const char *data,
           size_t *len, void **context)
{
    struct exchange *x = *context;
    (void)arg, (void)connection, (void)url;
    if (x == NULL || x->is_cut)
        return MHD_NO;
    if (!x->started) {
        snprintf(x->method, sizeof x->method, "%s", method);
        snprintf(x->version, sizeof x->version, "%s", version);
        x->is_head = strcmp(method, "HEAD") == 0;
        start(x);
    } else if (*len > 0) {
        *len -= exchange_add_body(x, data, *len);
    } else {
        exchange_is_whole(x);
    }
    return MHD_YES;
}

static const char *
header_of(const struct exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

static void
log_access(const struct exchange *x)
{
    if (x->method[0] == '\0')
        return;
    const struct log_line line = {.client =
                                      x->client[0] ? x->client : x->peer->name,
                                  .method = x->method,
                                  .target = x->target,
                                  .version = x->version,
                                  .referer = header_of(x, "Referer"),
                                  .agent = header_of(x, "User-Agent"),
                                  .status = x->queued ? x->status : 499,
                                  .bytes = http_is_bare(x) ? 0 : x->sent};
    logs_access(&x->http->hosting->logs, &line);
}

static void
on_completed(void *arg, struct MHD_Connection *connection, void **context,
             enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *context;
    (void)connection, (void)code;
    struct http *http = arg;
    if (x == NULL)
        return;
    *context = NULL;
    log_access(x);
    http->nexchanges--;
    x->peer->exchange = NULL;
    x->peer->deadline_ms = exchange_now_ms() + HEAD_MS;
    x->connection = NULL;
    x->peer = NULL;
    tenant_lost_client(x);
    exchange_release(x);
}

static void
on_log(void *arg, const char *fmt, va_list args)
{
    (void)arg, (void)fmt, (void)args; /* of clients that break rules */
}

static size_t
keep_escapes(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg, (void)connection;
    return strlen(text);
}

void
http_turn(struct http *http)
{
    MHD_UNSIGNED_LONG_LONG ms;
    http->wants_turn = false;
    (void)MHD_run(http->daemon);
    /* What it has read already, no descriptor tells. */
    if (MHD_get_timeout(http->daemon, &ms) == MHD_YES && ms == 0)
        http->wants_turn = true;
}

void
http_wants_turn(struct http *http)
{
    http->wants_turn = true;
}

bool
http_is_closing(const struct http *http)
{
    return http->closing;
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    http_turn(arg);
}

static int
start_daemon(struct http *http, int fd, struct err *err)
{
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, on_log,
        NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        http->settings.connections, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SILENCE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL,
        MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)(16 << 10),
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, http,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_END);
    if (http->daemon == NULL)
        return err_set(err, ERR_SYSTEM, 0, "start HTTP on %s",
                       http->settings.address);
    return 0;
}

int
http_open(struct http *http, struct hosting *hosting,
          const struct http_settings *settings, struct err *err)
{
    *http = (struct http){.hosting = hosting, .settings = *settings};
    TAILQ_INIT(&http->peers);
    OWNED_FD fd = listen_open(settings->address, http, err);
    if (fd < 0 || start_daemon(http, fd, err) != 0)
        return -1;
    take_fd(&fd);
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    http->event = info ? event_new(hosting->base, info->epoll_fd,
                                   EV_READ | EV_PERSIST, on_event, http)
                       : NULL;
    if (http->event == NULL || event_add(http->event, NULL) != 0)
        return err_set(err, ERR_MEMORY, 0, "watch %s", settings->address);
    return 0;
}

void
http_quiesce(struct http *http)
{
    struct peer *peer, *after;
    http->closing = true;
    MHD_socket fd = MHD_quiesce_daemon(http->daemon);
    if (fd != MHD_INVALID_SOCKET)
        close(fd);
    for (peer = TAILQ_FIRST(&http->peers); peer != NULL; peer = after) {
        after = TAILQ_NEXT(peer, entry);
        if (peer->exchange == NULL)
            shutdown(peer->fd, SHUT_RD); /* between two requests */
    }
    http_turn(http);
}

void
http_close(struct http *http)
{
    if (http->event != NULL)
        event_free(http->event);
    if (http->daemon != NULL) {
        struct peer *peer;
        TAILQ_FOREACH(peer, &http->peers, entry)
        if (peer->exchange != NULL)
            http_cut(peer->exchange); /* none may be suspended at the end */
        http_turn(http);
        MHD_stop_daemon(http->daemon);
    }
    if (http->unix_path != NULL)
        (void)unlink(http->unix_path);
    free(http->unix_path);
    *http = (struct http){0};
}

void
http_cut(struct exchange *x)
{
    if (x->connection == NULL)
        return;
    x->is_cut = true;
    shutdown(x->peer->fd, SHUT_RDWR);
    if (x->suspended) {
        x->suspended = false;
        MHD_resume_connection(x->connection);
    }
    http_wants_turn(x->http);
}

bool
http_is_bare(const struct exchange *x)
{
    return x->is_head || x->status == MHD_HTTP_NO_CONTENT ||
           x->status == MHD_HTTP_NOT_MODIFIED;
}

/* The bytes that its client has taken or given buy it time, but not to stand
 * still. */
static bool
is_too_slow(struct exchange *x, uint64_t now)
{
    const struct app_limits *limits = tenant_limits(x->tenant);
    uint64_t grace = limits ? limits->client_ms : HEAD_MS;
    uint64_t bytes = x->body_bytes + x->sent;
    if (x->body_whole && (!x->queued || x->out.len == x->out_at))
        bytes = x->moved + 1; /* it is not the client that is waited for */
    if (bytes != x->moved) {
        x->moved = bytes;
        x->moved_ms = now;
    }
    uint64_t most = 2 * grace + x->moved / BYTES_PER_MS;
    if (limits != NULL)
        most += limits->wall_ms;
    return now - x->moved_ms > grace ||
           (!x->body_whole && now - x->begun_ms > most);
}

void
http_tick(struct http *http)
{
    uint64_t now = exchange_now_ms();
    struct peer *peer;
    TAILQ_FOREACH(peer, &http->peers, entry)
    if (peer->deadline_ms != 0 && peer->deadline_ms < now) {
        peer->deadline_ms = 0;
        shutdown(peer->fd, SHUT_RDWR);
    } else if (peer->exchange != NULL && !peer->exchange->is_cut &&
               is_too_slow(peer->exchange, now)) {
        http_cut(peer->exchange);
    }
    http_turn(http); /* its own timeouts */
}
