#include "host/supervisor/policy.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
strip_folders(json_t *origins)
{
    const char *key;
    json_t *value;
    json_object_foreach(origins, key, value) {
        const char *slash = strrchr(
            json_string_value(value) ? json_string_value(value) : "", '/');
        if (slash != NULL)
            json_string_set(value, slash + 1);
    }
}

/* clang-format off */
static const struct {
    const char *key;
    size_t offset;
    uint64_t otherwise;
} pool_rows[] = {
    {"min_idle",        offsetof(struct pool_settings, min_idle), 1},
    {"max_idle",        offsetof(struct pool_settings, max_idle), 16},
    {"queue",           offsetof(struct pool_settings, queue), 1024},
    {"recycle_guests",  offsetof(struct pool_settings, recycle_guests), 10000},
    {"recycle_ms",      offsetof(struct pool_settings, recycle_ms), 600000},
    {"session_idle_ms", offsetof(struct pool_settings, session_idle_ms), 300000},
};
/* clang-format on */

static uint64_t
number(const json_t *table, const char *key, uint64_t otherwise)
{
    const json_t *value = json_object_get(table, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return otherwise;
    return (uint64_t)json_integer_value(value);
}

static void
read_pool(const json_t *table, struct pool_settings *out)
{
    for (size_t i = 0; i < sizeof pool_rows / sizeof *pool_rows; i++) {
        uint64_t value =
            number(table, pool_rows[i].key, pool_rows[i].otherwise);
        memcpy((char *)out + pool_rows[i].offset, &value, sizeof value);
    }
}

static int
read_limits(const json_t *table, struct job_limits *out, struct err *err)
{
    const struct {
        const char *key;
        uint64_t *value;
    } rows[] = {{"cpu_ms", &out->cpu_ms},
                {"wall_ms", &out->wall_ms},
                {"memory", &out->memory},
                {"output", &out->output}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        *rows[i].value = number(table, rows[i].key, 0);
        if (*rows[i].value == 0)
            return err_set(err, ERR_POLICY, 0,
                           "effective policy: no limits.%s", rows[i].key);
    }
    return 0;
}

int
policy_split(const char *json, struct policy_parts *out, struct err *err)
{
    json_error_t where;
    json_t *policy = json_loads(json, 0, &where);
    if (policy == NULL)
        return err_set(err, ERR_POLICY, 0, "effective policy: %s", where.text);
    const char *digest = json_string_value(json_object_get(policy, "sha256"));
    char *hash = NULL;
    if (asprintf(&hash, "sha256:%s", digest ? digest : "") < 0)
        hash = NULL;
    strip_folders(json_object_get(policy, "origins"));
    char *text = json_dumps(policy, 0);
    struct policy_parts parts = {.zygote_json = text, .hash = hash};
    int done = text != NULL && hash != NULL
                   ? read_limits(json_object_get(policy, "limits"),
                                 &parts.limits, err)
                   : err_set(err, ERR_MEMORY, 0, "out of memory");
    read_pool(json_object_get(policy, "pool"), &parts.pool);
    json_decref(policy);
    if (done != 0) {
        policy_parts_clear(&parts);
        return -1;
    }
    *out = parts;
    return 0;
}

void
policy_parts_clear(struct policy_parts *parts)
{
    free(parts->zygote_json);
    free(parts->hash);
    *parts = (struct policy_parts){0};
}
