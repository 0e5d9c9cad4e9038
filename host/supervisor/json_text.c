#include "host/supervisor/json_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"

enum {
    PIECE = 4096, /* bytes of a string at a time */
    WIDEST = 12,  /* of one character: two halves of a pair */
    GROWS = 6,    /* of one byte, at most */
};

static int
add_text(struct buf *out, const char *text, struct err *err)
{
    return buf_add(out, text, strlen(text), err);
}

static uint8_t *
put_escape(uint8_t *to, unsigned unit)
{
    static const char digits[] = "0123456789ABCDEF";
    *to++ = '\\';
    *to++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *to++ = (uint8_t)digits[unit >> shift & 15];
    return to;
}

/* jansson's strings are valid UTF-8; the bytes behind the first are there. */
static const uint8_t *
put_character(const uint8_t *s, uint8_t **to)
{
    int more = *s < 0xe0 ? 1 : *s < 0xf0 ? 2 : 3;
    unsigned point = *s++ & (0x3fu >> more);
    for (int i = 0; i < more; i++)
        point = point << 6 | (*s++ & 0x3f);
    if (point < 0x10000) {
        *to = put_escape(*to, point);
        return s;
    }
    *to = put_escape(*to, 0xd800 + ((point - 0x10000) >> 10));
    *to = put_escape(*to, 0xdc00 + ((point - 0x10000) & 0x3ff));
    return s;
}

static uint8_t *
put_ascii(uint8_t *to, uint8_t c)
{
    static const char *const names = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *name = names; *name != '\0'; name += 2)
        if ((uint8_t)name[0] == c) {
            *to++ = '\\';
            *to++ = (uint8_t)name[1];
            return to;
        }
    if (c < ' ')
        return put_escape(to, c);
    *to++ = c;
    return to;
}

static bool
is_plain(uint8_t c)
{
    return c >= ' ' && c < 0x80 && c != '"' && c != '\\';
}

static int
add_string(struct buf *out, const char *text, size_t len, struct err *err)
{
    const uint8_t *s = (const uint8_t *)text, *end = s + len;
    if (add_text(out, "\"", err) != 0)
        return -1;
    while (s < end) {
        const uint8_t *stop = (size_t)(end - s) > PIECE ? s + PIECE : end;
        if (buf_reserve(out, GROWS * PIECE + WIDEST, err) != 0)
            return -1;
        uint8_t *to = out->data + out->len;
        while (s < stop)
            if (is_plain(*s))
                *to++ = *s++;
            else if (*s < 0x80)
                to = put_ascii(to, *s++);
            else
                s = put_character(s, &to);
        out->len = (size_t)(to - out->data);
    }
    return add_text(out, "\"", err);
}

static int
add_array(struct buf *out, const json_t *array, struct err *err)
{
    if (add_text(out, "[", err) != 0)
        return -1;
    for (size_t i = 0; i < json_array_size(array); i++)
        if ((i > 0 && add_text(out, ", ", err) != 0) ||
            json_text_add(out, json_array_get(array, i), err) != 0)
            return -1;
    return add_text(out, "]", err);
}

static int
add_object(struct buf *out, const json_t *object, struct err *err)
{
    json_t *it = (json_t *)(uintptr_t)object; /* foreach changes nothing */
    const char *key, *comma = "{";
    json_t *value;
    json_object_foreach(it, key, value) {
        if (add_text(out, comma, err) != 0 ||
            add_string(out, key, strlen(key), err) != 0 ||
            add_text(out, ": ", err) != 0 ||
            json_text_add(out, value, err) != 0)
            return -1;
        comma = ", ";
    }
    return add_text(out, json_object_size(object) > 0 ? "}" : "{}", err);
}

static int
add_scalar(struct buf *out, const json_t *value, struct err *err)
{
    OWNED_STR text = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII |
                                           JSON_REAL_PRECISION(6));
    if (text == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return add_text(out, text, err);
}

int
json_text_add(struct buf *out, const json_t *value, struct err *err)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return add_object(out, value, err);
    case JSON_ARRAY:
        return add_array(out, value, err);
    case JSON_STRING:
        return add_string(out, json_string_value(value),
                          json_string_length(value), err);
    case JSON_INTEGER:
    case JSON_REAL:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        return add_scalar(out, value, err);
    }
    return 0;
}
