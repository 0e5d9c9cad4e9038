/* What servers and guests say before a stream is the guest's (host/gateway):
 * URIs, operations of sockets, and logins.
 *
 * The first byte chooses what.  Of a login the rest are pieces: a byte for
 * whose (0x80: the guest's library's) and how long it is, and that many
 * bytes. */
#include "host/gateway/login.h"
#include "host/gateway/stream_wire.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { AS_URI, AS_REQUEST, AS_REDIS, AS_MYSQL, WAY_COUNT };

static void
eat_uri(const uint8_t *data, size_t size)
{
    struct stream_uri uri;
    struct err err = {0};
    char *text = strndup((const char *)data, size);
    if (text == NULL)
        return;
    if (stream_uri_parse(text, &uri, &err) == 0) {
        if (strlen(uri.host) == 0 || (uri.port == 0 && !uri.local))
            abort();
        fuzz_use(strlen(uri.user) + strlen(uri.password) +
                 strlen(uri.database));
    } else if (err.msg[0] == '\0') {
        abort();
    }
    free(text);
}

static void
eat_request(const uint8_t *data, size_t size)
{
    struct stream_request r;
    unsigned sum = 0;
    if (stream_request_parse((struct span){data, size}, &r, NULL) != 0)
        return;
    for (size_t i = 0; i < r.data.len; i++)
        sum += r.data.data[i];
    if (r.most > STREAM_RECV_MAX)
        abort();
    fuzz_use(sum);
}

static bool
has_password(struct evbuffer *b)
{
    return evbuffer_search(b, "pa55word", 8, NULL).pos >= 0;
}

/* Whatever is said: the password goes nowhere but into an answer to the
 * server, and a failure has a text and a number.  (A server that knows it may
 * say it.) */
static void
eat_login(const char *uri, const uint8_t *data, size_t size)
{
    struct stream_uri account;
    struct login *login;
    struct err err = {0};
    struct evbuffer *b[4], *said = evbuffer_new();
    int done = 0;
    if (stream_uri_parse(uri, &account, NULL) != 0 ||
        login_new(&account, &login, NULL) != 0)
        abort();
    for (int i = 0; i < 4; i++)
        b[i] = evbuffer_new();
    const struct login_pipes pipes = {b[0], b[1], b[2], b[3]};
    done = login_step(login, &pipes, &err);
    while (size > 0 && done == 0 && login->state != LOGIN_DONE) {
        size_t len = data[0] & 0x7f;
        struct evbuffer *to = data[0] & 0x80 ? b[2] : b[0];
        len = len < size - 1 ? len : size - 1;
        evbuffer_add(to, data + 1, len);
        evbuffer_add(said, data + 1, len);
        data += 1 + len;
        size -= 1 + len;
        done = login_step(login, &pipes, &err);
    }
    if (done != 0 && (err.msg[0] == '\0' || err.sys_errno == 0))
        abort();
    if (has_password(b[3]) && !has_password(said))
        abort();
    evbuffer_free(said);
    for (int i = 0; i < 4; i++)
        evbuffer_free(b[i]);
    login_free(login);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    uint8_t *copy = malloc(size); /* exact, so that ASan sees its end */
    if (copy == NULL)
        return 0;
    memcpy(copy, data, size);
    switch (copy[0] % WAY_COUNT) {
    case AS_URI:
        eat_uri(copy + 1, size - 1);
        break;
    case AS_REQUEST:
        eat_request(copy + 1, size - 1);
        break;
    case AS_REDIS:
        eat_login("redis:tcp://u:pa55word@h/3", copy + 1, size - 1);
        break;
    default:
        eat_login("mysql:tcp://u:pa55word@h/db", copy + 1, size - 1);
        break;
    }
    free(copy);
    return 0;
}
