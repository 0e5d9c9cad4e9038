/* URLs of guests: taken apart by the library that fetches them, and put
 * together again from what was checked. */
#include "host/gateway/fetch_rule.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "host/cleanup.h"

static void
cleanup_url(CURLU **url)
{
    curl_url_cleanup(*url);
}

static void
cleanup_part(char **part)
{
    curl_free(*part);
}

#define OWNED_URL __attribute__((cleanup(cleanup_url))) CURLU
#define OWNED_PART __attribute__((cleanup(cleanup_part))) char

static int
wrong(struct err *err, const char *what)
{
    return err_set(err, ERR_USAGE, 0, "the URL %s", what);
}

static bool
is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= 0x20 || (unsigned char)*text >= 0x7f)
            return false;
    return true;
}

/* Lower case, without the brackets of IPv6, and of nothing but what names and
 * addresses consist of. */
static int
read_host(const char *given, char **out, struct err *err)
{
    size_t len = strlen(given);
    bool six = given[0] == '[' && given[len - 1] == ']';
    OWNED_STR host = six ? strndup(given + 1, len - 2) : strdup(given);
    if (host == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    for (char *c = host; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c |= 0x20;
        if (strchr(six ? "0123456789abcdef:."
                       : "abcdefghijklmnopqrstuvwxyz0123456789-_.",
                   *c) == NULL)
            return wrong(err, six ? "has no plain IPv6 address"
                                  : "has a host of other signs than letters, "
                                    "digits, - and .");
    }
    len = strlen(host);
    if (len == 0 || len > FETCH_HOST || host[0] == '.' || host[len - 1] == '.')
        return wrong(err, "has an empty host, one that begins or ends with "
                          "a dot, or one that is too long");
    *out = take_str(&host);
    return 0;
}

static int
read_where(CURLU *parts, struct fetch_url *out, struct err *err)
{
    OWNED_PART *scheme = NULL, *host = NULL, *port = NULL, *zone = NULL;
    if (curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        return wrong(err, "begins with neither http:// nor https://");
    out->tls = strcmp(scheme, "https") == 0;
    if (curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        return wrong(err, "names no host");
    if (curl_url_get(parts, CURLUPART_ZONEID, &zone, 0) == CURLUE_OK)
        return wrong(err, "has no plain IPv6 address");
    if (curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) !=
            CURLUE_OK ||
        atoi(port) <= 0 || atoi(port) > 65535)
        return wrong(err, "has no possible port");
    out->port = (uint16_t)atoi(port);
    return read_host(host, &out->host, err);
}

static int
put_together(struct fetch_url *url, const char *path, const char *query,
             struct err *err)
{
    bool six = strchr(url->host, ':') != NULL;
    bool usual = url->port == (url->tls ? 443 : 80);
    char port[8] = "";
    if (!usual)
        (void)snprintf(port, sizeof port, ":%u", url->port);
    if (asprintf(&url->origin, "http%s://%s%s%s%s", url->tls ? "s" : "",
                 six ? "[" : "", url->host, six ? "]" : "", port) < 0)
        url->origin = NULL;
    if (url->origin == NULL ||
        asprintf(&url->text, "%s%s%s%s", url->origin, path, query ? "?" : "",
                 query ? query : "") < 0) {
        url->text = NULL;
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    return 0;
}

static int
read_parts(CURLU *parts, struct fetch_url *out, struct err *err)
{
    OWNED_PART *path = NULL, *query = NULL;
    if (read_where(parts, out, err) != 0)
        return -1;
    if (curl_url_get(parts, CURLUPART_PATH, &path, 0) != CURLUE_OK)
        return wrong(err, "has no path that can be read");
    (void)curl_url_get(parts, CURLUPART_QUERY, &query, 0);
    if (url_path_read(path, &out->path) != 0)
        return wrong(err, "has a path that is too long, holds control "
                          "characters, or is encoded many times over");
    return put_together(out, path, query, err);
}

/* Where its host begins, or NULL.  The library also takes one slash, or three,
 * for two. */
static const char *
find_host(const char *text)
{
    size_t n = strncasecmp(text, "http://", 7) == 0    ? 7
               : strncasecmp(text, "https://", 8) == 0 ? 8
                                                       : 0;
    return n > 0 && text[n] != '/' ? text + n : NULL;
}

/* The library decodes a host after it has made numbers of it to an address:
 * 0x7f%45 would be another host when it is read again. */
static bool
is_encoded(const char *host)
{
    return memchr(host, '%', strcspn(host, "/?#")) != NULL;
}

int
fetch_url_read(const char *text, struct fetch_url *out, struct err *err)
{
    struct fetch_url url = {0};
    OWNED_URL *parts = curl_url();
    if (parts == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (strlen(text) > URL_PATH_MAX || !is_plain(text))
        return wrong(err, "is too long, or has signs that must be encoded "
                          "(%20 for a space)");
    const char *host = find_host(text);
    if (host == NULL)
        return wrong(err, "begins with neither http:// nor https:// and a "
                          "host");
    if (is_encoded(host))
        return wrong(err, "has an encoded host (%..): write it as it is");
    CURLUcode code =
        curl_url_set(parts, CURLUPART_URL, text, CURLU_DISALLOW_USER);
    if (code == CURLUE_USER_NOT_ALLOWED)
        return wrong(err, "holds a user or a password: that is for a header");
    if (code != CURLUE_OK)
        return err_set(err, ERR_USAGE, 0, "the URL can't be read: %s",
                       curl_url_strerror(code));
    if (read_parts(parts, &url, err) != 0) {
        fetch_url_clear(&url);
        return -1;
    }
    *out = url;
    return 0;
}

void
fetch_url_clear(struct fetch_url *url)
{
    free(url->host);
    free(url->text);
    free(url->origin);
    url_path_clear(&url->path);
    *url = (struct fetch_url){0};
}
