#include "host/buf.h"

#include <stdlib.h>
#include <string.h>

int
buf_grow(struct buf *b, size_t cap, struct err *err)
{
    if (cap <= b->cap)
        return 0;
    uint8_t *grown = realloc(b->data, cap);
    if (grown == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    b->data = grown;
    b->cap = cap;
    return 0;
}

int
buf_reserve(struct buf *b, size_t len, struct err *err)
{
    if (len <= b->cap - b->len)
        return 0;
    size_t cap = b->cap ? b->cap : 512;
    while (cap - b->len < len) {
        if (cap > SIZE_MAX / 2)
            return err_set(err, ERR_MEMORY, 0, "out of memory");
        cap *= 2;
    }
    return buf_grow(b, cap, err);
}

int
buf_add(struct buf *b, const void *data, size_t len, struct err *err)
{
    if (len == 0)
        return 0;
    if (buf_reserve(b, len, err) != 0)
        return -1;
    memcpy(b->data + b->len, data, len);
    b->len += len;
    return 0;
}

void
buf_drop(struct buf *b, size_t n)
{
    memmove(b->data, b->data + n, b->len - n);
    b->len -= n;
}

void
buf_clear(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}
