#include "host/policy/policy.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const char *
policy_builtin(const char *name)
{
    for (const struct policy_profile *p = policy_profiles; p->name; p++)
        if (strcmp(p->name, name) == 0)
            return p->json;
    return NULL;
}

static int
copy_text(char **out, json_t *text, const char *otherwise, struct err *err)
{
    const char *s = json_string_value(text);
    *out = strdup(s ? s : otherwise);
    return *out ? 0 : err_set(err, ERR_MEMORY, 0, "out of memory");
}

static int
read_limit(struct policy_value *out, json_t *root, enum policy_limit limit,
           struct err *err)
{
    const struct policy_limit_row *row = &policy_limit_rows[limit];
    json_t *number =
        json_object_get(json_object_get(root, "limits"), row->key);
    if (!json_is_integer(number) || json_integer_value(number) < 0)
        return err_set(err, ERR_POLICY, 0, "effective policy: no limits.%s",
                       row->key);
    out->value = (uint64_t)json_integer_value(number);
    char dotted[64] = "limits.";
    strncat(dotted, row->name, sizeof dotted - strlen(dotted) - 1);
    json_t *origins = json_object_get(root, "origins");
    return copy_text(&out->origin, json_object_get(origins, dotted), "policy",
                     err);
}

static int
read_all(struct policy *out, json_t *root, const char *json, struct err *err)
{
    for (int i = 0; i < POLICY_LIMIT_COUNT; i++)
        if (read_limit(&out->limits[i], root, (enum policy_limit)i, err) != 0)
            return -1;
    if (copy_text(&out->sha256, json_object_get(root, "sha256"), "", err) != 0)
        return -1;
    out->json = strdup(json);
    return out->json ? 0 : err_set(err, ERR_MEMORY, 0, "out of memory");
}

int
policy_parse(struct policy *out, const char *json, struct err *err)
{
    json_error_t where;
    json_t *root = json_loads(json, 0, &where);
    if (root == NULL)
        return err_set(err, ERR_POLICY, 0, "effective policy: %s", where.text);
    struct policy policy = {0};
    int done = read_all(&policy, root, json, err);
    json_decref(root);
    if (done != 0)
        policy_clear(&policy);
    else
        *out = policy;
    return done;
}

int
policy_override(struct policy *policy, enum policy_limit limit, uint64_t value,
                struct err *err)
{
    char *origin = strdup("command line");
    if (origin == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    free(policy->limits[limit].origin);
    policy->limits[limit] = (struct policy_value){value, origin};
    return 0;
}

void
policy_clear(struct policy *policy)
{
    for (int i = 0; i < POLICY_LIMIT_COUNT; i++)
        free(policy->limits[i].origin);
    free(policy->sha256);
    free(policy->json);
    *policy = (struct policy){0};
}
