/* Frames: what goes over every pipe and socket of immure.
 *
 *     u8 version (1) | u8 type | u16 id | u32 length | bytes
 *
 * Numbers are little endian.  The id says which job (or policy) of a client's
 * connection a frame is about; between supervisor and guest it is zero.
 * docs/protocol.md has their order.
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
    FRAME_RESULT,  /* u32 verdict, u32 exit code, u32 signal, JSON text */
    FRAME_FAILURE, /* u8 err_code, text: no guest ran */
    /* guest to supervisor: claims, but for the first one */
    FRAME_SEALED,       /* empty: the wall is up, no guest code has run */
    FRAME_BROKEN,       /* u8 err_code, text: only instead of SEALED */
    FRAME_DENIAL,       /* u32 line, fields: what layer rule fix */
    FRAME_DENIAL_COUNT, /* u32 index of the denial, u32 times */
    FRAME_EXCEPTION,    /* fields: type, message, text */
    FRAME_TRACE,        /* u32 line, fields: file name source */
    FRAME_LIMIT,        /* text: name of the limit the guest says it hit */
    FRAME_END,          /* u8 enum frame_end | END_LAST, u8 exit status */
    /* client to supervisor; a number once given stays */
    FRAME_JOB = 40,  /* u32 policy, u32 enum job_flag bits: begins a job */
    FRAME_CANCEL,    /* empty: no result is wanted any more */
    FRAME_INTERRUPT, /* empty: KeyboardInterrupt in a session's step */
    FRAME_RESET,     /* empty: a session loses its state */
    FRAME_PAUSE,     /* empty: no output of this job until... */
    FRAME_RESUME,    /* empty */
    FRAME_FORGET,    /* empty: id is a policy's; it ends with its last job */
    FRAME_STATS,     /* empty; answered by a frame of this type, JSON text */
    FRAME_DRAIN,     /* empty; answered by one when no job is left */
    /* client to supervisor, relayed unread to the guest */
    FRAME_SESSION, /* nothing or a byte, enum session_flag: more steps follow */
    /* supervisor to client */
    FRAME_OPENED,  /* id is a policy's: engine, text */
    FRAME_REFUSED, /* id is a policy's: u8 err_code, text */
    FRAME_BUSY,    /* u32 ms: the job was not taken, try again after that */
    FRAME_CLOSED,  /* text: a session is over, and why */
    /* client to supervisor, relayed unread to the guest */
    FRAME_QUOTA, /* u64: bytes that the guest's files may take */
    /* guest to supervisor */
    FRAME_CHANGED, /* a file, see host/supervisor/claims_files.h */
    FRAME_CALL,    /* a call, see host/wire/call.h; and on to the client */
    /* client to supervisor, and on to the guest */
    FRAME_ANSWER, /* to a call, see host/wire/call.h */
    /* client to supervisor */
    FRAME_GRANT, /* u32 calls, u64 bytes, text: the name of a function */
    /* client to supervisor, relayed unread to the guest */
    FRAME_INTERACTIVE, /* empty: the code is one input of a person's */
    /* supervisor to client */
    FRAME_DENIED, /* one of the result's denials as it comes, JSON text */
    /* client to supervisor, relayed unread to the guest */
    FRAME_FUEL, /* u64: steps of Python that this job may take */
    /* guest to supervisor */
    FRAME_FUEL_USED, /* u64: steps of Python that it took */
    /* client to supervisor, relayed unread to the guest */
    FRAME_FUNCTION, /* text: no code; a name of the session's own is
                            called with the input */
    /* guest to supervisor, before SEALED and only under immure host */
    FRAME_REGISTER = 80, /* a gateway and its URI, see host/wire/call.h */
    /* supervisor to a gateway broker; ids are those of jobs */
    FRAME_BROKER_OPEN = 96, /* JSON text: {tenant, gateways: {NAME: {...}}};
                               in this order answered by OPENED or REFUSED */
    FRAME_BROKER_ASK,       /* u32 ms until it has to be answered, and the
                               payload of a FRAME_CALL */
    FRAME_BROKER_STOP,      /* empty: nobody waits for the job's answer */
    FRAME_BROKER_LEAVE,     /* empty: the job is over */
    /* broker to supervisor, and FRAME_ANSWER */
    FRAME_BROKER_OPENED,  /* empty */
    FRAME_BROKER_REFUSED, /* u8 err_code, text */
    FRAME_TYPE_COUNT
};

enum frame_from {
    FRAME_FROM_CLIENT,
    FRAME_FROM_SUPERVISOR,
    FRAME_FROM_GUEST,
    FRAME_FROM_BROKER,
    FRAME_FOR_BROKER, /* of the supervisor's */
};

/* What FRAME_SESSION may say of its step. */
enum session_flag {
    SESSION_BRIEF = 1,  /* no files; no JSON where there is nothing to tell */
    SESSION_YIELDS = 2, /* one that computes for long gives way to others */
};

enum frame_end {
    END_OK,
    END_EXIT,
    END_ERROR,
    END_DENIED,
    END_FUEL,
    END_COUNT
};

/* A session's guest ends with this step: it called sys.exit(). */
enum { END_LAST = 0x80 };

/* u32 verdict, u32 exit code (all ones: none), u32 signal before the text of
 * FRAME_RESULT: a client need not parse JSON to go on. */
enum { FRAME_RESULT_HEAD = 12 };

struct frame_header {
    enum frame_type type;
    uint16_t id;
    uint32_t len;
};

void frame_write_header(uint8_t out[FRAME_HEADER],
                        const struct frame_header *header);

/* Append a whole frame.  A length over the type's limit is ERR_PROTO, naming
 * the type. */
int frame_add_id(struct buf *out, enum frame_type type, uint16_t id,
                 const void *data, size_t len, struct err *err);

/* The same with id 0. */
int frame_add(struct buf *out, enum frame_type type, const void *data,
              size_t len, struct err *err);

/* Only the header, with room for len bytes, which are to be appended next. */
int frame_begin_id(struct buf *out, enum frame_type type, uint16_t id,
                   size_t len, struct err *err);

/* Parse a header that claims to come from `from`.  Rejects unknown versions
 * and types, wrong direction, excess length, and an id where none belongs. */
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
