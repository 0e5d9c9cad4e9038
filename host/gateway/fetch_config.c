#include "host/gateway/fetch_config.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    BODY_DEFAULT = 4 << 20,
    BODY_MAX = 15 << 20, /* an answer's frame is at most 16 MiB */
    REDIRECTS_DEFAULT = 5,
    REDIRECTS_MAX = 20,
    SECRET_SHORTEST = 8,
};

static int
read_keys(struct fetch_gateway *fetch, struct gateway *gateway,
          const json_t *keys, struct err *err)
{
    const char *ca = key_text(keys, "ca_file");
    uint64_t body = key_number(keys, "body", BODY_DEFAULT);
    uint64_t redirects = key_number(keys, "redirects", REDIRECTS_DEFAULT);
    fetch->body_max = body < BODY_MAX ? (size_t)body : BODY_MAX;
    fetch->redirects_max =
        (unsigned)(redirects < REDIRECTS_MAX ? redirects : REDIRECTS_MAX);
    if (ca != NULL && (fetch->ca_file = strdup(ca)) == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (ca != NULL && access(ca, R_OK) != 0)
        return err_set(err, ERR_POLICY, errno, "ca_file: %s", ca);
    if (ca != NULL && gateway_needs_path(gateway, ca, false, err) != 0)
        return -1;
    return fetch_rules_read(json_object_get(keys, "rules"), &fetch->rules,
                            err);
}

int
fetch_gateway_open(struct gateway *gateway, const json_t *keys,
                   struct fetch_gateway **out, struct err *err)
{
    struct fetch_gateway *fetch = calloc(1, sizeof *fetch);
    if (fetch == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(fetch);
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    int failed = read_keys(fetch, gateway, keys, err);
    if (failed == 0)
        fetch->resolver =
            resolver_new(gateway->base, key_text(keys, "dns"), err);
    if (failed != 0 || fetch->resolver == NULL) {
        fetch_gateway_close(fetch);
        return -1;
    }
    *out = fetch;
    return 0;
}

void
fetch_gateway_close(struct fetch_gateway *fetch)
{
    fetch_rules_clear(&fetch->rules);
    resolver_free(fetch->resolver);
    free(fetch->ca_file);
    free(fetch);
}

bool
fetch_holds_secret(const struct fetch_rules *rules, const void *data,
                   size_t len)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct fetch_rule *rule = &rules->rows[i];
        for (size_t j = 0; j < rule->nheaders; j++) {
            const char *secret = rule->headers[j].secret;
            size_t n = secret ? strlen(secret) : 0;
            if (n >= SECRET_SHORTEST && memmem(data, len, secret, n) != NULL)
                return true;
        }
    }
    return false;
}
