#include "host/supervisor/policy.h"

#include <jansson.h>
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

int
policy_for_zygote(const char *json, char **out_json, char **out_hash,
                  struct err *err)
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
    json_decref(policy);
    if (text == NULL || hash == NULL) {
        free(text);
        free(hash);
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    *out_json = text;
    *out_hash = hash;
    return 0;
}
