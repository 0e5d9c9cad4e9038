#include "host/zygote/policy.h"

#include <jansson.h>
#include <string.h>

#include "host/wall/wall.h"

static int
layer_bit(const char *name, unsigned *out, struct err *err)
{
    for (unsigned i = 0; i < WALL_LAYER_COUNT; i++)
        if (name != NULL && strcmp(wall_layers[i].name, name) == 0) {
            *out |= WALL_BIT(i);
            return 0;
        }
    return err_set(err, ERR_POLICY, 0, "[wall] require: no layer named '%s'",
                   name ? name : "");
}

int
policy_required_layers(const char *policy_json, unsigned *out, struct err *err)
{
    json_error_t where;
    json_t *policy = json_loads(policy_json, 0, &where);
    if (policy == NULL)
        return err_set(err, ERR_POLICY, 0, "effective policy: %s", where.text);
    unsigned bits = 0;
    size_t i;
    json_t *name;
    int done = 0;
    json_array_foreach(
        json_object_get(json_object_get(policy, "wall"), "require"), i, name)
        if (done == 0)
            done = layer_bit(json_string_value(name), &bits, err);
    json_decref(policy);
    if (done == 0)
        *out = bits;
    return done;
}
