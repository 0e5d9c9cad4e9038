#include "host/lib/immure.h"

#include <stdlib.h>

/* clang-format off */
static const char *const names[] = {
    [IMMURE_CPU]      = "cpu",
    [IMMURE_WALL]     = "wall",
    [IMMURE_MEMORY]   = "memory",
    [IMMURE_OUTPUT]   = "output",
    [IMMURE_FUEL]     = "fuel",
    [IMMURE_KILLED]   = "killed",
    [IMMURE_CRASHED]  = "crashed",
    [IMMURE_INTERNAL] = "internal",
    [IMMURE_OK]       = "ok",
    [IMMURE_EXIT]     = "exit",
    [IMMURE_ERROR]    = "error",
    [IMMURE_DENIED]   = "denied",
};
/* clang-format on */

const char *
immure_verdict_name(enum immure_verdict v)
{
    return names[v];
}

void
immure_result_clear(struct immure_result *result)
{
    free(result->json);
    *result = (struct immure_result){0};
}
