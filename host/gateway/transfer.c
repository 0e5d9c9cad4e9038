#include "host/gateway/transfer.h"

#include <stdio.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/gateway/fetch_headers.h"

enum {
    ANSWER_HEADER_BYTES = 64 << 10,
    ANSWER_HEADER_COUNT = 200,
    CONNECT_MS = 10000,
};

/* --- what the server sends ---- */

static size_t
stop(struct transfer *t, const char *why)
{
    t->broken = why;
    return 0; /* less than was given: the library ends the transfer */
}

static size_t
take_body(char *data, size_t one, size_t len, void *arg)
{
    struct transfer *t = arg;
    (void)one;
    t->in_body = true;
    if (len > t->request.body_max - t->body.len)
        return stop(t, "the answer is larger than the operator allows "
                       "(the gateway's key \"body\")");
    if (buf_add(&t->body, data, len, NULL) != 0)
        return stop(t, "out of memory");
    return len;
}

/* Headers are bytes: each is the character of its number, as in HTTP's days
 * of old, so that any of them is text. */
static json_t *
latin_text(const char *data, size_t len)
{
    OWNED_STR text = malloc(2 * len + 1);
    size_t n = 0;
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c < 0x80) {
            text[n++] = (char)c;
        } else {
            text[n++] = (char)(0xc0 | c >> 6);
            text[n++] = (char)(0x80 | (c & 0x3f));
        }
    }
    return json_stringn(text, n);
}

/* Without blanks around it. */
static struct span
trimmed(const char *data, size_t len)
{
    while (len > 0 && strchr(" \t\r\n", data[len - 1]) != NULL)
        len--;
    while (len > 0 && (data[0] == ' ' || data[0] == '\t'))
        data++, len--;
    return (struct span){(const uint8_t *)data, len};
}

/* "HTTP/1.1 200 OK": a new answer, also after one that was not the last. */
static void
take_status(struct transfer *t, const char *line, size_t len)
{
    const char *space = memchr(line, ' ', len);
    size_t rest = space ? len - (size_t)(space - line) : 0;
    json_array_clear(t->headers);
    t->reason[0] = '\0';
    if (rest <= 5)
        return;
    struct span text = trimmed(space + 4, rest - 4);
    for (size_t i = 0; i < text.len && i + 1 < sizeof t->reason; i++) {
        uint8_t c = text.data[i];
        t->reason[i] = c >= 0x20 && c < 0x7f ? (char)c : '?';
        t->reason[i + 1] = '\0';
    }
}

static size_t
take_header(char *line, size_t one, size_t len, void *arg)
{
    struct transfer *t = arg;
    const char *colon = memchr(line, ':', len);
    (void)one;
    t->header_bytes += len;
    if (t->header_bytes > ANSWER_HEADER_BYTES ||
        json_array_size(t->headers) > ANSWER_HEADER_COUNT)
        return stop(t, "the server sends more than 64 KiB or 200 of headers");
    if (t->in_body) /* trailers */
        return len;
    if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {
        take_status(t, line, len);
        return len;
    }
    if (colon == NULL || colon == line || line[0] == ' ' || line[0] == '\t')
        return len;
    size_t name = (size_t)(colon - line);
    if (fetch_header_is_hop(line, name))
        return len;
    struct span value = trimmed(colon + 1, len - name - 1);
    json_array_append_new(
        t->headers,
        json_pack("[o, o]", latin_text(line, name),
                  latin_text((const char *)value.data, value.len)));
    return len;
}

/* --- where it may connect to ---- */

/* Whatever the library has looked up, it gets a socket only for an address
 * that was checked. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct transfer *t = arg;
    const struct addresses *pinned = t->request.pinned;
    const char *what;
    for (size_t i = 0; i < pinned->count; i++)
        if (purpose == CURLSOCKTYPE_IPCXN && to->socktype == SOCK_STREAM &&
            address_same((const struct sockaddr *)&pinned->rows[i],
                         &to->addr) &&
            fetch_rule_allows(t->request.rule,
                              address_classify(&to->addr, &what)))
            return socket(to->family, to->socktype | SOCK_CLOEXEC,
                          to->protocol);
    t->broken = "the connection would go to another address than was checked";
    return CURL_SOCKET_BAD;
}

/* "HOST:PORT:ADDRESS,ADDRESS", for the library to look up. */
static int
pin(struct transfer *t)
{
    const struct addresses *pinned = t->request.pinned;
    OWNED_BUFFER line = {0};
    char text[ADDRESS_TEXT + 4], head[FETCH_HOST + 16];
    bool six = strchr(t->request.url->host, ':') != NULL;
    if (six) /* an address needs no looking up */
        return 0;
    (void)snprintf(head, sizeof head, "%s:%u:", t->request.url->host,
                   t->request.url->port);
    if (buf_add(&line, head, strlen(head), NULL) != 0)
        return -1;
    for (size_t i = 0; i < pinned->count; i++) {
        const struct sockaddr *sa = (const struct sockaddr *)&pinned->rows[i];
        char address[ADDRESS_TEXT];
        bool wide = sa->sa_family == AF_INET6;
        address_text(sa, address);
        (void)snprintf(text, sizeof text, "%s%s%s%s", i ? "," : "",
                       wide ? "[" : "", address, wide ? "]" : "");
        if (buf_add(&line, text, strlen(text), NULL) != 0)
            return -1;
    }
    if (buf_add(&line, "", 1, NULL) != 0)
        return -1;
    t->resolved = curl_slist_append(NULL, (const char *)line.data);
    return t->resolved ? 0 : -1;
}

/* --- the request ---- */

#define SET(option, value)                                                    \
    (void)curl_easy_setopt(t->easy, CURLOPT_##option, (value))

/* Nothing of this machine's settings, and nothing that libcurl would do by
 * itself: no proxies, no .netrc, no cookies, no redirects, no decoding. */
static void
set_bounds(struct transfer *t)
{
    SET(PROTOCOLS_STR, "http,https");
    SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(FOLLOWLOCATION, 0L);
    SET(PROXY, "");
    SET(NOPROXY, "*");
    SET(NETRC, (long)CURL_NETRC_IGNORED);
    SET(NOSIGNAL, 1L);
    SET(HTTP09_ALLOWED, 0L);
    SET(CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    SET(SSL_VERIFYPEER, 1L);
    SET(SSL_VERIFYHOST, 2L);
    SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(TCP_KEEPALIVE, 1L);
    if (t->request.ca_file != NULL)
        SET(CAINFO, t->request.ca_file);
}

static void
set_request(struct transfer *t)
{
    const struct transfer_request *r = &t->request;
    bool head = strcmp(r->method, "HEAD") == 0;
    SET(URL, r->url->text);
    SET(PATH_AS_IS, 1L);
    SET(USERAGENT, "immure");
    SET(HTTPHEADER, r->headers);
    SET(NOBODY, head ? 1L : 0L);
    if (r->body.data != NULL && !head) {
        SET(POSTFIELDS, r->body.data);
        SET(POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
    }
    if (!head)
        SET(CUSTOMREQUEST, r->method);
    SET(SHARE, t->names);
    SET(RESOLVE, t->resolved);
    SET(OPENSOCKETFUNCTION, open_socket);
    SET(OPENSOCKETDATA, t);
    SET(WRITEFUNCTION, take_body);
    SET(WRITEDATA, t);
    SET(HEADERFUNCTION, take_header);
    SET(HEADERDATA, t);
    SET(PRIVATE, t);
}

int
transfer_begin(struct transfer *t, struct curl_loop *loop,
               const struct transfer_request *request)
{
    *t = (struct transfer){.owner = t->owner, .request = *request};
    t->headers = json_array();
    t->names = curl_share_init();
    t->easy = curl_easy_init();
    if (t->headers == NULL || t->names == NULL || t->easy == NULL ||
        pin(t) != 0) {
        transfer_clear(t);
        return -1;
    }
    curl_share_setopt(t->names, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    set_bounds(t);
    set_request(t);
    if (curl_loop_add(loop, t->easy) != 0) {
        transfer_clear(t);
        return -1;
    }
    t->loop = loop;
    return 0;
}

const char *
transfer_failure(const struct transfer *t, CURLcode code)
{
    if (t->broken != NULL && code != CURLE_OK)
        return t->broken;
    /* Not the library's own words: they hold addresses. */
    if (code == CURLE_COULDNT_CONNECT)
        return "the server can't be connected to";
    if (code == CURLE_OPERATION_TIMEDOUT)
        return "timed out: the server can't be connected to";
    return code == CURLE_OK ? NULL : curl_easy_strerror(code);
}

long
transfer_status(const struct transfer *t)
{
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

const char *
transfer_redirect(const struct transfer *t)
{
    char *url = NULL;
    curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &url);
    return url;
}

void
transfer_clear(struct transfer *t)
{
    if (t->easy != NULL && t->loop != NULL)
        curl_loop_remove(t->loop, t->easy);
    if (t->easy != NULL)
        curl_easy_cleanup(t->easy);
    if (t->names != NULL)
        curl_share_cleanup(t->names);
    curl_slist_free_all(t->resolved);
    curl_slist_free_all(t->request.headers);
    json_decref(t->headers);
    buf_clear(&t->body);
    *t = (struct transfer){.owner = t->owner};
}
