#include "host/supervisor/policy.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/supervisor/given.h"

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

/* Origins by item have the path in their key. */
static void
forget_folders(json_t *origins)
{
    static const char *const prefixes[] = {
        "packages.path.", "files.read_only.", "files.read_write.",
        "files.library."};
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(origins, next, key, value)
        for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
            if (strncmp(key, prefixes[i], strlen(prefixes[i])) == 0) {
                json_object_del(origins, key);
                break;
            }
}

/* A guest knows the folders of packages by their number.  Real ones go to
 * out_folders, and so do not reach the interpreter. */
static int
strip_packages(json_t *policy, struct buf *out_folders, struct err *err)
{
    json_t *paths =
        json_object_get(json_object_get(policy, "packages"), "path");
    forget_folders(json_object_get(policy, "origins"));
    for (size_t i = 0; i < json_array_size(paths); i++) {
        const char *path = json_string_value(json_array_get(paths, i));
        char name[32];
        if (path == NULL)
            return err_set(err, ERR_POLICY, 0, "packages.path: not a text");
        if (buf_add(out_folders, path, strlen(path) + 1, err) != 0)
            return -1;
        snprintf(name, sizeof name, "/packages/%zu", i + 1);
        json_array_set_new(paths, i, json_string(name));
    }
    return 0;
}

/* The other layers are the zygote's to put up, and to refuse without. */
static bool
is_required(const json_t *wall, const char *layer)
{
    size_t i;
    const json_t *name;
    json_array_foreach(json_object_get(wall, "require"), i, name) {
        if (json_is_string(name) &&
            strcmp(json_string_value(name), layer) == 0)
            return true;
    }
    return false;
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
    struct policy_parts parts = {.hash = hash, .given = -1};
    int done = given_read(json_object_get(policy, "files"), &parts.given, err);
    if (done == 0)
        done = gateways_split(policy, &parts.gateways, err);
    if (done == 0)
        done = strip_packages(policy, &parts.folders, err);
    parts.zygote_json = json_dumps(policy, 0);
    if (done == 0)
        done = parts.zygote_json != NULL && hash != NULL
                   ? read_limits(json_object_get(policy, "limits"),
                                 &parts.limits, err)
                   : err_set(err, ERR_MEMORY, 0, "out of memory");
    read_pool(json_object_get(policy, "pool"), &parts.pool);
    parts.needs_cgroup =
        is_required(json_object_get(policy, "wall"), "cgroup");
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
    buf_clear(&parts->folders);
    gateways_clear(&parts->gateways);
    if (parts->given >= 0)
        close(parts->given);
    *parts = (struct policy_parts){.given = -1};
}
