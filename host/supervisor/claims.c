#include "host/supervisor/claims.h"

#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/json_text.h"

enum {
    DENIALS_MAX = 64,
    FRAMES_MAX = 64,
    /* A count for each denial, and the few that come once. */
    TAKEN_MAX = 2 * DENIALS_MAX + FRAMES_MAX + 8,
};

int
claims_init(struct claims *claims, struct err *err)
{
    *claims = (struct claims){.frames = json_array(), .denials = json_array()};
    if (claims->frames == NULL || claims->denials == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return claims_files_init(&claims->files, err);
}

void
claims_clear(struct claims *claims)
{
    json_decref(claims->exception);
    json_decref(claims->frames);
    json_decref(claims->denials);
    claims_files_clear(&claims->files);
    free(claims->globals);
    *claims = (struct claims){0};
}

void
claims_next_step(struct claims *claims)
{
    json_decref(claims->exception);
    json_array_clear(claims->frames);
    json_array_clear(claims->denials);
    free(claims->globals);
    claims_files_next_step(&claims->files);
    *claims = (struct claims){.frames = claims->frames,
                              .denials = claims->denials,
                              .files = claims->files,
                              .sealed = claims->sealed};
}

/* Length of the well-formed UTF-8 sequence at s, or 0 (Unicode 15, table
 * 3-7: no overlong forms, no surrogates, nothing over U+10FFFF). */
static size_t
sequence(const uint8_t *s, size_t len)
{
    uint8_t b = s[0];
    if (b < 0x80)
        return 1;
    size_t n = b >= 0xc2 && b <= 0xdf   ? 2
               : b >= 0xe0 && b <= 0xef ? 3
               : b >= 0xf0 && b <= 0xf4 ? 4
                                        : 0;
    if (n == 0 || n > len)
        return 0;
    uint8_t low = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
    uint8_t high = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (s[i] < 0x80 || s[i] > 0xbf)
            return 0;
    return n;
}

json_t *
claims_text(const uint8_t *data, size_t len)
{
    static const char replacement[] = "\xef\xbf\xbd";
    if (len == 0)
        return json_string("");
    json_t *whole = json_stringn((const char *)data, len);
    if (whole != NULL)
        return whole;
    OWNED_BUFFER out = {0};
    for (size_t i = 0; i < len;) {
        size_t n = sequence(data + i, len - i);
        int done = n ? buf_add(&out, data + i, n, NULL)
                     : buf_add(&out, replacement, 3, NULL);
        if (done != 0)
            return NULL;
        i += n ? n : 1;
    }
    return json_stringn_nocheck((const char *)out.data, out.len);
}

static int
take_texts(struct span rest, json_t *object, const char *const *keys,
           size_t nkeys, struct err *err)
{
    for (size_t i = 0; i < nkeys; i++) {
        struct span field;
        if (span_take_field(&rest, &field, err) != 0)
            return -1;
        if (json_object_set_new(object, keys[i],
                                claims_text(field.data, field.len)) != 0)
            return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    if (rest.len != 0)
        return err_set(err, ERR_PROTO, 0, "%zu bytes behind the fields",
                       rest.len);
    return 0;
}

static int
take_row(json_t *array, size_t max, struct span rest, const char *const *keys,
         size_t nkeys, struct err *err)
{
    uint32_t line;
    if (json_array_size(array) >= max)
        return err_set(err, ERR_PROTO, 0, "more than %zu rows", max);
    if (span_take_u32(&rest, &line, err) != 0)
        return -1;
    json_t *row = json_object();
    if (row == NULL || take_texts(rest, row, keys, nkeys, err) != 0) {
        json_decref(row);
        return -1;
    }
    json_object_set_new(row, "line", line ? json_integer(line) : json_null());
    return json_array_append_new(array, row);
}

static int
take_denial(struct claims *claims, struct span rest, struct err *err)
{
    static const char *const keys[] = {"what", "layer", "rule", "fix"};
    if (take_row(claims->denials, DENIALS_MAX, rest, keys, 4, err) != 0)
        return -1;
    size_t last = json_array_size(claims->denials) - 1;
    return json_object_set_new(json_array_get(claims->denials, last), "count",
                               json_integer(1));
}

static int
take_count(struct claims *claims, struct span rest, struct err *err)
{
    uint32_t index, count;
    if (span_take_u32(&rest, &index, err) != 0 ||
        span_take_u32(&rest, &count, err) != 0)
        return -1;
    json_t *row = json_array_get(claims->denials, index);
    if (row == NULL || rest.len != 0)
        return err_set(err, ERR_PROTO, 0, "a count for denial %u of %zu",
                       index, json_array_size(claims->denials));
    return json_object_set_new(row, "count", json_integer(count));
}

static int
take_exception(struct claims *claims, struct span rest, struct err *err)
{
    static const char *const keys[] = {"type", "message", "text"};
    if (claims->exception != NULL)
        return err_set(err, ERR_PROTO, 0, "a second exception");
    claims->exception = json_object();
    if (claims->exception == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return take_texts(rest, claims->exception, keys, 3, err);
}

/* Kept as text: a parsed and printed integer would lose digits past 64 bits.
 * Text that isn't a JSON object is no breach of the protocol, only worth
 * nothing. */
static int
take_globals(struct claims *claims, struct span rest, struct err *err)
{
    if (claims->globals != NULL)
        return err_set(err, ERR_PROTO, 0, "globals twice");
    if (!json_text_is_modest(rest.data, rest.len))
        return 0;
    json_t *checked =
        json_loadb((const char *)rest.data, rest.len,
                   JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    if (json_is_object(checked))
        claims->globals = strndup((const char *)rest.data, rest.len);
    json_decref(checked);
    if (claims->globals != NULL)
        json_text_one_line(claims->globals);
    return 0;
}

static int
take_broken(struct claims *claims, struct span rest, struct err *err)
{
    if (claims->sealed || rest.len < 1)
        return err_set(err, ERR_PROTO, 0, "a broken frame out of place");
    claims->broken = true;
    enum err_code code =
        rest.data[0] <= ERR_GONE ? (enum err_code)rest.data[0] : ERR_SYSTEM;
    err_set(&claims->cause, code, 0, "%.*s", (int)(rest.len - 1),
            (const char *)rest.data + 1);
    return 0;
}

static int
take_end(struct claims *claims, struct span rest, struct err *err)
{
    uint8_t kind = rest.len == 2 ? rest.data[0] & ~END_LAST : END_COUNT;
    if (kind >= END_COUNT)
        return err_set(err, ERR_PROTO, 0, "an end frame of no known kind");
    claims->ended = true;
    claims->last = (rest.data[0] & END_LAST) != 0;
    claims->end = (enum frame_end)kind;
    claims->status = rest.data[1];
    return 0;
}

static int
take_sealed(struct claims *claims, struct span rest, struct err *err)
{
    (void)rest;
    if (claims->sealed)
        return err_set(err, ERR_PROTO, 0, "a sealed frame out of place");
    claims->sealed = true;
    return 0;
}

static int
take_trace(struct claims *claims, struct span rest, struct err *err)
{
    static const char *const keys[] = {"file", "name", "source"};
    return take_row(claims->frames, FRAMES_MAX, rest, keys, 3, err);
}

static int
take_limit(struct claims *claims, struct span rest, struct err *err)
{
    (void)rest, (void)err;
    claims->memory = true;
    return 0;
}

static int
take_fuel_used(struct claims *claims, struct span rest, struct err *err)
{
    claims->fuel_known = true;
    return span_take_u64(&rest, &claims->fuel_used, err);
}

static int
check_order(struct claims *claims, enum frame_type type, struct err *err)
{
    /* Files have a count of their own. */
    if (type != FRAME_CHANGED && ++claims->taken > TAKEN_MAX)
        return err_set(err, ERR_PROTO, 0, "more than %d frames", TAKEN_MAX);
    if (claims->ended || claims->broken)
        return err_set(err, ERR_PROTO, 0, "a %s frame behind the end",
                       frame_name(type));
    if (!claims->sealed && type != FRAME_SEALED && type != FRAME_BROKEN)
        return err_set(err, ERR_PROTO, 0, "a %s frame before the seal",
                       frame_name(type));
    return 0;
}

static int
take_changed(struct claims *claims, struct span rest, struct err *err)
{
    return claims_files_take(&claims->files, rest, err);
}

static int (*const takers[FRAME_TYPE_COUNT])(struct claims *, struct span,
                                             struct err *) = {
    [FRAME_SEALED] = take_sealed,       [FRAME_BROKEN] = take_broken,
    [FRAME_DENIAL] = take_denial,       [FRAME_DENIAL_COUNT] = take_count,
    [FRAME_EXCEPTION] = take_exception, [FRAME_TRACE] = take_trace,
    [FRAME_CHANGED] = take_changed,     [FRAME_LIMIT] = take_limit,
    [FRAME_GLOBALS] = take_globals,     [FRAME_END] = take_end,
    [FRAME_FUEL_USED] = take_fuel_used,
};

int
claims_take(struct claims *claims, const struct frame_header *header,
            const uint8_t *payload, struct err *err)
{
    struct span rest = {payload, header->len};
    if (check_order(claims, header->type, err) != 0)
        return -1;
    if (takers[header->type] == NULL)
        return err_set(err, ERR_PROTO, 0, "a %s frame out of place",
                       frame_name(header->type));
    return takers[header->type](claims, rest, err);
}
