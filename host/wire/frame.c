#include "host/wire/frame.h"

#include <string.h>

#define KIB 1024u
#define MIB (1024u * KIB)

#define BIT(from) (1u << (from))
#define CLIENT BIT(FRAME_FROM_CLIENT)
#define SUPERVISOR BIT(FRAME_FROM_SUPERVISOR)
#define GUEST BIT(FRAME_FROM_GUEST)
#define BROKER BIT(FRAME_FROM_BROKER)
#define TO_BROKER BIT(FRAME_FOR_BROKER)

struct frame_row {
    const char *name;
    uint32_t max;  /* bytes of payload */
    unsigned from; /* BIT(enum frame_from)s that may send it */
};

/* clang-format off */
static const struct frame_row frame_types[FRAME_TYPE_COUNT] = {
    [FRAME_POLICY]       = {"policy",       4 * MIB,   CLIENT},
    [FRAME_LIMITS]       = {"limits",       256,       CLIENT},
    [FRAME_FILENAME]     = {"filename",     4 * KIB,   CLIENT},
    [FRAME_ARG]          = {"argument",     1 * MIB,   CLIENT},
    [FRAME_ENV]          = {"environment",  1 * MIB,   CLIENT},
    [FRAME_FILE]         = {"file",         1024 * MIB, CLIENT},
    [FRAME_INPUT]        = {"input",        1024 * MIB, CLIENT},
    [FRAME_GLOBALS]      = {"globals",      16 * MIB,  CLIENT | GUEST},
    [FRAME_SEED]         = {"seed",         8,         CLIENT},
    [FRAME_CODE]         = {"code",         64 * MIB,  CLIENT},
    [FRAME_RUN]          = {"run",          0,         CLIENT},
    [FRAME_STDOUT]       = {"stdout",       1 * MIB,   SUPERVISOR},
    [FRAME_STDERR]       = {"stderr",       1 * MIB,   SUPERVISOR},
    [FRAME_RESULT]       = {"result",       2048u * MIB - 1, SUPERVISOR},
    [FRAME_FAILURE]      = {"failure",      4 * KIB,   SUPERVISOR},
    [FRAME_SEALED]       = {"sealed",       0,         GUEST},
    [FRAME_BROKEN]       = {"broken",       4 * KIB,   GUEST},
    [FRAME_DENIAL]       = {"denial",       4 * KIB,   GUEST},
    [FRAME_DENIAL_COUNT] = {"denial count", 8,         GUEST},
    [FRAME_EXCEPTION]    = {"exception",    256 * KIB, GUEST},
    [FRAME_TRACE]        = {"trace",        16 * KIB,  GUEST},
    [FRAME_LIMIT]        = {"limit",        64,        GUEST},
    [FRAME_END]          = {"end",          2,         GUEST},
    [FRAME_JOB]          = {"job",          8,         CLIENT},
    [FRAME_CANCEL]       = {"cancel",       0,         CLIENT},
    [FRAME_INTERRUPT]    = {"interrupt",    0,         CLIENT},
    [FRAME_RESET]        = {"reset",        0,         CLIENT},
    [FRAME_PAUSE]        = {"pause",        0,         CLIENT},
    [FRAME_RESUME]       = {"resume",       0,         CLIENT},
    [FRAME_FORGET]       = {"forget",       0,         CLIENT},
    [FRAME_STATS]        = {"statistics",   64 * KIB,  CLIENT | SUPERVISOR},
    [FRAME_DRAIN]        = {"drain",        0,         CLIENT | SUPERVISOR},
    [FRAME_SESSION]      = {"session",      1,         CLIENT},
    [FRAME_OPENED]       = {"opened",       4 * KIB,   SUPERVISOR},
    [FRAME_REFUSED]      = {"refused",      4 * KIB,   SUPERVISOR},
    [FRAME_BUSY]         = {"busy",         4,         SUPERVISOR},
    [FRAME_CLOSED]       = {"closed",       4 * KIB,   SUPERVISOR},
    [FRAME_QUOTA]        = {"quota",        8,         CLIENT},
    [FRAME_CHANGED]      = {"changed file", 1025 * MIB, GUEST},
    [FRAME_CALL]         = {"call",         4 * MIB,   GUEST | SUPERVISOR},
    [FRAME_ANSWER]       = {"answer",       16 * MIB,  CLIENT | BROKER},
    [FRAME_GRANT]        = {"grant",        256,       CLIENT},
    [FRAME_INTERACTIVE]  = {"interactive",  0,         CLIENT},
    [FRAME_DENIED]       = {"denied",       64 * KIB,  SUPERVISOR},
    [FRAME_FUEL]         = {"fuel",         8,         CLIENT},
    [FRAME_FUEL_USED]    = {"fuel used",    8,         GUEST},
    [FRAME_REGISTER]     = {"register",     4 * KIB,   GUEST},
    [FRAME_BROKER_OPEN]  = {"open gateways", 4 * MIB,  TO_BROKER},
    [FRAME_BROKER_ASK]   = {"ask gateway",  4 * MIB + 4, TO_BROKER},
    [FRAME_BROKER_STOP]  = {"stop asking",  0,         TO_BROKER},
    [FRAME_BROKER_LEAVE] = {"leave gateways", 0,       TO_BROKER},
    [FRAME_BROKER_OPENED]  = {"gateways opened", 0,    BROKER},
    [FRAME_BROKER_REFUSED] = {"gateways refused", 4 * KIB, BROKER},
    [FRAME_FUNCTION]     = {"function",     256,       CLIENT},
};
/* clang-format on */

/* Numbers between the groups are no type. */
static const struct frame_row *
find_row(unsigned type)
{
    if (type >= FRAME_TYPE_COUNT || frame_types[type].name == NULL)
        return NULL;
    return &frame_types[type];
}

const char *
frame_name(enum frame_type type)
{
    const struct frame_row *row = find_row((unsigned)type);
    return row ? row->name : "?";
}

static void
put_u32(uint8_t *out, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t
get_u32(const uint8_t *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 |
           (uint32_t)in[3] << 24;
}

void
frame_write_header(uint8_t out[FRAME_HEADER],
                   const struct frame_header *header)
{
    out[0] = FRAME_VERSION;
    out[1] = (uint8_t)header->type;
    out[2] = (uint8_t)header->id;
    out[3] = (uint8_t)(header->id >> 8);
    put_u32(out + 4, header->len);
}

int
frame_begin_id(struct buf *out, enum frame_type type, uint16_t id, size_t len,
               struct err *err)
{
    if (len > frame_types[type].max)
        return err_set(err, ERR_PROTO, 0,
                       "%s of %zu bytes: the limit is %u bytes",
                       frame_types[type].name, len, frame_types[type].max);
    uint8_t header[FRAME_HEADER];
    frame_write_header(header,
                       &(struct frame_header){type, id, (uint32_t)len});
    if (buf_reserve(out, sizeof header + len, err) != 0)
        return -1;
    return buf_add(out, header, sizeof header, err);
}

int
frame_add_id(struct buf *out, enum frame_type type, uint16_t id,
             const void *data, size_t len, struct err *err)
{
    if (frame_begin_id(out, type, id, len, err) != 0)
        return -1;
    return buf_add(out, data, len, err);
}

int
frame_add(struct buf *out, enum frame_type type, const void *data, size_t len,
          struct err *err)
{
    return frame_add_id(out, type, 0, data, len, err);
}

int
frame_parse(const uint8_t header[FRAME_HEADER], enum frame_from from,
            struct frame_header *out, struct err *err)
{
    if (header[0] != FRAME_VERSION)
        return err_set(err, ERR_PROTO, 0, "frame version %u, not %u",
                       header[0], FRAME_VERSION);
    const struct frame_row *row = find_row(header[1]);
    if (row == NULL)
        return err_set(err, ERR_PROTO, 0, "unknown frame type %u", header[1]);
    if ((row->from & BIT(from)) == 0)
        return err_set(err, ERR_PROTO, 0, "a %s frame from the wrong side",
                       row->name);
    uint16_t id = (uint16_t)(header[2] | header[3] << 8);
    if (id != 0 && from == FRAME_FROM_GUEST)
        return err_set(err, ERR_PROTO, 0, "a %s frame of a guest with an id",
                       row->name);
    uint32_t len = get_u32(header + 4);
    if (len > row->max)
        return err_set(err, ERR_PROTO, 0,
                       "a %s frame of %u bytes: the limit is %u", row->name,
                       len, row->max);
    *out = (struct frame_header){(enum frame_type)header[1], id, len};
    return 0;
}

int
frame_next(const struct buf *b, size_t at, enum frame_from from,
           struct frame_header *out, const uint8_t **out_payload,
           struct err *err)
{
    if (b->len - at < FRAME_HEADER)
        return 0;
    struct frame_header header;
    if (frame_parse(b->data + at, from, &header, err) != 0)
        return -1;
    if (b->len - at - FRAME_HEADER < header.len)
        return 0;
    *out = header;
    *out_payload = b->data + at + FRAME_HEADER;
    return 1;
}

int
span_take_u32(struct span *rest, uint32_t *out, struct err *err)
{
    if (rest->len < 4)
        return err_set(err, ERR_PROTO, 0, "a frame ends inside a number");
    *out = get_u32(rest->data);
    rest->data += 4;
    rest->len -= 4;
    return 0;
}

int
span_take_u64(struct span *rest, uint64_t *out, struct err *err)
{
    uint32_t low = 0, high = 0;
    if (span_take_u32(rest, &low, err) != 0 ||
        span_take_u32(rest, &high, err) != 0)
        return -1;
    *out = (uint64_t)high << 32 | low;
    return 0;
}

int
span_take_field(struct span *rest, struct span *out, struct err *err)
{
    struct span after = *rest;
    uint32_t len = 0;
    if (span_take_u32(&after, &len, err) != 0)
        return -1;
    if (len > after.len)
        return err_set(err, ERR_PROTO, 0,
                       "a field of %u bytes where %zu are left", len,
                       after.len);
    *out = (struct span){after.data, len};
    *rest = (struct span){after.data + len, after.len - len};
    return 0;
}

int
u32_add(struct buf *out, uint32_t v, struct err *err)
{
    uint8_t bytes[4];
    put_u32(bytes, v);
    return buf_add(out, bytes, sizeof bytes, err);
}

int
u64_add(struct buf *out, uint64_t v, struct err *err)
{
    if (u32_add(out, (uint32_t)v, err) != 0)
        return -1;
    return u32_add(out, (uint32_t)(v >> 32), err);
}

int
field_add(struct buf *out, const void *data, size_t len, struct err *err)
{
    if (len > UINT32_MAX)
        return err_set(err, ERR_PROTO, 0, "a field of %zu bytes", len);
    if (u32_add(out, (uint32_t)len, err) != 0)
        return -1;
    return buf_add(out, data, len, err);
}
