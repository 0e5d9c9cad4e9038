#include "host/wire/call.h"

#include <string.h>

#include "host/cleanup.h"

bool
call_name_is_valid(struct span name)
{
    static const char others[] = "_.-";
    if (name.len == 0 || name.len > CALL_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && memchr(others, c, sizeof others - 1) == NULL)
            return false;
    }
    return true;
}

int
call_parse(struct span payload, struct call *out, struct err *err)
{
    struct call call;
    if (span_take_u32(&payload, &call.serial, err) != 0 ||
        span_take_field(&payload, &call.name, err) != 0)
        return -1;
    if (!call_name_is_valid(call.name))
        return err_set(err, ERR_PROTO, 0, "a call of no possible name");
    call.data = payload;
    *out = call;
    return 0;
}

int
answer_parse(struct span payload, struct answer *out, struct err *err)
{
    uint32_t serial;
    if (span_take_u32(&payload, &serial, err) != 0)
        return -1;
    if (payload.len == 0 || payload.data[0] >= ANSWER_COUNT)
        return err_set(err, ERR_PROTO, 0, "an answer of no known status");
    *out = (struct answer){serial,
                           (enum answer_status)payload.data[0],
                           {payload.data + 1, payload.len - 1}};
    return 0;
}

static int
add(struct buf *out, enum frame_type type, uint16_t id,
    const struct call *call, struct err *err)
{
    OWNED_BUFFER payload = {0};
    if (u32_add(&payload, call->serial, err) != 0 ||
        field_add(&payload, call->name.data, call->name.len, err) != 0 ||
        buf_add(&payload, call->data.data, call->data.len, err) != 0)
        return -1;
    return frame_add_id(out, type, id, payload.data, payload.len, err);
}

int
call_add(struct buf *out, uint16_t id, const struct call *call,
         struct err *err)
{
    return add(out, FRAME_CALL, id, call, err);
}

int
register_add(struct buf *out, const struct call *call, struct err *err)
{
    return add(out, FRAME_REGISTER, 0, call, err);
}

int
answer_add(struct buf *out, uint16_t id, const struct answer *answer,
           struct err *err)
{
    OWNED_BUFFER payload = {0};
    uint8_t status = (uint8_t)answer->status;
    if (u32_add(&payload, answer->serial, err) != 0 ||
        buf_add(&payload, &status, 1, err) != 0 ||
        buf_add(&payload, answer->data.data, answer->data.len, err) != 0)
        return -1;
    return frame_add_id(out, FRAME_ANSWER, id, payload.data, payload.len, err);
}
