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
    if (calls->grants == NULL)
        calls->grants = calloc(GRANTS_MAX, sizeof *calls->grants);
    if (calls->grants == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    memcpy(grant.name, payload.data, payload.len);
    calls->grants[calls->ngrants++] = grant;
    return 0;
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
    if (grant->calls == grant->calls_max) {
        grant->refused++;
        return 0;
    }
    if (!take_bytes(grant, call->data.len))
        return 0;
    grant->calls++;
    calls->waiting = grant;
    calls->serial = call->serial;
    calls->since_ns = now_ns;
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
    if (!take_bytes(grant, answer->data.len)) {
        answer->status = ANSWER_QUOTA;
        answer->data.len = 0;
    }
    return true;
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
