/* A growing run of bytes. */
#ifndef IMMURE_BUF_H
#define IMMURE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "host/err.h"

struct buf {
    uint8_t *data; /* malloc'd; NULL while cap is 0 */
    size_t len;
    size_t cap;
};

/* Append; ERR_MEMORY leaves *b as it was. */
int buf_add(struct buf *b, const void *data, size_t len, struct err *err);

/* Room for len more bytes behind b->len. */
int buf_reserve(struct buf *b, size_t len, struct err *err);

/* Room for cap bytes in all, and no more than that. */
int buf_grow(struct buf *b, size_t cap, struct err *err);

/* Remove the first n bytes; n <= b->len. */
void buf_drop(struct buf *b, size_t n);

void buf_clear(struct buf *b);

#define OWNED_BUFFER __attribute__((cleanup(buf_clear))) struct buf

#endif
