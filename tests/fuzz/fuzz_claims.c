/* What a guest says of itself, from hostile bytes (host/supervisor/claims).
 * A guest that runs native code writes any bytes to its report pipe. */
#include "host/supervisor/claims.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
eat(struct claims *claims, const struct buf *b)
{
    struct err err = {0};
    struct frame_header header;
    const uint8_t *payload;
    size_t at = 0;
    while (frame_next(b, at, FRAME_FROM_GUEST, &header, &payload, &err) == 1) {
        if (claims_take(claims, &header, payload, &err) != 0)
            return;
        at += FRAME_HEADER + header.len;
    }
}

/* All that came through must be text that JSON can hold. */
static void
check_dump(json_t *value)
{
    if (value == NULL)
        return;
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    if (text == NULL)
        abort();
    free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct claims claims = {0};
    struct err err = {0};
    OWNED_BUFFER b = {0};
    if (size == 0 || claims_init(&claims, &err) != 0)
        return 0;
    claims.files.left = 1000;
    b.data = malloc(size);
    if (b.data != NULL) {
        memcpy(b.data, data, size);
        b.len = b.cap = size;
        eat(&claims, &b);
    }
    check_dump(claims.exception);
    check_dump(claims.frames);
    check_dump(claims.denials);
    check_dump(claims.files.rows);
    claims_clear(&claims);
    return 0;
}
