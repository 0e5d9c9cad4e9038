#include "host/supervisor/gateways.h"

#include <stdlib.h>
#include <string.h>

static int
read_number(const json_t *keys, const char *name, const char *key,
            uint64_t highest, uint64_t *out, struct err *err)
{
    const json_t *value = json_object_get(keys, key);
    json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < 0 || (uint64_t)n > highest)
        return err_set(err, ERR_POLICY, 0,
                       "effective policy: gateways.%s has no %s", name, key);
    *out = (uint64_t)n;
    return 0;
}

static int
read_row(const char *name, const json_t *keys, struct gateway_row *out,
         struct err *err)
{
    struct gateway_row row = {0};
    const char *wall = json_string_value(json_object_get(keys, "wall"));
    uint64_t calls = 0;
    if (!call_name_is_valid(
            (struct span){(const uint8_t *)name, strlen(name)}))
        return err_set(err, ERR_POLICY, 0,
                       "effective policy: a gateway of no possible name");
    if (read_number(keys, name, "calls", UINT32_MAX, &calls, err) != 0 ||
        read_number(keys, name, "bytes", INT64_MAX, &row.bytes_max, err) !=
            0 ||
        read_number(keys, name, "time_ms", UINT32_MAX, &row.time_ms, err) !=
            0 ||
        read_number(keys, name, "total_ms", UINT32_MAX, &row.total_ms, err) !=
            0)
        return -1;
    strcpy(row.name, name);
    row.calls_max = (uint32_t)calls;
    row.pauses = wall != NULL && strcmp(wall, "pauses") == 0;
    *out = row;
    return 0;
}

/* The broker gets no other variable of this environment. */
static int
add_environment(struct gateways *g, const char *name, const json_t *keys,
                struct err *err)
{
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)keys, key, value) {
        size_t len = strlen(key);
        if (len < 4 || strcmp(key + len - 4, "_env") != 0 ||
            !json_is_string(value))
            continue;
        const char *variable = json_string_value(value);
        const char *text = getenv(variable);
        if (text == NULL || strchr(variable, '=') != NULL)
            return err_set(err, ERR_POLICY, 0,
                           "gateways.%s.%s: there is no %s in the "
                           "environment of immure",
                           name, key, variable);
        if (buf_add(&g->environment, variable, strlen(variable), err) != 0 ||
            buf_add(&g->environment, "=", 1, err) != 0 ||
            buf_add(&g->environment, text, strlen(text) + 1, err) != 0)
            return -1;
    }
    return 0;
}

static int
read_all(json_t *table, struct gateways *out, struct err *err)
{
    const char *name;
    json_t *keys;
    out->rows = calloc(json_object_size(table), sizeof *out->rows);
    if (out->rows == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    json_object_foreach(table, name, keys) {
        if (read_row(name, keys, &out->rows[out->count], err) != 0 ||
            add_environment(out, name, keys, err) != 0)
            return -1;
        out->count++;
    }
    return 0;
}

/* What is left may be read by every guest.  The hash is over what the gateways
 * are as well: a guest that had it could try addresses against it. */
static void
strip(json_t *policy, json_t *table)
{
    json_t *kinds = json_object();
    json_t *origins = json_object_get(policy, "origins");
    const char *name, *key;
    json_t *keys, *value;
    void *next;
    json_object_foreach(table, name, keys)
        json_object_set_new(
            kinds, name,
            json_pack("{s:O}", "kind", json_object_get(keys, "kind")));
    json_object_set_new(policy, "gateways", kinds);
    json_object_del(policy, "sha256");
    json_object_del(policy, "tenant");
    json_object_foreach_safe(origins, next, key, value)
        if (strncmp(key, "gateways.", 9) == 0)
            json_object_del(origins, key);
}

int
gateways_split(json_t *policy, struct gateways *out, struct err *err)
{
    json_t *table = json_object_get(policy, "gateways");
    json_t *tenant = json_object_get(policy, "tenant");
    struct gateways gateways = {0};
    if (json_object_size(table) == 0)
        return 0;
    if (json_object_size(table) > GRANTS_MAX)
        return err_set(err, ERR_POLICY, 0, "more than %d gateways",
                       GRANTS_MAX);
    json_t *told =
        json_pack("{s:O?, s:O}", "tenant", tenant, "gateways", table);
    gateways.json = told ? json_dumps(told, JSON_COMPACT) : NULL;
    json_decref(told);
    if (gateways.json == NULL || read_all(table, &gateways, err) != 0) {
        if (gateways.json == NULL)
            err_set(err, ERR_MEMORY, 0, "out of memory");
        gateways_clear(&gateways);
        return -1;
    }
    strip(policy, table);
    *out = gateways;
    return 0;
}

void
gateways_clear(struct gateways *gateways)
{
    if (gateways->environment.data != NULL)
        explicit_bzero(gateways->environment.data, gateways->environment.len);
    buf_clear(&gateways->environment);
    free(gateways->rows);
    free(gateways->json);
    *gateways = (struct gateways){0};
}
