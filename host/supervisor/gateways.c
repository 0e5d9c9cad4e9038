#include "host/supervisor/gateways.h"

#include <stdlib.h>
#include <string.h>

/* As host/policy/_immure_gateways.py has them. */
static const struct gateway_row by_itself = {.calls_max = 1000,
                                             .bytes_max = 64 << 20,
                                             .time_ms = 5000,
                                             .total_ms = 30000};

static int
read_number(const json_t *keys, const char *name, const char *key,
            uint64_t highest, uint64_t *out, struct err *err)
{
    const json_t *value = json_object_get(keys, key);
    json_int_t n = json_integer_value(value);
    if (value == NULL)
        return 0;
    if (!json_is_integer(value) || n < 0 || (uint64_t)n > highest)
        return err_set(err, ERR_POLICY, 0,
                       "effective policy: gateways.%s: no number %s", name,
                       key);
    *out = (uint64_t)n;
    return 0;
}

static int
read_row(const char *name, const json_t *keys, struct gateway_row *out,
         struct err *err)
{
    struct gateway_row row = by_itself;
    const char *wall = json_string_value(json_object_get(keys, "wall"));
    uint64_t calls = row.calls_max;
    if (!call_name_is_valid(
            (struct span){(const uint8_t *)name, strlen(name)}))
        return err_set(err, ERR_POLICY, 0, "a gateway of no possible name");
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

static int
add_variable(struct gateways *g, const char *name, const char *variable,
             struct err *err)
{
    const char *text = getenv(variable);
    if (text == NULL || strchr(variable, '=') != NULL)
        return err_set(err, ERR_POLICY, 0,
                       "gateways.%s: there is no %s in the environment of "
                       "immure",
                       name, variable);
    if (buf_add(&g->environment, variable, strlen(variable), err) != 0 ||
        buf_add(&g->environment, "=", 1, err) != 0)
        return -1;
    return buf_add(&g->environment, text, strlen(text) + 1, err);
}

static bool
ends_in_env(const char *key)
{
    size_t len = strlen(key);
    return len >= 4 && strcmp(key + len - 4, "_env") == 0;
}

/* KEY_env = "VARIABLE", or a list of "WHAT=VARIABLE" or "WHAT=WORD VARIABLE",
 * at any depth.  The broker gets no other variable of this environment. */
static int
add_environment(struct gateways *g, const char *name, const char *key,
                const json_t *value, struct err *err)
{
    const char *below;
    json_t *item;
    size_t i;
    const char *text = json_string_value(value);
    if (text != NULL && ends_in_env(key)) {
        const char *equals = strchr(text, '='), *space = strrchr(text, ' ');
        const char *last = space ? space : equals;
        return add_variable(g, name, last ? last + 1 : text, err);
    }
    json_array_foreach(value, i, item)
        if (add_environment(g, name, key, item, err) != 0)
            return -1;
    json_object_foreach((json_t *)(uintptr_t)value, below, item)
        if (add_environment(g, name, below, item, err) != 0)
            return -1;
    return 0;
}

static int
add_row(struct gateways *g, const char *name, const json_t *keys,
        struct err *err)
{
    if (g->count == GRANTS_MAX)
        return err_set(err, ERR_POLICY, 0, "more than %d gateways",
                       GRANTS_MAX);
    if (g->rows == NULL)
        g->rows = calloc(GRANTS_MAX, sizeof *g->rows);
    if (g->rows == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (read_row(name, keys, &g->rows[g->count], err) != 0 ||
        add_environment(g, name, "", keys, err) != 0)
        return -1;
    g->count++;
    return 0;
}

static int
read_all(json_t *table, struct gateways *out, struct err *err)
{
    const char *name;
    json_t *keys;
    json_object_foreach(table, name, keys)
        if (add_row(out, name, keys, err) != 0)
            return -1;
    return 0;
}

/* {tenant, gateways} */
static char *
text_for_broker(const char *tenant, const json_t *table)
{
    json_t *told = json_pack("{s:s, s:O}", "tenant", tenant, "gateways",
                             (json_t *)(uintptr_t)table);
    char *text = told ? json_dumps(told, JSON_COMPACT) : NULL;
    json_decref(told);
    return text;
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
    const char *tenant = json_string_value(json_object_get(policy, "tenant"));
    struct gateways gateways = {.tenant = strdup(tenant ? tenant : "policy")};
    json_t *none = json_object();
    if (gateways.tenant != NULL)
        gateways.json = text_for_broker(gateways.tenant, table ? table : none);
    json_decref(none);
    int done = gateways.json != NULL
                   ? read_all(table, &gateways, err)
                   : err_set(err, ERR_MEMORY, 0, "out of memory");
    if (done != 0) {
        gateways_clear(&gateways);
        return -1;
    }
    if (gateways.count > 0)
        strip(policy, table);
    *out = gateways;
    return 0;
}

int
gateways_add(struct gateways *g, const char *name, const json_t *keys,
             char **out_json, struct err *err)
{
    for (size_t i = 0; i < g->count; i++)
        if (strcmp(g->rows[i].name, name) == 0)
            return err_set(err, ERR_POLICY, 0, "the gateway %.64s is there",
                           name);
    json_t *table = json_pack("{s:O}", name, (json_t *)(uintptr_t)keys);
    char *text = table ? text_for_broker(g->tenant, table) : NULL;
    json_decref(table);
    if (text == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (add_row(g, name, keys, err) != 0) {
        free(text);
        return -1;
    }
    *out_json = text;
    return 0;
}

bool
gateways_have(const struct gateways *g, struct span name)
{
    for (size_t i = 0; i < g->count; i++)
        if (strlen(g->rows[i].name) == name.len &&
            memcmp(g->rows[i].name, name.data, name.len) == 0)
            return true;
    return false;
}

void
gateways_drop_last(struct gateways *g)
{
    g->count--;
}

void
gateways_clear(struct gateways *gateways)
{
    if (gateways->environment.data != NULL)
        explicit_bzero(gateways->environment.data, gateways->environment.len);
    buf_clear(&gateways->environment);
    free(gateways->rows);
    free(gateways->json);
    free(gateways->tenant);
    *gateways = (struct gateways){0};
}
