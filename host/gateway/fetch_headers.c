#include "host/gateway/fetch_headers.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "host/cleanup.h"
#include "host/gateway/fetch_rule.h"

static const char *const hops[] = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
};

/* Made from the URL, the body and the time, or a proxy's to say. */
static const char *const ours[] = {
    "host",
    "content-length",
    "expect",
    "forwarded",
    "via",
    "proxy",
    "remote-user",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-original-url",
    "x-rewrite-url",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
};

static const char *const bound[] = {"authorization", "cookie", "cookie2",
                                    "x-api-key", "x-auth-token"};

static const char *const of_bodies[] = {"content-type", "content-encoding",
                                        "content-language",
                                        "content-location"};

#define IS_ONE_OF(name, len, rows)                                            \
    is_one_of((name), (len), (rows), sizeof(rows) / sizeof((rows)[0]))

/* As servers read names that make variables of headers: X_User is X-User. */
static bool
is_spelt(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int x = a[i] == '_' ? '-' : tolower((unsigned char)a[i]);
        int y = b[i] == '_' ? '-' : tolower((unsigned char)b[i]);
        if (x != y)
            return false;
    }
    return true;
}

static bool
is_one_of(const char *name, size_t len, const char *const *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i]) == len && is_spelt(name, rows[i], len))
            return true;
    return false;
}

static bool
begins_as_one_of(const char *name, size_t len, const char *const *rows,
                 size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i]) <= len && is_spelt(name, rows[i], strlen(rows[i])))
            return true;
    return false;
}

bool
fetch_header_is_valid(const char *name, const char *value)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (name[0] == '\0' || name[strspn(name, token)] != '\0')
        return false;
    for (; *value != '\0'; value++)
        if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f)
            return false;
    return true;
}

bool
fetch_header_is_hop(const char *name, size_t len)
{
    return IS_ONE_OF(name, len, hops);
}

bool
fetch_header_is_ours(const char *name)
{
    return fetch_header_is_hop(name, strlen(name)) ||
           IS_ONE_OF(name, strlen(name), ours);
}

bool
fetch_header_is_bound(const char *name)
{
    return IS_ONE_OF(name, strlen(name), bound);
}

static const char *
name_of(const json_t *pair)
{
    return json_string_value(json_array_get(pair, 0));
}

static const char *
value_of(const json_t *pair)
{
    return json_string_value(json_array_get(pair, 1));
}

/* Values are bytes, as in answers: each the character of its number. */
static bool
is_latin(const char *value)
{
    for (; *value != '\0'; value++)
        if ((unsigned char)*value >= 0xc4)
            return false;
    return true;
}

/* In place, as it only shrinks. */
static void
make_latin(char *value)
{
    char *to = value;
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        if (c >= 0xc2)
            c = (unsigned char)(c << 6 | (*++value & 0x3f));
        *to++ = (char)c;
    }
    *to = '\0';
}

/* What only a proxy of the operator's may say of a guest's request. */
static bool
is_a_proxys(const char *name)
{
    static const char *const heads[] = {"x-forwarded-", "proxy-"};
    return begins_as_one_of(name, strlen(name), heads,
                            sizeof heads / sizeof *heads);
}

const char *
fetch_headers_check(const json_t *given)
{
    size_t i, bytes = 0;
    json_t *pair;
    if (!json_is_array(given) || json_array_size(given) > FETCH_HEADER_COUNT)
        return "there are over 100 headers";
    json_array_foreach(given, i, pair) {
        const char *name = name_of(pair), *value = value_of(pair);
        if (name == NULL || value == NULL || json_array_size(pair) != 2 ||
            !fetch_header_is_valid(name, value))
            return "a header's name is no token, or its value has line ends "
                   "or other control characters";
        if (!is_latin(value))
            return "a header's value has characters beyond U+00FF";
        bytes += strlen(name) + strlen(value);
    }
    return bytes > FETCH_HEADER_BYTES ? "the headers are over 32 KiB" : NULL;
}

/* Whether a Connection header of the guest's names it. */
static bool
is_named(const json_t *given, const char *name)
{
    size_t i, len = strlen(name);
    json_t *pair;
    json_array_foreach(given, i, pair) {
        if (strcasecmp(name_of(pair), "connection") != 0)
            continue;
        for (const char *s = value_of(pair); *s != '\0';) {
            s += strspn(s, ", \t");
            size_t n = strcspn(s, ", \t");
            if (n == len && strncasecmp(s, name, n) == 0)
                return true;
            s += n;
        }
    }
    return false;
}

static bool
is_operators(const struct fetch_rule *rule, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < rule->nheaders; i++)
        if (strlen(rule->headers[i].name) == len &&
            is_spelt(rule->headers[i].name, name, len))
            return true;
    return false;
}

/* "Name: value"; the library writes an empty one from "Name;". */
static int
append(struct curl_slist **list, const char *name, const char *value)
{
    OWNED_STR line = NULL;
    const char *between = value[strspn(value, " \t")] != '\0' ? ": " : ";";
    if (asprintf(&line, "%s%s%s", name, between,
                 between[0] == ':' ? value : "") < 0)
        line = NULL;
    struct curl_slist *longer = line ? curl_slist_append(*list, line) : NULL;
    if (longer == NULL) {
        curl_slist_free_all(*list);
        *list = NULL;
        return -1;
    }
    *list = longer;
    return 0;
}

static int
append_given(struct curl_slist **list, const char *name, const char *value)
{
    OWNED_STR bytes = strdup(value);
    if (bytes == NULL) {
        curl_slist_free_all(*list);
        *list = NULL;
        return -1;
    }
    make_latin(bytes);
    return append(list, name, bytes);
}

/* Without these lines the library would add headers of its own. */
static int
begin(struct curl_slist **list, bool typed, bool accepted)
{
    static const char *const lines[] = {"Expect:", "Content-Type:", "Accept:"};
    const bool wanted[] = {true, !typed, !accepted};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (!wanted[i])
            continue;
        struct curl_slist *longer = curl_slist_append(*list, lines[i]);
        if (longer == NULL) {
            curl_slist_free_all(*list);
            *list = NULL;
            return -1;
        }
        *list = longer;
    }
    return 0;
}

static bool
is_given(const json_t *given, const struct fetch_rule *rule, const char *name)
{
    size_t i;
    json_t *pair;
    json_array_foreach(given, i, pair) {
        if (strcasecmp(name_of(pair), name) == 0)
            return true;
    }
    return is_operators(rule, name);
}

struct curl_slist *
fetch_headers_make(const json_t *given, const struct fetch_rule *rule,
                   bool with_bound, bool with_body, json_t *dropped)
{
    struct curl_slist *list = NULL;
    size_t i;
    json_t *pair;
    if (begin(&list, with_body && is_given(given, rule, "content-type"),
              is_given(given, rule, "accept")) != 0)
        return NULL;
    json_array_foreach(given, i, pair) {
        const char *name = name_of(pair);
        bool body = IS_ONE_OF(name, strlen(name), of_bodies);
        if (fetch_header_is_ours(name) || is_a_proxys(name) ||
            is_named(given, name) || is_operators(rule, name) ||
            (body && !with_body) ||
            (!with_bound && fetch_header_is_bound(name)))
            json_array_append_new(dropped, json_string(name));
        else if (append_given(&list, name, value_of(pair)) != 0)
            return NULL;
    }
    for (i = 0; i < rule->nheaders; i++)
        if (append(&list, rule->headers[i].name, rule->headers[i].value) != 0)
            return NULL;
    return list;
}
