#include "host/gateway/sql_uri.h"

#include <stdlib.h>
#include <string.h>

static int
hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* With %XX as what it is; *out stays NULL for an empty text. */
static int
take(const char *from, const char *to, char **out, struct err *err)
{
    if (from == to)
        return 0;
    char *text = malloc((size_t)(to - from) + 1), *at = text;
    if (text == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    for (; from < to; from++) {
        bool escaped = *from == '%' && to - from > 2 && hex(from[1]) >= 0 &&
                       hex(from[2]) >= 0;
        *at = escaped ? (char)(hex(from[1]) * 16 + hex(from[2])) : *from;
        if (*at++ == '\0' || (*from == '%' && !escaped)) {
            free(text);
            return err_set(err, ERR_POLICY, 0, "uri: a %% without two digits");
        }
        from += escaped ? 2 : 0;
    }
    *at = '\0';
    free(*out);
    *out = text;
    return 0;
}

static int
take_port(const char *from, const char *to, unsigned *out, struct err *err)
{
    char *end;
    unsigned long port = strtoul(from, &end, 10);
    if (from == to || end != to || port == 0 || port > 65535)
        return err_set(err, ERR_POLICY, 0, "uri: no port between 1 and 65535");
    *out = (unsigned)port;
    return 0;
}

/* [HOST]:PORT, HOST:PORT, or either alone. */
static int
take_server(const char *from, const char *to, struct sql_uri *out,
            struct err *err)
{
    const char *end = to, *colon;
    if (from < to && *from == '[') {
        end = memchr(from, ']', (size_t)(to - from));
        if (end == NULL)
            return err_set(err, ERR_POLICY, 0, "uri: a [ without its ]");
        if (end + 1 < to && end[1] == ':' &&
            take_port(end + 2, to, &out->port, err) != 0)
            return -1;
        return take(from + 1, end, &out->host, err);
    }
    colon = memchr(from, ':', (size_t)(to - from));
    if (colon != NULL) {
        end = colon;
        if (take_port(colon + 1, to, &out->port, err) != 0)
            return -1;
    }
    return take(from, end, &out->host, err);
}

static int
take_login(const char *from, const char *to, struct sql_uri *out,
           struct err *err)
{
    const char *colon = memchr(from, ':', (size_t)(to - from));
    if (colon != NULL && take(colon + 1, to, &out->password, err) != 0)
        return -1;
    return take(from, colon ? colon : to, &out->user, err);
}

static int
take_option(const char *from, const char *to, struct sql_uri *out,
            struct err *err)
{
    const char *equals = memchr(from, '=', (size_t)(to - from));
    size_t n = equals ? (size_t)(equals - from) : 0;
    if (n == 6 && memcmp(from, "socket", n) == 0)
        return take(equals + 1, to, &out->socket, err);
    if (n == 2 && memcmp(from, "ca", n) == 0) {
        out->tls = true;
        return take(equals + 1, to, &out->ca, err);
    }
    if (n == 3 && memcmp(from, "tls", n) == 0 && to - equals == 4 &&
        memcmp(equals + 1, "yes", 3) == 0) {
        out->tls = true;
        return 0;
    }
    return err_set(err, ERR_POLICY, 0,
                   "uri: behind the ? stand socket=PATH, tls=yes and ca=PATH, "
                   "no \"%.*s\"",
                   (int)(to - from), from);
}

static int
take_options(const char *from, struct sql_uri *out, struct err *err)
{
    while (*from != '\0') {
        const char *to = strchrnul(from, '&');
        if (take_option(from, to, out, err) != 0)
            return -1;
        from = *to == '&' ? to + 1 : to;
    }
    return 0;
}

int
sql_uri_read(const char *text, struct sql_uri *out, struct err *err)
{
    const char *from = strstr(text, "://");
    if (from == NULL)
        return err_set(err, ERR_POLICY, 0, "uri: no ://");
    from += 3;
    const char *query = strchrnul(from, '?');
    const char *slash = memchr(from, '/', (size_t)(query - from));
    const char *server_end = slash ? slash : query;
    const char *at = memrchr(from, '@', (size_t)(server_end - from));
    if (at != NULL && take_login(from, at, out, err) != 0)
        return -1;
    if (take_server(at ? at + 1 : from, server_end, out, err) != 0)
        return -1;
    if (slash != NULL && take(slash + 1, query, &out->database, err) != 0)
        return -1;
    return *query == '?' ? take_options(query + 1, out, err) : 0;
}

void
sql_uri_clear(struct sql_uri *uri)
{
    if (uri->password != NULL)
        explicit_bzero(uri->password, strlen(uri->password));
    char *const texts[] = {uri->user,     uri->password, uri->host,
                           uri->database, uri->socket,   uri->ca};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    *uri = (struct sql_uri){.port = 0};
}
