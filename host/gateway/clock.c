/* The kind clock: the machine's time, for guests whose own clock is pinned.
 *
 *     call    nothing
 *     answer  u64 nanoseconds since 1970, as the policy rounds them */
#include <stdlib.h>
#include <time.h>

#include "host/cleanup.h"
#include "host/gateway/kinds.h"

struct clock {
    uint64_t grain_ns;
};

static int
clock_open(struct gateway *gateway, const json_t *keys, struct err *err)
{
    struct clock *clock = calloc(1, sizeof *clock);
    if (clock == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    clock->grain_ns = key_number(keys, "grain_ms", 1) * 1000000;
    if (clock->grain_ns == 0)
        clock->grain_ns = 1;
    gateway->state = clock;
    return 0;
}

static void
clock_close(struct gateway *gateway)
{
    free(gateway->state);
}

static void
clock_call(struct client *client, struct span data)
{
    const struct clock *clock = client->gateway->state;
    OWNED_BUFFER out = {0};
    struct timespec now;
    (void)data;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    if (u64_add(&out, ns - ns % clock->grain_ns, NULL) != 0)
        client_fail(client, "out of memory");
    else
        client_answer(client, ANSWER_VALUE, out.data, out.len);
}

const struct gateway_kind gateway_clock = {.name = "clock",
                                           .open = clock_open,
                                           .close = clock_close,
                                           .call = clock_call};
