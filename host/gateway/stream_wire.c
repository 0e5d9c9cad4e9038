#include "host/gateway/stream_wire.h"

#include <sys/socket.h>

static int
take_rest(struct stream_request *r, struct span rest, struct err *err)
{
    switch (r->operation) {
    case STREAM_CONNECT:
    case STREAM_CLOSE:
        break;
    case STREAM_SEND:
    case STREAM_ASK:
        r->data = rest;
        return 0;
    case STREAM_RECV:
        if (span_take_u32(&rest, &r->most, err) != 0)
            return -1;
        if (r->most == 0 || r->most > STREAM_RECV_MAX)
            return err_set(err, ERR_PROTO, 0, "an impossible size");
        break;
    case STREAM_SHUTDOWN:
        if (rest.len == 0 || rest.data[0] > SHUT_RDWR)
            return err_set(err, ERR_PROTO, 0, "an impossible shutdown");
        r->how = rest.data[0];
        rest.len--;
        break;
    case STREAM_OPERATIONS:
        break;
    }
    if (rest.len != 0)
        return err_set(err, ERR_PROTO, 0, "bytes behind an operation");
    return 0;
}

int
stream_request_parse(struct span call, struct stream_request *out,
                     struct err *err)
{
    struct stream_request r = {.operation = STREAM_OPERATIONS};
    if (call.len == 0 || call.data[0] == 0 ||
        call.data[0] >= STREAM_OPERATIONS)
        return err_set(err, ERR_PROTO, 0, "no known operation");
    r.operation = (enum stream_operation)call.data[0];
    call.data++;
    call.len--;
    if (span_take_u32(&call, &r.socket, err) != 0 ||
        span_take_u32(&call, &r.ms, err) != 0 || take_rest(&r, call, err) != 0)
        return -1;
    *out = r;
    return 0;
}
