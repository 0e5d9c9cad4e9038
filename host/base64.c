#include "host/base64.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *
base64_encode(const void *data, size_t len)
{
    const uint8_t *in = data;
    char *text = malloc((len + 2) / 3 * 4 + 1);
    if (text == NULL)
        return NULL;
    char *out = text;
    for (size_t i = 0; i < len; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16;
        if (i + 1 < len)
            v |= (uint32_t)in[i + 1] << 8;
        if (i + 2 < len)
            v |= in[i + 2];
        *out++ = letters[v >> 18];
        *out++ = letters[v >> 12 & 63];
        *out++ = i + 1 < len ? letters[v >> 6 & 63] : '=';
        *out++ = i + 2 < len ? letters[v & 63] : '=';
    }
    *out = '\0';
    return text;
}

/* The value of a letter, or -1. */
static int
value_of(char letter)
{
    const char *at = letter == '\0' ? NULL : strchr(letters, letter);
    return at == NULL ? -1 : (int)(at - letters);
}

void *
base64_decode(const char *text, size_t len, size_t *out_len)
{
    uint8_t *data = len % 4 == 0 ? malloc(len / 4 * 3 + 1) : NULL;
    size_t n = 0;
    for (size_t i = 0; data != NULL && i < len; i += 4) {
        bool last = i + 4 == len;
        size_t pad = last && text[i + 3] == '=' ? 1 : 0;
        pad += pad && text[i + 2] == '=';
        uint32_t v = 0;
        for (size_t k = 0; k < 4; k++) {
            int value = k >= 4 - pad ? 0 : value_of(text[i + k]);
            if (value < 0) {
                free(data);
                return NULL;
            }
            v = v << 6 | (uint32_t)value;
        }
        for (size_t k = 0; k < 3 - pad; k++)
            data[n++] = (uint8_t)(v >> (16 - 8 * k));
    }
    *out_len = n;
    return data;
}
