/* The effective policy's JSON, as the library and the supervisor read it.
 * Any program that links libimmure may hand one in. */
#include "host/policy/policy.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/supervisor/policy.h"
#include "tests/fuzz/fuzz.h"

/* No folder of the operator's may reach the zygote. */
static void
check_origins(const char *text)
{
    json_t *policy = json_loads(text, 0, NULL);
    if (policy == NULL)
        abort();
    json_t *origins = json_object_get(policy, "origins"), *value;
    const char *key;
    json_object_foreach(origins, key, value) {
        const char *origin = json_string_value(value);
        if (origin != NULL && strchr(origin, '/') != NULL)
            abort();
    }
    json_decref(policy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    OWNED_STR text = malloc(size + 1);
    struct policy_parts parts;
    OWNED_POLICY policy = {0};
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (policy_split(text, &parts, &err) == 0) {
        check_origins(parts.zygote_json);
        if (strncmp(parts.hash, "sha256:", 7) != 0)
            abort();
        policy_parts_clear(&parts);
    } else if (err.msg[0] == '\0') {
        abort();
    }
    if (policy_parse(&policy, text, &err) == 0 &&
        policy_override(&policy, POLICY_CPU, 7, &err) == 0)
        fuzz_use(strlen(policy.sha256) + strlen(policy.json));
    return 0;
}
