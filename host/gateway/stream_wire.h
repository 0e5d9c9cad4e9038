/* What a guest's sockets ask of a gateway of kind "stream".
 *
 *     call      u8 operation, u32 socket, u32 ms, rest
 *       CONNECT   nothing                 answered by u32 socket
 *       SEND      bytes                   u32: how many were taken
 *       RECV      u32 how many at most    bytes; none: the end
 *       SHUTDOWN  u8 how                  nothing
 *       CLOSE     nothing                 nothing
 *       ASK       bytes                   as SEND, and then bytes of the
 *                                         server's, if some come within a
 *                                         moment: most requests have a reply,
 *                                         and it needs no RECV then
 *     answer    u8 0, data; or u8 1, u32 errno, text
 *
 * Numbers are little endian.  ms is how long the operation may wait: 0 is not
 * at all, STREAM_FOREVER as long as the gateway's time for a call lasts.  An
 * operation that waited in vain ends with EAGAIN. */
#ifndef IMMURE_STREAM_WIRE_H
#define IMMURE_STREAM_WIRE_H

#include "host/wire/frame.h"

enum stream_operation {
    STREAM_CONNECT = 1,
    STREAM_SEND,
    STREAM_RECV,
    STREAM_SHUTDOWN,
    STREAM_CLOSE,
    STREAM_ASK,
    STREAM_OPERATIONS
};

enum { STREAM_RECV_MAX = 64 << 10 };
#define STREAM_FOREVER UINT32_MAX

struct stream_request {
    enum stream_operation operation;
    uint32_t socket;
    uint32_t ms;
    uint32_t most;    /* RECV: 1 to STREAM_RECV_MAX */
    int how;          /* SHUTDOWN: as shutdown(2) */
    struct span data; /* SEND, ASK */
};

/* ERR_PROTO: malformed. */
int stream_request_parse(struct span call, struct stream_request *out,
                         struct err *err);

#endif
