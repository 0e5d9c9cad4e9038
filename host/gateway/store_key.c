/* Keys and places of values. */
#include "host/gateway/store.h"

#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/cleanup.h"

enum { KEY_GIVEN = 64 << 10, TENANT_PLAIN = 64 };

/* Printable, and without the byte that ends it. */
static bool
is_plain(const uint8_t *data, size_t len, uint8_t end)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] <= 0x20 || data[i] >= 0x7f || data[i] == end)
            return false;
    return true;
}

/* "=" and the text, or "#" and its hash: no text is another's hash. */
static size_t
put(char *out, const uint8_t *data, size_t len, bool plain)
{
    if (plain) {
        out[0] = '=';
        memcpy(out + 1, data, len);
        return 1 + len;
    }
    out[0] = '#';
    SHA256Data(data, len, out + 1);
    return SHA256_DIGEST_STRING_LENGTH; /* with the # in the NUL's place */
}

int
store_key(const char *tenant, struct span key, char out[STORE_KEY + 1],
          struct err *err)
{
    const uint8_t *name = (const uint8_t *)tenant;
    size_t len = strlen(tenant), n = 0;
    if (key.len == 0 || key.len > KEY_GIVEN)
        return err_set(err, ERR_USAGE, 0,
                       "a key is 1 to %d bytes long, and not %zu", KEY_GIVEN,
                       key.len);
    n = (size_t)snprintf(out, STORE_KEY, "immure:");
    n += put(out + n, name, len,
             len <= TENANT_PLAIN && is_plain(name, len, ':'));
    out[n++] = ':';
    n += put(out + n, key.data, key.len,
             key.len + n + 1 <= STORE_KEY && is_plain(key.data, key.len, 0));
    out[n] = '\0';
    return 0;
}

/* The rest of *text behind a word, which is taken off it. */
static bool
take(const char **text, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*text, word, n) != 0)
        return false;
    *text += n;
    return true;
}

/* "HOST[:PORT][/DATABASE]" */
static int
read_where(const char *text, struct store_place *out, struct err *err)
{
    bool six = text[0] == '[';
    size_t len = six ? strcspn(text, "]") : strcspn(text, ":/");
    const char *rest = text + len + (six && text[len] == ']' ? 1 : 0);
    unsigned long port = 0, database = 0;
    char *end = NULL;
    if (rest[0] == ':') {
        port = strtoul(rest + 1, &end, 10);
        rest = end;
    }
    if (rest[0] == '/' && rest[1] != '\0') {
        database = strtoul(rest + 1, &end, 10);
        rest = end;
    }
    if (len == 0 || port > 65535 || database > 9999 ||
        (rest[0] != '\0' && strcmp(rest, "/") != 0))
        return err_set(err, ERR_POLICY, 0,
                       "uri: write HOST, HOST:PORT or, of redis, "
                       "HOST:PORT/DATABASE behind tcp://");
    out->host = six ? strndup(text + 1, len - 1) : strndup(text, len);
    out->port = (unsigned)port;
    out->database = (unsigned)database;
    return out->host ? 0 : err_set(err, ERR_MEMORY, 0, "out of memory");
}

int
store_uri_read(const char *uri, struct store_place *out,
               const struct store_server **out_server, struct err *err)
{
    const char *rest = uri;
    const struct store_server *server = NULL;
    (void)take(&rest, "cache:");
    if (take(&rest, "memcache:"))
        server = &store_memcached;
#ifdef WITH_REDIS
    if (server == NULL && take(&rest, "redis:"))
        server = &store_redis;
#endif
    if (server == NULL)
        return err_set(err, ERR_POLICY, 0,
                       "uri: it begins with neither memcache: nor redis:, or "
                       "immure was built without that");
    *out_server = server;
    if (take(&rest, "tcp://"))
        return read_where(rest, out, err);
    if (!take(&rest, "unix:") || rest[0] != '/')
        return err_set(err, ERR_POLICY, 0,
                       "uri: write tcp://HOST:PORT or unix:/PATH behind the "
                       "kind of server");
    while (rest[0] == '/' && rest[1] == '/')
        rest++;
    out->path = strdup(rest);
    return out->path ? 0 : err_set(err, ERR_MEMORY, 0, "out of memory");
}

unsigned
store_ms_left(const struct store_call *call)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    uint64_t now = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
    return now < call->deadline_ns
               ? (unsigned)((call->deadline_ns - now) / 1000000)
               : 0;
}

int
store_found(struct store_item *item, struct buf *values, const void *data,
            size_t len, struct err *err)
{
    if (len > STORE_ANSWER || values->len > STORE_ANSWER - len)
        return err_set(err, ERR_USAGE, 0,
                       "the values are over 15 MiB together: ask for fewer");
    item->done = true;
    return field_add(values, data, len, err);
}
