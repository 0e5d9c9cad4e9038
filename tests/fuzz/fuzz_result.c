/* Facts and a guest's claims become one result: whatever the claims are, the
 * facts stand, there is one line of JSON, and its keys are the known ones.
 *
 * Eight bytes are facts, two the lengths of the streams that follow; the rest
 * is what the guest wrote to its report. */
#include "host/supervisor/result.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 8 };

static const char *const keys[] = {
    "id",
    "verdict",
    "limit",
    "exit_code",
    "signal",
    "syscall",
    "why",
    "stdout",
    "stdout_bytes",
    "stderr",
    "stdout_truncated",
    "stderr_bytes",
    "usage",
    "stderr_truncated",
    "timing",
    "policy",
    "calls",
    "engine",
    "value",
    "exception",
    "denials",
    "files",
    "globals",
    "files_truncated",
};

static void
eat(struct facts *facts, struct claims *claims, const struct buf *b)
{
    struct err err = {0};
    struct frame_header header;
    const uint8_t *payload;
    size_t at = 0;
    int got;
    while ((got = frame_next(b, at, FRAME_FROM_GUEST, &header, &payload,
                             &err)) == 1 &&
           claims_take(claims, &header, payload, &err) == 0)
        at += FRAME_HEADER + header.len;
    facts->protocol_broken |= got != 0;
}

static void
check_verdict(const json_t *o, const struct facts *facts,
              const struct claims *claims)
{
    int status, sig;
    enum immure_verdict v = facts_verdict(facts, claims, &status, &sig);
    const char *said = json_string_value(json_object_get(o, "verdict"));
    if (said == NULL || strcmp(said, immure_verdict_name(v)) != 0)
        abort();
    if (v == IMMURE_OK &&
        (facts->wait_status != 0 || !claims->ended || facts->host_failed ||
         facts->protocol_broken || facts->limit != LIMIT_NONE))
        abort();
    if (facts->syscall.known != json_is_object(json_object_get(o, "syscall")))
        abort();
}

static void
check(const char *text, const struct facts *facts, const struct claims *claims)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x80)
            abort();
    json_t *o =
        json_loads(text, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    if (json_object_size(o) != sizeof keys / sizeof *keys)
        abort();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(o, keys[i]) == NULL)
            abort();
    if ((claims->globals != NULL) !=
        json_is_object(json_object_get(o, "globals")))
        abort();
    check_verdict(o, facts, claims);
    json_decref(o);
}

static struct facts
facts_of(const uint8_t head[HEAD])
{
    const uint8_t flags = head[3];
    struct facts f = {
        .limit = (enum limit_name)(head[0] % (LIMIT_REPORT + 1)),
        .wait_status = head[1] % 2 ? head[2] << 8 : head[2] % 32,
        .hard = flags & 1,
        .by_kernel = flags >> 1 & 1,
        .host_failed = flags >> 2 & 1,
        .protocol_broken = flags >> 3 & 1,
        .limit_value = (uint64_t)head[4] << head[5] % 56,
        .cpu_ms = head[6],
    };
    f.syscall.known = flags >> 4 & 1;
    f.syscall.number = (int8_t)head[7];
    return f;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD + 2)
        return 0;
    struct facts facts = facts_of(data);
    size_t rest = size - HEAD - 2, out = data[HEAD], errs = data[HEAD + 1];
    const uint8_t *bytes = data + HEAD + 2;
    out = out < rest ? out : rest;
    errs = errs < rest - out ? errs : rest - out;
    struct claims claims = {0};
    struct err err = {0};
    struct capture streams[2] = {{.bytes = out}, {.bytes = errs}};
    const struct immure_limits limits = {0};
    const struct calls calls = {0};
    OWNED_BUFFER report = {0};
    OWNED_STR text = NULL;
    if (claims_init(&claims, &err) != 0 ||
        buf_add(&streams[0].kept, bytes, out, &err) != 0 ||
        buf_add(&streams[1].kept, bytes + out, errs, &err) != 0 ||
        buf_add(&report, bytes + out + errs, rest - out - errs, &err) != 0)
        return 0;
    claims.files.left = 1000;
    eat(&facts, &claims, &report);
    const struct result_input in = {.facts = &facts,
                                    .claims = &claims,
                                    .out = &streams[0],
                                    .errs = &streams[1],
                                    .limits = &limits,
                                    .calls = &calls,
                                    .policy = "sha256:0",
                                    .engine = "cpython"};
    if (result_text(&in, &text, &err) != 0)
        abort();
    check(text, &facts, &claims);
    buf_clear(&streams[0].kept);
    buf_clear(&streams[1].kept);
    claims_clear(&claims);
    return 0;
}
