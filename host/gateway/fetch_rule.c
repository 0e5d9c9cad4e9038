#include "host/gateway/fetch_rule.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "host/cleanup.h"
#include "host/gateway/fetch_headers.h"
#include "host/gateway/kind.h"

/* In the order of their bits. */
static const char *const fetch_methods[] = {"GET",   "HEAD",   "POST",   "PUT",
                                            "PATCH", "DELETE", "OPTIONS"};

int
fetch_method(const char *name)
{
    for (int i = 0; i < (int)(sizeof fetch_methods / sizeof fetch_methods[0]);
         i++)
        if (strcmp(name, fetch_methods[i]) == 0)
            return i;
    return -1;
}

/* "GET,HEAD" of len bytes. */
static int
read_methods(const char *text, size_t len, uint32_t *out, struct err *err)
{
    for (const char *end = text + len; text <= end;) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        size_t n = (size_t)((comma ? comma : end) - text);
        OWNED_STR word = strndup(text, n);
        int method = word ? fetch_method(word) : -1;
        if (method < 0)
            return err_set(err, ERR_POLICY, 0,
                           "\"%.40s\" is no method: GET, HEAD, POST, PUT, "
                           "PATCH, DELETE or OPTIONS",
                           word ? word : "?");
        *out |= 1u << method;
        text += n + 1;
    }
    return 0;
}

/* "api.example.com", "*.example.com", "*", "[::1]": host and below. */
static int
read_host(const char *text, size_t len, struct fetch_rule *out,
          struct err *err)
{
    if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    } else if (len == 1 && text[0] == '*') {
        out->below = true;
        len = 0;
    } else if (len > 2 && text[0] == '*' && text[1] == '.') {
        out->below = true;
        text += 2;
        len -= 2;
    }
    out->host = strndup(text, len);
    if (out->host == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    for (char *c = out->host; *c != '\0'; c++) {
        *c = (char)tolower((unsigned char)*c);
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.:", *c) == NULL)
            return err_set(err, ERR_POLICY, 0,
                           "a host is a name, *.NAME for all below it, or *");
    }
    if ((len == 0 && !out->below) || len > FETCH_HOST || out->host[0] == '.' ||
        (len > 0 && out->host[len - 1] == '.'))
        return err_set(err, ERR_POLICY, 0, "it names no possible host");
    return 0;
}

static int
read_where(const char *text, struct fetch_rule *out, struct err *err)
{
    out->tls = strncmp(text, "https://", 8) == 0;
    if (!out->tls && strncmp(text, "http://", 7) != 0)
        return err_set(err, ERR_POLICY, 0,
                       "behind the methods stands neither https:// nor "
                       "http://");
    text += out->tls ? 8 : 7;
    size_t len = text[0] == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":/");
    const char *rest = text + len;
    if (len > strlen(text))
        return err_set(err, ERR_POLICY, 0, "it has a [ without a ]");
    if (read_host(text, len, out, err) != 0)
        return -1;
    unsigned long port = out->tls ? 443 : 80;
    if (rest[0] == ':') {
        char *end;
        port = strtoul(rest + 1, &end, 10);
        rest = isdigit((unsigned char)rest[1]) ? end : "";
    }
    if (port == 0 || port > 65535 || rest[0] != '/')
        return err_set(err, ERR_POLICY, 0,
                       "behind the host stands no path (/** is all of them), "
                       "or a port that is none");
    out->port = (uint16_t)port;
    if (strpbrk(rest, "?#") != NULL || url_path_read(rest, &out->path) != 0)
        return err_set(err, ERR_POLICY, 0,
                       "its path has a ? or # (queries are free), control "
                       "characters, or is too long");
    return 0;
}

static int
read_allow(const char *text, struct fetch_rule *out, struct err *err)
{
    size_t len = strcspn(text, " ");
    if (len == 0 || text[len] == '\0')
        return err_set(err, ERR_POLICY, 0,
                       "write METHOD,... URL, as \"GET "
                       "https://api.example.com/v1/**\"");
    if (read_methods(text, len, &out->methods, err) != 0)
        return -1;
    return read_where(text + len + strspn(text + len, " "), out, err);
}

/* Where the value of a header is found. */
static const char *const sources[] = {"header", "header_env", "header_file"};

/* "Bearer API_TOKEN": words to be sent as they are, and the secret's place. */
static int
read_secret(const char *source, const char *given, struct fetch_header *out,
            struct err *err)
{
    char *secret = NULL; /* wiped on all ways out */
    const char *space = strrchr(given, ' ');
    const char *place = space ? space + 1 : given;
    json_t *keys = json_pack("{s:s}", source, place);
    int done = key_secret(keys, "header", &secret, err);
    json_decref(keys);
    if (done == 0 && (secret == NULL || secret[0] == '\0'))
        done =
            err_set(err, ERR_POLICY, 0, "%s: %s: it is empty", source, place);
    if (done == 0 && asprintf(&out->value, "%.*s%s", (int)(place - given),
                              given, secret) < 0) {
        out->value = NULL;
        done = err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    if (done == 0)
        out->secret = out->value + (place - given);
    secret_clear(&secret);
    return done;
}

static int
add_header(struct fetch_rule *rule, size_t source, const char *given,
           struct err *err)
{
    const char *equals = given ? strchr(given, '=') : NULL;
    if (equals == NULL || rule->nheaders == FETCH_HEADERS)
        return err_set(err, ERR_POLICY, 0,
                       "%s: \"%.80s\": write NAME=..., at most %d of them",
                       sources[source], given ? given : "", FETCH_HEADERS);
    struct fetch_header *header = &rule->headers[rule->nheaders++];
    header->name = strndup(given, (size_t)(equals - given));
    if (source == 0)
        header->value = strdup(equals + 1);
    else if (read_secret(sources[source], equals + 1, header, err) != 0)
        return -1;
    if (header->name == NULL || header->value == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (!fetch_header_is_valid(header->name, header->value) ||
        fetch_header_is_ours(header->name))
        return err_set(err, ERR_POLICY, 0,
                       "%s: \"%.80s\" is no header that can be set, or its "
                       "value has control characters",
                       sources[source], header->name);
    if (header->secret != NULL && rule->below && rule->host[0] == '\0')
        return err_set(err, ERR_POLICY, 0,
                       "%s: a secret for every host there is: name the host",
                       sources[source]);
    return 0;
}

static int
read_rule(const json_t *row, struct fetch_rule *out, struct err *err)
{
    const char *allow = json_string_value(
        json_is_string(row) ? row : json_object_get(row, "allow"));
    if (allow == NULL)
        return err_set(err, ERR_POLICY, 0, "it has no text \"allow\"");
    if (read_allow(allow, out, err) != 0)
        return -1;
    out->internal = json_is_true(json_object_get(row, "private"));
    for (size_t s = 0; s < sizeof sources / sizeof sources[0]; s++) {
        size_t i;
        json_t *item;
        json_array_foreach(json_object_get(row, sources[s]), i, item) {
            if (add_header(out, s, json_string_value(item), err) != 0)
                return -1;
        }
    }
    return 0;
}

static const char *
name_of(const json_t *row)
{
    const char *text = json_string_value(
        json_is_string(row) ? row : json_object_get(row, "allow"));
    return text ? text : "?";
}

int
fetch_rules_read(const json_t *list, struct fetch_rules *out, struct err *err)
{
    struct err why;
    size_t i, count = json_array_size(list);
    json_t *row;
    if (count == 0 || count > FETCH_RULES)
        return err_set(err, ERR_POLICY, 0,
                       "rules: %zu of them: at least one, or nothing is let "
                       "through, and at most %d",
                       count, FETCH_RULES);
    out->rows = calloc(count, sizeof *out->rows);
    if (out->rows == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    json_array_foreach(list, i, row) {
        out->count = i + 1; /* also what failed is cleared */
        if (read_rule(row, &out->rows[i], &why) != 0)
            return err_set(err, why.code, 0, "rule \"%.120s\": %s",
                           name_of(row), why.msg);
    }
    return 0;
}

void
fetch_rules_clear(struct fetch_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        struct fetch_rule *rule = &rules->rows[i];
        for (size_t j = 0; j < rule->nheaders; j++) {
            free(rule->headers[j].name);
            secret_clear(&rule->headers[j].value);
        }
        free(rule->host);
        url_path_clear(&rule->path);
    }
    free(rules->rows);
    *rules = (struct fetch_rules){0};
}

static bool
host_fits(const struct fetch_rule *rule, const char *host)
{
    size_t len = strlen(host), below = strlen(rule->host);
    if (!rule->below)
        return strcmp(host, rule->host) == 0;
    return below == 0 || (len > below + 1 && host[len - below - 1] == '.' &&
                          strcmp(host + len - below, rule->host) == 0);
}

const struct fetch_rule *
fetch_rules_find(const struct fetch_rules *rules, int method,
                 const struct fetch_url *url)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct fetch_rule *rule = &rules->rows[i];
        if ((rule->methods & (1u << method)) != 0 && rule->tls == url->tls &&
            rule->port == url->port && host_fits(rule, url->host) &&
            url_path_matches(rule->path.plain, url->path.plain) &&
            url_path_matches(rule->path.bare, url->path.bare))
            return rule;
    }
    return NULL;
}

bool
fetch_rule_allows(const struct fetch_rule *rule, enum address_kind kind)
{
    switch (kind) {
    case ADDRESS_PUBLIC:
        return true;
    case ADDRESS_PRIVATE:
        return rule->internal;
    case ADDRESS_METADATA:
        return rule->internal && !rule->below;
    case ADDRESS_NEVER:
        return false;
    }
    return false;
}
