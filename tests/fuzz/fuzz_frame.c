/* Frames and jobs from hostile bytes (host/wire).
 *
 * The first byte chooses who is said to have sent the rest: a client's job, a
 * stream from the supervisor or a guest, or the payload of the limits. */
#include "host/wire/job.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { AS_JOB, AS_SUPERVISOR, AS_GUEST, AS_LIMITS, WAY_COUNT };

/* Every span a parser hands out must be readable. */
static unsigned
read_span(struct span s)
{
    unsigned sum = 0;
    for (size_t i = 0; i < s.len; i++)
        sum += s.data[i];
    return sum;
}

static void
eat_job(const struct buf *b)
{
    struct job job;
    struct err err = {0};
    if (job_parse(b, &job, &err) != 0)
        return;
    unsigned sum = read_span(job.filename) + read_span(job.code) +
                   read_span(job.input) + read_span(job.globals);
    for (size_t i = 0; i < job.nargs; i++)
        sum += read_span(job.args[i]);
    for (size_t i = 0; i < job.nenv; i++)
        sum += read_span(job.env[i]);
    for (size_t i = 0; i < job.nfiles; i++)
        sum += read_span(job.files[i].name) + read_span(job.files[i].content);
    fuzz_use(sum);
    job_clear(&job);
}

static void
eat_stream(const struct buf *b, enum frame_from from)
{
    struct err err = {0};
    struct frame_header header;
    const uint8_t *payload;
    size_t at = 0;
    while (frame_next(b, at, from, &header, &payload, &err) == 1) {
        struct span rest = {payload, header.len}, field = {0};
        while (span_take_field(&rest, &field, &err) == 0)
            fuzz_use(read_span(field));
        fuzz_use(strlen(frame_name(header.type)));
        at += FRAME_HEADER + header.len;
        if (at > b->len)
            abort();
    }
}

/* What frame_add writes, frame_next must read back. */
static void
round_trip(const struct buf *b)
{
    struct err err = {0};
    OWNED_BUFFER out = {0};
    if (frame_add(&out, FRAME_CODE, b->data, b->len, &err) != 0)
        return;
    struct frame_header header;
    const uint8_t *payload;
    if (frame_next(&out, 0, FRAME_FROM_CLIENT, &header, &payload, &err) != 1 ||
        header.type != FRAME_CODE || header.len != b->len ||
        (b->len != 0 && memcmp(payload, b->data, b->len) != 0))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    /* An exact copy, so that ASan sees a read one byte too far. */
    struct err err = {0};
    OWNED_BUFFER b = {0};
    if (size > 1) {
        b.data = malloc(size - 1);
        if (b.data == NULL)
            return 0;
        memcpy(b.data, data + 1, size - 1);
        b.len = b.cap = size - 1;
    }
    struct job_limits limits;
    switch (data[0] % WAY_COUNT) {
    case AS_JOB:
        eat_job(&b);
        break;
    case AS_SUPERVISOR:
        eat_stream(&b, FRAME_FROM_SUPERVISOR);
        break;
    case AS_GUEST:
        eat_stream(&b, FRAME_FROM_GUEST);
        break;
    default:
        job_limits_parse((struct span){b.data, b.len}, &limits, &err);
        break;
    }
    round_trip(&b);
    return 0;
}
