/* memcached, by its text protocol (protocol.txt of memcached 1.6).
 *
 * Not by libmemcached: version 1.1.4 follows a null pointer or runs past its
 * buffer when a server answers a SET with values, or an INCR with a long line
 * (tests/gateway/store_test.py, Failing.test_lies).  What is used of the
 * protocol is six commands and four forms of an answer, each read here within
 * a bound; whatever else comes ends the connection. */
#include "host/gateway/store.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/gateway/fd_slot.h"

enum {
    MONTH_S = 30 * 24 * 60 * 60,
    LINE_MAX_BYTES = 512,
    CHUNK = 16 << 10,
    TOGETHER = 16, /* questions that are under way */
};

struct state {
    const struct store_place *place;
    struct fd_slot slot; /* -1: not connected, or no longer */
    struct buf in;       /* what has come, from `at` on */
    size_t at;
};

static void *
join(const struct store_place *place)
{
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    state->place = place;
    fd_slot_init(&state->slot);
    return state;
}

static void
drop(struct state *state)
{
    int fd = fd_slot_put(&state->slot, -1);
    if (fd >= 0)
        close(fd);
    buf_clear(&state->in);
    state->at = 0;
}

static void
leave(void *arg)
{
    struct state *state = arg;
    drop(state);
    fd_slot_clear(&state->slot);
    free(state);
}

static void
interrupt(void *arg)
{
    struct state *state = arg;
    fd_slot_shut(&state->slot);
}

/* What the server still sends is no answer to what comes next. */
static int
fail(struct state *state, const char *why, struct err *err)
{
    drop(state);
    return err_set(err, ERR_SYSTEM, 0, "memcached: %s", why);
}

/* --- bytes ---- */

static int
wait_for(struct state *state, const struct store_call *call, short what,
         struct err *err)
{
    for (;;) {
        unsigned ms = store_ms_left(call);
        struct pollfd p = {.fd = state->slot.fd, .events = what};
        int n = ms > 0 ? poll(&p, 1, (int)ms) : 0;
        if (n > 0)
            return 0;
        if (n == 0)
            return fail(state, "timed out", err);
        if (errno != EINTR)
            return fail(state, strerror(errno), err);
    }
}

static int
send_all(struct state *state, const struct store_call *call,
         const struct buf *data, struct err *err)
{
    for (size_t at = 0; at < data->len;) {
        ssize_t n = send(state->slot.fd, data->data + at, data->len - at,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0)
            at += (size_t)n;
        else if (n < 0 && errno != EAGAIN && errno != EINTR)
            return fail(state, "the connection failed", err);
        else if (wait_for(state, call, POLLOUT, err) != 0)
            return -1;
    }
    return 0;
}

/* At least one byte more. */
static int
receive(struct state *state, const struct store_call *call, struct err *err)
{
    if (state->at > 0) {
        buf_drop(&state->in, state->at);
        state->at = 0;
    }
    if (buf_reserve(&state->in, CHUNK, err) != 0)
        return -1;
    for (;;) {
        ssize_t n = recv(state->slot.fd, state->in.data + state->in.len,
                         state->in.cap - state->in.len, MSG_DONTWAIT);
        if (n > 0) {
            state->in.len += (size_t)n;
            return 0;
        }
        if (n == 0)
            return fail(state, "the server ended the connection", err);
        if (errno != EAGAIN && errno != EINTR)
            return fail(state, "the connection failed", err);
        if (wait_for(state, call, POLLIN, err) != 0)
            return -1;
    }
}

/* The next line, without its end. */
static int
read_line(struct state *state, const struct store_call *call,
          char out[LINE_MAX_BYTES + 1], struct err *err)
{
    for (;;) {
        const uint8_t *from = state->in.data + state->at;
        size_t have = state->in.len - state->at;
        const uint8_t *end = have > 0 ? memchr(from, '\n', have) : NULL;
        size_t len = end ? (size_t)(end - from) : have;
        if (len > LINE_MAX_BYTES || (end && memchr(from, '\0', len)))
            return fail(state, "an answer that is none", err);
        if (end != NULL && len > 0 && from[len - 1] == '\r') {
            memcpy(out, from, len - 1);
            out[len - 1] = '\0';
            state->at += len + 1;
            return 0;
        }
        if (end != NULL)
            return fail(state, "an answer that is none", err);
        if (receive(state, call, err) != 0)
            return -1;
    }
}

/* The next len bytes and the end of a line; they stay until the next read. */
static int
read_block(struct state *state, const struct store_call *call, size_t len,
           const uint8_t **out, struct err *err)
{
    while (state->in.len - state->at < len + 2)
        if (receive(state, call, err) != 0)
            return -1;
    *out = state->in.data + state->at;
    if (memcmp(*out + len, "\r\n", 2) != 0)
        return fail(state, "an answer that is none", err);
    state->at += len + 2;
    return 0;
}

/* --- the connection ---- */

static int
connect_address(struct state *state, const struct store_call *call,
                const struct sockaddr *sa, socklen_t len, struct err *err)
{
    int wrong = 0;
    socklen_t size = sizeof wrong;
    int fd =
        socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail(state, "no socket can be had", err);
    (void)fd_slot_put(&state->slot, fd);
    if (connect(fd, sa, len) == 0)
        return 0;
    if (errno != EINPROGRESS && errno != EAGAIN)
        return fail(state, strerror(errno), err);
    if (wait_for(state, call, POLLOUT, err) != 0)
        return -1;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &wrong, &size) != 0 || wrong != 0)
        return fail(state, strerror(wrong), err);
    return 0;
}

static int
connect_unix(struct state *state, const struct store_call *call,
             struct err *err)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (strlen(state->place->path) >= sizeof sa.sun_path)
        return fail(state, "the path of its socket is too long", err);
    strcpy(sa.sun_path, state->place->path);
    return connect_address(state, call, (const struct sockaddr *)&sa,
                           sizeof sa, err);
}

static int
connect_host(struct state *state, const struct store_call *call,
             struct err *err)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char port[16];
    (void)snprintf(port, sizeof port, "%u",
                   state->place->port ? state->place->port : 11211);
    int done = getaddrinfo(state->place->host, port, &hints, &found);
    if (done != 0)
        return fail(state, gai_strerror(done), err);
    done = -1;
    for (const struct addrinfo *a = found; a != NULL && done != 0;
         a = a->ai_next)
        done = connect_address(state, call, a->ai_addr, a->ai_addrlen, err);
    freeaddrinfo(found);
    return done;
}

/* --- commands ---- */

static int add_text(struct buf *out, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
add_text(struct buf *out, struct err *err, const char *fmt, ...)
{
    char text[STORE_KEY + 128];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return buf_add(out, text, (size_t)n, err);
}

/* Beyond a month memcached takes the number for a date. */
static unsigned long long
expiry(const struct store_call *call)
{
    return call->ttl_s <= MONTH_S
               ? call->ttl_s
               : (unsigned long long)time(NULL) + call->ttl_s;
}

static int
write_one(const struct store_call *call, enum store_op op,
          const struct store_item *item, struct buf *out, struct err *err)
{
    const struct span *value = &item->value;
    switch (op) {
    case STORE_SET:
    case STORE_ADD:
        return add_text(out, err, "%s %s 0 %llu %zu\r\n",
                        op == STORE_SET ? "set" : "add", item->key,
                        expiry(call), value->len) != 0 ||
                       buf_add(out, value->data, value->len, err) != 0
                   ? -1
                   : buf_add(out, "\r\n", 2, err);
    case STORE_DELETE:
        return add_text(out, err, "delete %s\r\n", item->key);
    case STORE_TOUCH:
        return add_text(out, err, "touch %s %llu\r\n", item->key,
                        expiry(call));
    case STORE_INCR:
        return add_text(out, err, "incr %s %llu\r\n", item->key,
                        (unsigned long long)call->amount);
    case STORE_GET:
    case STORE_OP_COUNT:
        break;
    }
    return err_set(err, ERR_USAGE, 0, "a call of no known kind");
}

static bool
is_number(const char *text, uint64_t *out)
{
    char *end;
    size_t len = strspn(text, "0123456789");
    if (len == 0 || len > 19 || text[len + strspn(text + len, " ")] != '\0')
        return false;
    *out = strtoull(text, &end, 10);
    return true;
}

/* Of all but GET: one line. */
static int
read_one(struct state *state, const struct store_call *call, enum store_op op,
         struct store_item *item, struct err *err)
{
    static const char *const good[STORE_OP_COUNT] = {
        [STORE_SET] = "STORED",
        [STORE_ADD] = "STORED",
        [STORE_DELETE] = "DELETED",
        [STORE_TOUCH] = "TOUCHED",
    };
    char line[LINE_MAX_BYTES + 1];
    if (read_line(state, call, line, err) != 0)
        return -1;
    item->done = op == STORE_INCR ? is_number(line, &item->number)
                                  : strcmp(line, good[op]) == 0;
    if (item->done || strcmp(line, "NOT_FOUND") == 0 ||
        (op == STORE_ADD && strcmp(line, "NOT_STORED") == 0))
        return 0;
    if (op == STORE_INCR && strstr(line, "non-numeric") != NULL)
        return err_set(err, ERR_USAGE, 0, "the value is no whole number");
    return fail(state,
                strncmp(line, "SERVER_ERROR", 12) == 0
                    ? "the server could not do it (it may be out of memory, "
                      "or the value too large for it)"
                    : "an answer that is none",
                err);
}

static int
exchange(struct state *state, const struct store_call *call, enum store_op op,
         struct store_item *item, struct err *err)
{
    OWNED_BUFFER out = {0};
    if (write_one(call, op, item, &out, err) != 0 ||
        send_all(state, call, &out, err) != 0)
        return -1;
    return read_one(state, call, op, item, err);
}

/* What is not there begins at the amount; two that find nothing both try. */
static int
raise(struct state *state, const struct store_call *call,
      struct store_item *item, struct err *err)
{
    char text[24];
    if (exchange(state, call, STORE_INCR, item, err) != 0 || item->done)
        return item->done ? 0 : -1;
    int n =
        snprintf(text, sizeof text, "%llu", (unsigned long long)call->amount);
    item->value = (struct span){(const uint8_t *)text, (size_t)n};
    if (exchange(state, call, STORE_ADD, item, err) != 0)
        return -1;
    item->number = call->amount;
    if (item->done)
        return 0;
    if (exchange(state, call, STORE_INCR, item, err) != 0)
        return -1;
    return item->done
               ? 0
               : fail(state, "the number is gone again: try again", err);
}

/* --- GET ---- */

/* A command for each key, so that an answer belongs to one question. */
static int
get_one(struct state *state, const struct store_call *call,
        struct store_item *item, struct buf *values, struct err *err)
{
    char line[LINE_MAX_BYTES + 1], wanted[STORE_KEY + 16];
    const uint8_t *data;
    uint64_t len;
    if (read_line(state, call, line, err) != 0)
        return -1;
    if (strcmp(line, "END") == 0)
        return 0;
    int n = snprintf(wanted, sizeof wanted, "VALUE %s 0 ", item->key);
    if (strncmp(line, wanted, (size_t)n) != 0 || !is_number(line + n, &len) ||
        len > STORE_ANSWER)
        return fail(state, "an answer to another question", err);
    if (read_block(state, call, len, &data, err) != 0)
        return -1;
    if (store_found(item, values, data, len, err) != 0) {
        drop(state);
        return -1;
    }
    if (read_line(state, call, line, err) != 0)
        return -1;
    return strcmp(line, "END") == 0
               ? 0
               : fail(state, "an answer that is none", err);
}

/* Only as many at a time as surely fit into the buffers of sockets: a server
 * that can't send its answers takes no more questions. */
static int
get(struct state *state, struct store_call *call, struct buf *values,
    struct err *err)
{
    for (size_t i = 0; i < call->nitems; i += TOGETHER) {
        size_t left = call->nitems - i, n = left < TOGETHER ? left : TOGETHER;
        OWNED_BUFFER out = {0};
        for (size_t j = i; j < i + n; j++)
            if (add_text(&out, err, "get %s\r\n", call->items[j].key) != 0)
                return -1;
        if (send_all(state, call, &out, err) != 0)
            return -1;
        for (size_t j = i; j < i + n; j++)
            if (get_one(state, call, &call->items[j], values, err) != 0)
                return -1;
    }
    return 0;
}

static int
run(void *arg, struct store_call *call, struct buf *values, struct err *err)
{
    struct state *state = arg;
    if (state->slot.fd < 0 &&
        (state->place->host ? connect_host(state, call, err)
                            : connect_unix(state, call, err)) != 0)
        return -1;
    if (state->in.len > state->at)
        return fail(state, "an answer to no question", err);
    if (call->op == STORE_GET)
        return get(state, call, values, err);
    for (size_t i = 0; i < call->nitems; i++) {
        struct store_item *item = &call->items[i];
        if ((call->op == STORE_INCR
                 ? raise(state, call, item, err)
                 : exchange(state, call, call->op, item, err)) != 0)
            return -1;
    }
    return 0;
}

const struct store_server store_memcached = {
    .join = join, .leave = leave, .run = run, .interrupt = interrupt};
