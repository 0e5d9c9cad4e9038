#include "host/service/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/service/http.h"
#include "host/service/tenant.h"
#include "host/service/worker.h"

enum { DISCARD_MAX = 16 << 20, DRAINED = 64 << 10 };

uint64_t
exchange_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

struct exchange *
exchange_new(struct http *http, const char *target)
{
    struct exchange *x = calloc(1, sizeof *x);
    if (x == NULL)
        return NULL;
    x->http = http;
    x->length = LENGTH_UNKNOWN;
    x->begun_ms = exchange_now_ms();
    x->target = strdup(target);
    if (x->target != NULL)
        return x;
    free(x);
    return NULL;
}

void
exchange_release(struct exchange *x)
{
    if (x->connection != NULL || x->worker != NULL)
        return;
    free(x->target);
    free(x->script);
    free(x->info);
    buf_clear(&x->body);
    buf_clear(&x->head);
    buf_clear(&x->out);
    free(x);
}

static void
resume(struct exchange *x)
{
    if (!x->suspended || x->connection == NULL)
        return;
    x->suspended = false;
    MHD_resume_connection(x->connection);
    http_wants_turn(x->http);
}

static void
suspend(struct exchange *x)
{
    if (x->suspended || x->connection == NULL)
        return;
    x->suspended = true;
    MHD_suspend_connection(x->connection);
}

/* --- the body of the request --- */

static void
give_body(struct exchange *x)
{
    size_t n = x->body.len < BODY_CHUNK ? x->body.len : BODY_CHUNK;
    if (!x->body_wanted || x->worker == NULL)
        return;
    if (n == 0 && !x->body_whole && !x->discard) {
        resume(x);
        return;
    }
    x->body_wanted = false;
    worker_answer(x->worker, x->body_serial, x->body.data, n);
    if (n > 0)
        buf_drop(&x->body, n);
    if (!x->body_whole)
        resume(x);
}

/* A body over its limit is read on for a while, so that its sender gets to
 * read the answer. */
static void
refuse_body(struct exchange *x)
{
    x->discard = true;
    x->body.len = 0;
    if (x->body_wanted && x->worker != NULL) {
        x->body_wanted = false;
        worker_refuse(x->worker, x->body_serial, "it is over limits.body");
    }
    exchange_refuse(x, MHD_HTTP_CONTENT_TOO_LARGE, 0);
}

/* What is over its limit, or not wanted: how much of it, if any. */
static bool
is_discarded(struct exchange *x, uint64_t most, size_t len)
{
    /* A reload may have made the limit less than what has come. */
    if (!x->discard && x->body_bytes + len > most)
        refuse_body(x);
    if (!x->discard)
        return false;
    x->body_bytes += len;
    if (x->body_bytes > most + DISCARD_MAX)
        http_cut(x);
    return true;
}

size_t
exchange_add_body(struct exchange *x, const void *data, size_t len)
{
    const struct app_limits *limits = tenant_limits(x->tenant);
    size_t window = BODY_CHUNK, taken = 0;
    if (is_discarded(x, limits ? limits->body : 0, len))
        return len;
    if (limits->buffer > window)
        window = limits->buffer;
    while (taken < len && x->body.len < window && !x->is_cut) {
        size_t n = len - taken, room = window - x->body.len;
        n = n < room ? n : room;
        if (buf_add(&x->body, (const char *)data + taken, n, NULL) != 0)
            http_cut(x);
        taken += n;
        x->body_bytes += n;
        give_body(x);
        if (x->state == EXCHANGE_BODY && x->body.len >= limits->buffer)
            tenant_offer(x->tenant, x);
    }
    if (taken < len && !x->discard)
        suspend(x);
    return x->discard ? len : taken;
}

void
exchange_is_whole(struct exchange *x)
{
    x->body_whole = true;
    give_body(x);
    if (x->state == EXCHANGE_BODY && x->status == 0)
        tenant_offer(x->tenant, x);
    exchange_push(x);
    if (!x->queued)
        suspend(x);
}

void
exchange_want_body(struct exchange *x, uint32_t serial)
{
    x->body_wanted = true;
    x->body_serial = serial;
    if (x->connection == NULL && !x->body_whole) {
        x->body_wanted = false;
        worker_refuse(x->worker, serial, "the client has left");
        return;
    }
    give_body(x);
    if (x->body_wanted)
        worker_hold(x->worker);
}

/* --- the response --- */

static ssize_t
on_read(void *arg, uint64_t at, char *out, size_t most)
{
    struct exchange *x = arg;
    size_t n = x->out.len - x->out_at;
    (void)at;
    if (n == 0 && x->out_cut)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (n == 0 && x->out_whole)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == 0) {
        suspend(x);
        return 0;
    }
    if (n > most)
        n = most;
    memcpy(out, x->out.data + x->out_at, n);
    x->out_at += n;
    x->sent += n;
    if (x->out_at == x->out.len)
        x->out.len = x->out_at = 0;
    if (x->out_full && x->out.len - x->out_at <= DRAINED) {
        x->out_full = false;
        if (x->worker != NULL)
            worker_answer(x->worker, x->out_serial, "", 0);
    }
    return (ssize_t)n;
}

static struct MHD_Response *
make_response(struct exchange *x)
{
    enum { BLOCK = 64 << 10 };
    uint64_t size = x->length;
    if (!x->out_whole || x->out_cut || (size != x->taken && size != 0))
        return MHD_create_response_from_callback(
            size == LENGTH_UNKNOWN ? MHD_SIZE_UNKNOWN : size, BLOCK, on_read,
            x, NULL);
    x->sent = x->taken;
    return MHD_create_response_from_buffer(x->out.len, x->out.data,
                                           MHD_RESPMEM_MUST_COPY);
}

/* Not MHD's to copy where it can be avoided: it frees what it is handed. */
static struct MHD_Response *
hand_over_body(struct exchange *x)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        x->out.len, x->out.data, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        return NULL;
    x->out = (struct buf){0};
    x->sent = x->taken;
    return response;
}

static void
add_headers(struct exchange *x, struct MHD_Response *response)
{
    const char *at = (const char *)x->head.data;
    const char *end = at + x->head.len;
    while (at != NULL && at < end) {
        const char *value = at + strlen(at) + 1;
        (void)MHD_add_response_header(response, at, value);
        at = value + strlen(value) + 1;
    }
    if (x->closes || http_is_closing(x->http))
        (void)MHD_add_response_header(response, "Connection", "close");
}

static void
queue(struct exchange *x)
{
    bool whole = x->out_whole && !x->out_cut && x->length == x->taken &&
                 x->out_at == 0 && x->out.len > 0;
    struct MHD_Response *response =
        whole ? hand_over_body(x) : make_response(x);
    if (response == NULL) {
        http_cut(x);
        return;
    }
    /* To a HEAD libmicrohttpd would send the end of a chunked body. */
    if (x->is_head && x->length == LENGTH_UNKNOWN)
        (void)MHD_set_response_options(
            response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    add_headers(x, response);
    x->queued = true;
    if (MHD_queue_response(x->connection, x->status, response) != MHD_YES)
        http_cut(x);
    MHD_destroy_response(response);
}

void
exchange_push(struct exchange *x)
{
    if (x->connection == NULL || x->status == 0)
        return;
    if (x->queued) {
        if (x->out_at < x->out.len || x->out_whole || x->out_cut)
            resume(x);
        return;
    }
    if (!x->body_whole) {
        x->discard = x->discard || x->state == EXCHANGE_OVER;
        if (x->discard)
            resume(x);
        return;
    }
    queue(x);
    resume(x);
}

int
exchange_begin(struct exchange *x, const void *head, size_t len,
               struct err *err)
{
    if (x->status != 0)
        return err_set(err, ERR_PROTO, 0, "a second response");
    return head_take(x, head, len, err);
}

int
exchange_add(struct exchange *x, const void *data, size_t len, struct err *err)
{
    if (x->status == 0 || x->out_whole)
        return err_set(err, ERR_PROTO, 0, "a block outside of a response");
    if (x->length != LENGTH_UNKNOWN && len > x->length - x->taken)
        return err_set(err, ERR_PROTO, 0,
                       "a response longer than its Content-Length");
    if (!x->body_whole && x->out.len + len > EARLY_MAX)
        return err_set(err, ERR_PROTO, 0,
                       "over %d KB of a response while the request is still "
                       "coming",
                       EARLY_MAX >> 10);
    if (x->connection == NULL)
        return 0;
    if (x->out_at > 0) {
        buf_drop(&x->out, x->out_at);
        x->out_at = 0;
    }
    x->taken += len;
    return buf_add(&x->out, data, len, err);
}

bool
exchange_is_full(const struct exchange *x)
{
    return x->body_whole && x->connection != NULL &&
           x->out.len - x->out_at > OUT_HIGH;
}

/* A response that says how long it is and is shorter is cut. */
void
exchange_end(struct exchange *x)
{
    x->out_whole = true;
    if (x->length == LENGTH_UNKNOWN && !x->queued && !http_is_bare(x))
        x->length = x->taken;
    else if (x->length != LENGTH_UNKNOWN && x->taken < x->length &&
             !http_is_bare(x))
        x->out_cut = true;
    exchange_push(x);
}

void
exchange_refuse(struct exchange *x, unsigned status, unsigned retry_s)
{
    char text[160];
    const char *phrase = MHD_get_reason_phrase_for(status);
    if (x->status != 0)
        return;
    x->status = status;
    x->refused = true;
    x->head.len = x->out.len = 0;
    x->discard = true;
    int n = snprintf(text, sizeof text, "%u %s\n", status, phrase);
    static const char type[] = "Content-Type\0text/plain";
    (void)buf_add(&x->head, type, sizeof type, NULL);
    if (retry_s > 0) {
        char header[32];
        int len =
            snprintf(header, sizeof header, "Retry-After%c%u", 0, retry_s);
        (void)buf_add(&x->head, header, (size_t)len + 1, NULL);
    }
    (void)buf_add(&x->out, text, (size_t)n, NULL);
    x->taken = x->length = x->out.len;
    x->out_whole = true;
    exchange_push(x);
}

void
exchange_fail(struct exchange *x, unsigned status)
{
    x->state = EXCHANGE_OVER;
    if (x->status == 0) {
        exchange_refuse(x, status,
                        status == MHD_HTTP_SERVICE_UNAVAILABLE ? 1 : 0);
    } else if (!x->out_whole) {
        x->out_whole = x->out_cut = true;
    }
    exchange_push(x);
}
