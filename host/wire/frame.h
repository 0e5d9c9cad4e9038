/* Frames: what goes over every pipe and socket of immure.
 *
 *     u8 version (1) | u8 type | u16 zero | u32 length, little endian | bytes
 *
 * Bytes in, struct out; nothing here makes a system call, so all of it can be
 * fuzzed.  Each type has one direction and a largest length (frame_types[]).
 * Inside a frame, a field is a u32 little-endian length and that many bytes. */
#ifndef IMMURE_WIRE_FRAME_H
#define IMMURE_WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "host/buf.h"
#include "host/err.h"

enum { FRAME_VERSION = 1, FRAME_HEADER = 8 };

enum frame_type {
    /* client to supervisor */
    FRAME_POLICY = 1, /* effective policy, JSON text */
    FRAME_LIMITS,     /* struct job_limits, FRAME_LIMITS_LEN bytes */
    /* client to supervisor, relayed unread to the guest */
    FRAME_FILENAME, /* text */
    FRAME_ARG,      /* text */
    FRAME_ENV,      /* K=V */
    FRAME_FILE,     /* fields: name, content */
    FRAME_INPUT,    /* bytes for sys.stdin */
    FRAME_GLOBALS,  /* JSON text of one object; both directions */
    FRAME_SEED,     /* i64 */
    FRAME_CODE,     /* Python source, bytes */
    FRAME_RUN,      /* empty: the job is complete */
    /* supervisor to client */
    FRAME_STDOUT,
    FRAME_STDERR,
    FRAME_RESULT,  /* the result object, JSON text */
    FRAME_FAILURE, /* u8 err_code, text: no guest ran */
    /* guest to supervisor: claims, but for the first one */
    FRAME_SEALED,       /* empty: the wall is up, no guest code has run */
    FRAME_BROKEN,       /* u8 err_code, text: only instead of SEALED */
    FRAME_DENIAL,       /* u32 line, fields: what layer rule fix */
    FRAME_DENIAL_COUNT, /* u32 index of the denial, u32 times */
    FRAME_EXCEPTION,    /* fields: type, message, text */
    FRAME_TRACE,        /* u32 line, fields: file name source */
    FRAME_LIMIT,        /* text: name of the limit the guest says it hit */
    FRAME_END,          /* u8 enum frame_end, u8 exit status */
    FRAME_TYPE_COUNT
};

enum frame_from { FRAME_FROM_CLIENT, FRAME_FROM_SUPERVISOR, FRAME_FROM_GUEST };

enum frame_end { END_OK, END_EXIT, END_ERROR, END_DENIED, END_COUNT };

struct frame_header {
    enum frame_type type;
    uint32_t len;
};

/* Append a whole frame.  A length over the type's limit is ERR_PROTO, naming
 * the type. */
int frame_add(struct buf *out, enum frame_type type, const void *data,
              size_t len, struct err *err);

/* Parse a header that claims to come from `from`.  Rejects unknown versions
 * and types, non-zero padding, wrong direction and excess length. */
int frame_parse(const uint8_t header[FRAME_HEADER], enum frame_from from,
                struct frame_header *out, struct err *err);

/* The next whole frame of a growing buffer: 1 and *out_payload (into b) when
 * there is one, 0 when more bytes are needed, -1 on a malformed header.  The
 * caller drops FRAME_HEADER + len bytes afterwards. */
int frame_next(const struct buf *b, size_t at, enum frame_from from,
               struct frame_header *out, const uint8_t **out_payload,
               struct err *err);

/* A span inside a frame; not NUL-terminated. */
struct span {
    const uint8_t *data;
    size_t len;
};

/* Take fields and integers off the front of *rest; -1 when it is too short. */
int span_take_field(struct span *rest, struct span *out, struct err *err);
int span_take_u32(struct span *rest, uint32_t *out, struct err *err);
int span_take_u64(struct span *rest, uint64_t *out, struct err *err);

int field_add(struct buf *out, const void *data, size_t len, struct err *err);
int u32_add(struct buf *out, uint32_t v, struct err *err);
int u64_add(struct buf *out, uint64_t v, struct err *err);

/* Name of a type for messages; "?" when unknown. */
const char *frame_name(enum frame_type type);

#endif
