/* The heads of requests and responses: what is refused, and what is handed
 * on.  Everything here comes from somebody who is not believed. */
#include "host/service/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/service/hosting.h"

/* Both heads of a request lie in one pool of MHD's (http.c): so that the
 * response's has room whatever a client sends, each has a part of its own. */
enum {
    HEADERS_MAX = 128,
    HEAD_MAX = 32 << 10,
    RESPONSE_HEADERS_MAX = 256,
    RESPONSE_HEAD_MAX = 16 << 10,
};

struct header {
    const char *name, *value;
    size_t name_len, value_len;
};

struct headers {
    struct header rows[HEADERS_MAX];
    size_t n;
    bool wrong; /* too many, or one that is none */
};

static bool
is_token(const char *s, size_t len)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') &&
            (c == '\0' || strchr(others, c) == NULL))
            return false;
    }
    return len > 0;
}

static bool
is_text(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static enum MHD_Result
on_header(void *arg, enum MHD_ValueKind kind, const char *name,
          size_t name_len, const char *value, size_t value_len)
{
    struct headers *all = arg;
    (void)kind;
    value = value ? value : "";
    while (value_len > 0 &&
           (value[value_len - 1] == ' ' || value[value_len - 1] == '\t'))
        value_len--;
    if (all->n == HEADERS_MAX || !is_token(name, name_len) ||
        !is_text(value, value_len)) {
        all->wrong = true;
        return MHD_NO;
    }
    all->rows[all->n++] = (struct header){name, value, name_len, value_len};
    return MHD_YES;
}

static void
read_headers(const struct exchange *x, struct headers *out)
{
    out->n = 0;
    out->wrong = false;
    (void)MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND,
                                      on_header, out);
}

static bool
is_named(const struct header *h, const char *name)
{
    return h->name_len == strlen(name) &&
           strncasecmp(h->name, name, h->name_len) == 0;
}

/* The only one of that name, or NULL; *count says how many there are. */
static const struct header *
find(const struct headers *all, const char *name, unsigned *count)
{
    const struct header *found = NULL;
    *count = 0;
    for (size_t i = 0; i < all->n; i++)
        if (is_named(&all->rows[i], name)) {
            found = &all->rows[i];
            (*count)++;
        }
    return found;
}

static bool
is_digits(const struct header *h)
{
    size_t n = 0;
    while (n < h->value_len && h->value[n] >= '0' && h->value[n] <= '9')
        n++;
    return n > 0 && n == h->value_len && n <= 18;
}

static uint64_t
number_of(const struct header *h)
{
    uint64_t n = 0;
    for (size_t i = 0; i < h->value_len; i++)
        n = 10 * n + (uint64_t)(h->value[i] - '0');
    return n;
}

/* Where two programs could read two different requests, none is read: how
 * long a body is has to be said once, and in one way (RFC 9112, 6.3). */
static unsigned
check_length(struct exchange *x, const struct headers *all)
{
    unsigned lengths, encodings;
    const struct header *length = find(all, "Content-Length", &lengths);
    const struct header *encoding = find(all, "Transfer-Encoding", &encodings);
    if (lengths + encodings > 1 || (length != NULL && !is_digits(length)))
        return MHD_HTTP_BAD_REQUEST;
    if (encoding != NULL &&
        (strcmp(x->version, "HTTP/1.1") != 0 || encoding->value_len != 7 ||
         strncasecmp(encoding->value, "chunked", 7) != 0))
        return MHD_HTTP_BAD_REQUEST;
    x->body_bytes = length ? number_of(length) : 0;
    x->has_body = encoding != NULL || x->body_bytes > 0;
    return 0;
}

static bool
is_host(const char *host, size_t len)
{
    static const char others[] = ".-_:[]";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)host[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') &&
            (c == '\0' || strchr(others, c) == NULL))
            return false;
    }
    return len > 0 && len < 256;
}

/* A host, and perhaps a port: hosting_route() leaves out what follows the
 * last colon, which must not be a name then. */
static bool
is_authority(const char *host, size_t len)
{
    if (!is_host(host, len))
        return false;
    const char *end = host + len;
    const char *at = memchr(host, host[0] == '[' ? ']' : ':', len);
    if (host[0] == '[' && (at == NULL || ++at == end))
        return at != NULL;
    if (at == NULL)
        return true;
    if (*at != ':')
        return false;
    while (++at < end)
        if (*at < '0' || *at > '9')
            return false;
    return true;
}

/* The last value of a list: what the proxy next to us has added. */
static void
last_of(const struct header *h, const char **out, size_t *out_len)
{
    size_t at = h->value_len;
    while (at > 0 && h->value[at - 1] != ',')
        at--;
    while (at < h->value_len && h->value[at] == ' ')
        at++;
    *out = h->value + at;
    *out_len = h->value_len - at;
}

static void
take_forwarded(struct exchange *x, const struct headers *all)
{
    unsigned n;
    const char *text;
    size_t len;
    const struct header *client = find(all, "X-Forwarded-For", &n);
    const struct header *proto = find(all, "X-Forwarded-Proto", &n);
    const struct header *host = find(all, "X-Forwarded-Host", &n);
    if (client != NULL) {
        last_of(client, &text, &len);
        if (is_host(text, len) && len < sizeof x->client)
            snprintf(x->client, sizeof x->client, "%.*s", (int)len, text);
    }
    if (proto != NULL) {
        last_of(proto, &text, &len);
        if (len == 5 && strncasecmp(text, "https", 5) == 0)
            x->scheme = "https";
    }
    if (host != NULL) {
        last_of(host, &text, &len);
        if (is_authority(text, len)) {
            x->host = text;
            x->host_len = len;
        }
    }
}

/* Origin form, or absolute form, whose host counts then. */
static unsigned
take_target(struct exchange *x)
{
    const char *target = x->target;
    for (const char *c = target; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return MHD_HTTP_BAD_REQUEST;
    if (strncasecmp(target, "http://", 7) == 0 ||
        strncasecmp(target, "https://", 8) == 0) {
        x->host = strstr(target, "://") + 3;
        x->host_len = strcspn(x->host, "/?#");
        target = x->host + x->host_len;
        if (!is_authority(x->host, x->host_len))
            return MHD_HTTP_BAD_REQUEST;
    }
    x->path = target;
    return *target == '/' ? 0 : MHD_HTTP_BAD_REQUEST;
}

static int
hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* What is no escape stays; a NUL is no part of a path. */
static unsigned
take_path(struct exchange *x)
{
    size_t len = strcspn(x->path, "?"), n = 0;
    x->info = malloc(len + 1);
    if (x->info == NULL)
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    for (size_t i = 0; i < len; i++) {
        char c = x->path[i];
        if (c == '%' && i + 2 < len && hex(x->path[i + 1]) >= 0 &&
            hex(x->path[i + 2]) >= 0) {
            c = (char)(hex(x->path[i + 1]) * 16 + hex(x->path[i + 2]));
            i += 2;
        }
        if (c == '\0')
            return MHD_HTTP_BAD_REQUEST;
        x->info[n++] = c;
    }
    x->info[n] = '\0';
    return 0;
}

static bool
is_large(const struct exchange *x)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        x->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL || info->header_size > HEAD_MAX;
}

unsigned
head_check(struct exchange *x)
{
    struct headers all;
    unsigned hosts, status;
    bool modern = strcmp(x->version, "HTTP/1.1") == 0;
    x->scheme = "http";
    if (is_large(x))
        return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    read_headers(x, &all);
    if (!modern && strcmp(x->version, "HTTP/1.0") != 0)
        return MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED;
    if (!is_token(x->method, strlen(x->method)) || all.wrong)
        return MHD_HTTP_BAD_REQUEST;
    if (strcmp(x->method, "CONNECT") == 0)
        return MHD_HTTP_NOT_IMPLEMENTED;
    status = check_length(x, &all);
    if (status == 0)
        status = take_target(x);
    if (status != 0)
        return status;
    const struct header *host = find(&all, "Host", &hosts);
    if (hosts > 1 || (hosts == 0 && modern) ||
        (host != NULL && host->value_len > 0 &&
         !is_authority(host->value, host->value_len)))
        return MHD_HTTP_BAD_REQUEST;
    if (x->host == NULL && host != NULL) {
        x->host = host->value;
        x->host_len = host->value_len;
    }
    if (x->http->settings.forwarded)
        take_forwarded(x, &all);
    return take_path(x);
}

/* --- the environ --- */

static int
add_pair(struct buf *out, const char *name, const char *value, size_t len,
         struct err *err)
{
    if (buf_add(out, name, strlen(name) + 1, err) != 0 ||
        buf_add(out, value, len, err) != 0)
        return -1;
    return buf_add(out, "", 1, err);
}

static int
add_text(struct buf *out, const char *name, const char *value, struct err *err)
{
    return add_pair(out, name, value, strlen(value), err);
}

/* Not the application's business: how the connection is used, what a client
 * says in a proxy's name, and names that HTTP_* can't tell from others. */
static bool
is_kept(const struct exchange *x, const struct header *h)
{
    static const char *const never[] = {
        "Connection",     "Keep-Alive",        "Proxy-Connection",
        "Proxy",          "Transfer-Encoding", "TE",
        "Trailer",        "Upgrade",           "Expect",
        "Content-Length", "Content-Type"};
    static const char *const proxys[] = {
        "X-Forwarded-For",  "X-Forwarded-Proto",  "X-Forwarded-Host",
        "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Real-IP",
        "Forwarded"};
    if (memchr(h->name, '_', h->name_len) != NULL)
        return false;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (is_named(h, never[i]))
            return false;
    for (size_t i = 0; i < sizeof proxys / sizeof *proxys; i++)
        if (!x->http->settings.forwarded && is_named(h, proxys[i]))
            return false;
    return true;
}

static int
add_name(struct buf *out, const struct header *h, struct err *err)
{
    if (buf_add(out, "HTTP_", 5, err) != 0 ||
        buf_add(out, h->name, h->name_len, err) != 0)
        return -1;
    char *name = (char *)out->data + out->len - h->name_len;
    for (size_t i = 0; i < h->name_len; i++) {
        if (name[i] >= 'a' && name[i] <= 'z')
            name[i] = (char)(name[i] - 'a' + 'A');
        else if (name[i] == '-')
            name[i] = '_';
    }
    return buf_add(out, "", 1, err);
}

static bool
is_same_name(const struct header *a, const struct header *b)
{
    return a->name_len == b->name_len &&
           strncasecmp(a->name, b->name, a->name_len) == 0;
}

/* Those that come more than once are one, as RFC 9110 joins them. */
static int
add_headers(const struct exchange *x, const struct headers *all,
            struct buf *out, struct err *err)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct header *h = &all->rows[i];
        const char *comma = is_named(h, "Cookie") ? "; " : ", ";
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = is_same_name(h, &all->rows[k]);
        if (seen || !is_kept(x, h))
            continue;
        if (add_name(out, h, err) != 0 ||
            buf_add(out, h->value, h->value_len, err) != 0)
            return -1;
        for (size_t k = i + 1; k < all->n; k++) {
            const struct header *more = &all->rows[k];
            if (is_same_name(h, more) &&
                (buf_add(out, comma, 2, err) != 0 ||
                 buf_add(out, more->value, more->value_len, err) != 0))
                return -1;
        }
        if (buf_add(out, "", 1, err) != 0)
            return -1;
    }
    return 0;
}

static int
add_content(const struct headers *all, struct buf *out, struct err *err)
{
    static const char *const rows[][2] = {
        {"Content-Type", "CONTENT_TYPE"},
        {"Content-Length", "CONTENT_LENGTH"},
    };
    for (int i = 0; i < 2; i++) {
        unsigned n;
        const struct header *h = find(all, rows[i][0], &n);
        if (h != NULL &&
            add_pair(out, rows[i][1], h->value, h->value_len, err) != 0)
            return -1;
    }
    return 0;
}

static int
add_variables(const struct exchange *x, struct buf *out, struct err *err)
{
    const char *query = strchr(x->path, '?');
    const struct http *http = x->http;
    const struct {
        const char *name, *value;
    } rows[] = {
        {"REQUEST_METHOD", x->method},
        {"SCRIPT_NAME", x->script ? x->script : ""},
        {"PATH_INFO", x->info},
        {"QUERY_STRING", query ? query + 1 : ""},
        {"REQUEST_URI", x->target},
        {"SERVER_NAME", http->name},
        {"SERVER_PORT", http->port},
        {"SERVER_PROTOCOL", x->version},
        {"SERVER_SOFTWARE", "immure"},
        {"REMOTE_ADDR", x->client[0] ? x->client : x->peer->name},
        {"REMOTE_PORT", x->peer->port},
        {"wsgi.url_scheme", x->scheme},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (add_text(out, rows[i].name, rows[i].value, err) != 0)
            return -1;
    return 0;
}

/* X-Forwarded-Host, and the host of an absolute target, stand for Host. */
static void
set_host(const struct exchange *x, struct headers *all)
{
    for (size_t i = 0; i < all->n; i++)
        if (is_named(&all->rows[i], "Host") && x->host != NULL) {
            all->rows[i].value = x->host;
            all->rows[i].value_len = x->host_len;
        }
}

int
head_environ(struct exchange *x, struct buf *out, struct err *err)
{
    struct headers all;
    const uint8_t start[5] = {x->body_whole ? 'E' : 'M'};
    read_headers(x, &all);
    set_host(x, &all);
    if (buf_reserve(out, 2048 + x->body.len, err) != 0 ||
        buf_add(out, start, sizeof start, err) != 0 ||
        add_variables(x, out, err) != 0 || add_content(&all, out, err) != 0 ||
        add_headers(x, &all, out, err) != 0)
        return -1;
    out->len--; /* between two of them, not behind the last */
    uint32_t len = (uint32_t)(out->len - sizeof start);
    for (int i = 0; i < 4; i++)
        out->data[1 + i] = (uint8_t)(len >> (8 * i));
    return buf_add(out, x->body.data, x->body.len, err);
}

/* --- the head of a response --- */

/* A line that ends with LF or the head; moves *at behind it. */
static size_t
line_at(const char **at, const char *end)
{
    const char *line = *at;
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    *at = newline ? newline + 1 : end;
    return (size_t)((newline ? newline : end) - line);
}

static bool
is_hop_by_hop(const char *name, size_t len)
{
    static const char *const names[] = {"Connection",
                                        "Keep-Alive",
                                        "Proxy-Authenticate",
                                        "Proxy-Authorization",
                                        "TE",
                                        "Trailer",
                                        "Trailers",
                                        "Transfer-Encoding",
                                        "Upgrade"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == len && strncasecmp(name, names[i], len) == 0)
            return true;
    return false;
}

static int
take_header(struct exchange *x, const char *name, size_t name_len,
            const char *value, size_t value_len, struct err *err)
{
    struct header h = {name, value, name_len, value_len};
    if (!is_token(name, name_len) || name_len > 256 ||
        !is_text(value, value_len) || is_hop_by_hop(name, name_len))
        return err_set(err, ERR_PROTO, 0, "a header that can't be one: %.*s",
                       (int)(name_len < 40 ? name_len : 40), name);
    if (is_named(&h, "Content-Length")) {
        if (!is_digits(&h) || x->length != LENGTH_UNKNOWN)
            return err_set(err, ERR_PROTO, 0, "not one Content-Length");
        x->length = number_of(&h);
        return 0;
    }
    if (buf_add(&x->head, name, name_len, err) != 0 ||
        buf_add(&x->head, "", 1, err) != 0 ||
        buf_add(&x->head, value, value_len, err) != 0)
        return -1;
    return buf_add(&x->head, "", 1, err);
}

int
head_take(struct exchange *x, const void *head, size_t len, struct err *err)
{
    const char *at = head, *end = at + len, *line = at;
    size_t n = line_at(&at, end), headers = 0;
    const struct header code = {"", line, 0, 3};
    uint64_t status = 0;
    if (n >= 3 && is_text(line, n) && is_digits(&code) &&
        (n == 3 || line[3] == ' '))
        status = number_of(&code);
    if (status < 200 || status > 599)
        return err_set(err, ERR_PROTO, 0, "a status that can't be one");
    if (len > RESPONSE_HEAD_MAX)
        return err_set(err, ERR_PROTO, 0, "a head of more than %d KB",
                       RESPONSE_HEAD_MAX >> 10);
    x->head.len = 0;
    while (at < end) {
        const char *name = at;
        size_t name_len = line_at(&at, end);
        const char *value = at;
        size_t value_len = line_at(&at, end);
        if (++headers > RESPONSE_HEADERS_MAX)
            return err_set(err, ERR_PROTO, 0, "more than %d headers",
                           RESPONSE_HEADERS_MAX);
        if (take_header(x, name, name_len, value, value_len, err) != 0)
            return -1;
    }
    x->status = (unsigned)status;
    if (http_is_bare(x) && !x->is_head)
        x->length = 0;
    return 0;
}
