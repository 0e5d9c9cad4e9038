#include "host/gateway/stream_uri.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct protocol_row {
    const char *word;
    uint16_t port; /* 0: it has to be given */
    bool logs_in;  /* may have a user, a password and a database */
};

static const struct protocol_row protocols[STREAM_PROTOCOLS] = {
    [STREAM_TCP] = {"tcp", 0, false},
    [STREAM_MEMCACHE] = {"memcache", 11211, false},
    [STREAM_REDIS] = {"redis", 6379, true},
    [STREAM_MYSQL] = {"mysql", 3306, true},
};

/* The rest behind a word, or NULL. */
static const char *
behind(const char *text, const char *word)
{
    size_t n = strlen(word);
    return strncmp(text, word, n) == 0 ? text + n : NULL;
}

static int
say(struct err *err, const char *what)
{
    return err_set(err, ERR_POLICY, 0,
                   "uri: %s.  Write PROTOCOL:tcp://HOST:PORT or "
                   "PROTOCOL:unix:///PATH; PROTOCOL is memcache, redis, mysql "
                   "or tcp",
                   what);
}

static int
hex(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* len bytes of text with their %XX. */
static int
take_word(const char *text, size_t len, char out[STREAM_WORD_MAX + 1],
          struct err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        int c = (unsigned char)text[i];
        if (c == '%') {
            int high = i + 2 < len ? hex(text[i + 1]) : -1;
            int low = high >= 0 ? hex(text[i + 2]) : -1;
            if (low < 0 || (high == 0 && low == 0))
                return say(err, "a % that is no %XX");
            c = high * 16 + low;
            i += 2;
        }
        if (n == STREAM_WORD_MAX)
            return say(err, "a user, password or database over 255 bytes");
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return 0;
}

/* USER[:PASSWORD]@ in front of *text. */
static int
take_login(const char **text, struct stream_uri *out, struct err *err)
{
    size_t authority = strcspn(*text, "/");
    const char *at = memrchr(*text, '@', authority);
    if (at == NULL)
        return 0;
    if (!protocols[out->protocol].logs_in)
        return say(err, "a user in it, but the protocol has no login");
    size_t len = (size_t)(at - *text);
    const char *colon = memchr(*text, ':', len);
    size_t user = colon ? (size_t)(colon - *text) : len;
    if (take_word(*text, user, out->user, err) != 0 ||
        (colon != NULL &&
         take_word(colon + 1, len - user - 1, out->password, err) != 0))
        return -1;
    *text = at + 1;
    return 0;
}

static int
take_port(const char *text, size_t len, uint16_t *out, struct err *err)
{
    unsigned long port = 0;
    for (size_t i = 0; i < len && port <= 65535; i++) {
        if (!isdigit((unsigned char)text[i]))
            return say(err, "a port that is no number");
        port = port * 10 + (unsigned long)(text[i] - '0');
    }
    if (port == 0 || port > 65535)
        return say(err, "a port that is none of 1 to 65535");
    *out = (uint16_t)port;
    return 0;
}

static int
take_host(const char **text, struct stream_uri *out, struct err *err)
{
    const char *host = *text, *end;
    size_t len;
    if (host[0] == '[') {
        end = strchr(++host, ']');
        if (end == NULL)
            return say(err, "a [ without its ]");
        len = (size_t)(end++ - host);
    } else {
        len = strcspn(host, ":/");
        end = host + len;
    }
    if (len == 0 || len > STREAM_HOST_MAX)
        return say(err, "no host in it, or one over 255 bytes");
    for (size_t i = 0; i < len; i++)
        if (!isgraph((unsigned char)host[i]))
            return say(err, "a host with a space or a control in it");
    memcpy(out->host, host, len);
    out->port = protocols[out->protocol].port;
    if (*end == ':') {
        size_t digits = strcspn(end + 1, "/");
        if (take_port(end + 1, digits, &out->port, err) != 0)
            return -1;
        end += 1 + digits;
    }
    *text = end;
    return out->port ? 0 : say(err, "no port in it");
}

static int
take_database(const char *text, struct stream_uri *out, struct err *err)
{
    if (*text == '/')
        text++;
    else if (*text != '\0')
        return say(err, "something behind the host that is no :PORT");
    if (*text == '\0')
        return 0;
    if (!protocols[out->protocol].logs_in)
        return say(err, "a database in it, but the protocol has none");
    return take_word(text, strlen(text), out->database, err);
}

int
stream_uri_parse(const char *text, struct stream_uri *out, struct err *err)
{
    struct stream_uri uri = {.protocol = STREAM_PROTOCOLS};
    const char *rest = NULL, *path;
    for (int i = 0; i < STREAM_PROTOCOLS; i++) {
        const char *after = behind(text, protocols[i].word);
        if (after != NULL && *after == ':') {
            uri.protocol = (enum stream_protocol)i;
            rest = after + 1;
        }
    }
    /* tcp://HOST:PORT is tcp:tcp://HOST:PORT. */
    if (rest != NULL && uri.protocol == STREAM_TCP && behind(rest, "//"))
        rest = text;
    if (rest == NULL)
        return say(err, "no protocol that is known in front of it");
    path = behind(rest, "unix://");
    uri.local = path != NULL;
    rest = uri.local ? path : behind(rest, "tcp://");
    if (rest == NULL)
        return say(err, "neither tcp:// nor unix:// behind the protocol");
    if (take_login(&rest, &uri, err) != 0)
        return -1;
    if (!uri.local) {
        if (take_host(&rest, &uri, err) != 0 ||
            take_database(rest, &uri, err) != 0)
            return -1;
    } else if (rest[0] != '/' || strlen(rest) > STREAM_PATH_MAX) {
        return say(err, "a path that is not absolute, or over 107 bytes");
    } else {
        memcpy(uri.host, rest, strlen(rest));
    }
    *out = uri;
    explicit_bzero(&uri, sizeof uri);
    return 0;
}
