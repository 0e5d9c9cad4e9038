#include "host/supervisor/calls.h"

#include <stdlib.h>
#include <string.h>

static struct grant *
find(const struct calls *calls, struct span name)
{
    for (size_t i = 0; i < calls->ngrants; i++) {
        struct grant *g = &calls->grants[i];
        if (strlen(g->name) == name.len &&
            memcmp(g->name, name.data, name.len) == 0)
            return g;
    }
    return NULL;
}

static int
add(struct calls *calls, const struct grant *grant, struct err *err)
{
    if (calls->grants == NULL)
        calls->grants = calloc(GRANTS_MAX, sizeof *calls->grants);
    if (calls->grants == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    calls->grants[calls->ngrants++] = *grant;
    return 0;
}

int
calls_grant(struct calls *calls, struct span payload, struct err *err)
{
    struct grant grant = {0};
    if (span_take_u32(&payload, &grant.calls_max, err) != 0 ||
        span_take_u64(&payload, &grant.bytes_max, err) != 0)
        return -1;
    if (!call_name_is_valid(payload))
        return err_set(err, ERR_PROTO, 0, "a grant of no possible name");
    if (find(calls, payload) != NULL || calls->ngrants == GRANTS_MAX)
        return err_set(err, ERR_PROTO, 0,
                       "a function that is granted twice, or more than %d",
                       GRANTS_MAX);
    memcpy(grant.name, payload.data, payload.len);
    return add(calls, &grant, err);
}

int
calls_grant_gateway(struct calls *calls, const struct gateway_row *row,
                    struct err *err)
{
    struct grant grant = {.calls_max = row->calls_max,
                          .bytes_max = row->bytes_max,
                          .gateway = row};
    const struct span name = {(const uint8_t *)row->name, strlen(row->name)};
    if (find(calls, name) != NULL)
        return err_set(err, ERR_POLICY, 0,
                       "the job is granted a function %s, and its policy has "
                       "a gateway of that name",
                       row->name);
    if (calls->ngrants == GRANTS_MAX)
        return err_set(err, ERR_POLICY, 0,
                       "more than %d functions and gateways are granted",
                       GRANTS_MAX);
    strcpy(grant.name, row->name);
    return add(calls, &grant, err);
}

int
calls_grant_gateways(struct calls *calls, const struct gateways *gateways,
                     struct err *err)
{
    for (size_t i = 0; i < gateways->count; i++)
        if (calls_grant_gateway(calls, &gateways->rows[i], err) != 0)
            return -1;
    return 0;
}

/* Of the total that its policy has. */
static uint64_t
left_ms(const struct grant *grant)
{
    uint64_t used = grant->ns / 1000000;
    return used < grant->gateway->total_ms ? grant->gateway->total_ms - used
                                           : 0;
}

uint32_t
calls_time_ms(const struct calls *calls)
{
    const struct gateway_row *row = calls->waiting->gateway;
    uint64_t left = left_ms(calls->waiting);
    uint64_t ms = row->time_ms < left ? row->time_ms : left;
    return ms > 0 ? (uint32_t)ms : 1;
}

bool
calls_wait_for_gateway(const struct calls *calls)
{
    return calls->waiting != NULL && calls->waiting->gateway != NULL;
}

void
calls_clear(struct calls *calls)
{
    free(calls->grants);
    *calls = (struct calls){0};
}

/* Whether len more bytes are within what was granted; counts them. */
static bool
take_bytes(struct grant *grant, size_t len)
{
    if (len > grant->bytes_max - grant->bytes) {
        grant->refused++;
        grant->bytes = grant->bytes_max; /* or the next would do its work */
        return false;
    }
    grant->bytes += len;
    return true;
}

int
calls_begin(struct calls *calls, const struct call *call, uint64_t now_ns,
            enum answer_status *out, struct err *err)
{
    struct grant *grant = find(calls, call->name);
    if (calls->waiting != NULL)
        return err_set(err, ERR_PROTO, 0,
                       "a call while another waits for its answer");
    if (grant == NULL) {
        *out = ANSWER_DENIED;
        return 0;
    }
    *out = ANSWER_QUOTA;
    if (grant->calls == grant->calls_max ||
        (grant->gateway != NULL && left_ms(grant) == 0)) {
        grant->refused++;
        return 0;
    }
    if (!take_bytes(grant, call->data.len))
        return 0;
    grant->calls++;
    calls->waiting = grant;
    calls->serial = call->serial;
    calls->since_ns = now_ns;
    calls->sent = call->data.len;
    *out = ANSWER_VALUE;
    return 0;
}

bool
calls_end(struct calls *calls, struct answer *answer, uint64_t now_ns)
{
    struct grant *grant = calls->waiting;
    if (grant == NULL || answer->serial != calls->serial)
        return false;
    calls->waiting = NULL;
    grant->ns += now_ns - calls->since_ns;
    if (answer->status == ANSWER_DENIED)
        grant->refused++;
    if (!take_bytes(grant, answer->data.len)) {
        answer->status = ANSWER_QUOTA;
        answer->data.len = 0;
    }
    return true;
}

bool
calls_refused(const struct calls *calls)
{
    for (size_t i = 0; i < calls->ngrants; i++)
        if (calls->grants[i].refused > 0)
            return true;
    return false;
}

json_t *
calls_json(const struct calls *calls)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < calls->ngrants; i++) {
        const struct grant *g = &calls->grants[i];
        if (g->calls == 0 && g->refused == 0)
            continue;
        json_t *row = json_pack(
            "{s:s, s:I, s:I, s:f, s:I}", "name", g->name, "count",
            (json_int_t)g->calls, "bytes", (json_int_t)g->bytes, "ms",
            (double)(g->ns / 1000) / 1000, "refused", (json_int_t)g->refused);
        json_array_append_new(rows, row);
    }
    return rows;
}
