/* Base64 (RFC 4648), as in results. */
#ifndef IMMURE_BASE64_H
#define IMMURE_BASE64_H

#include <stddef.h>

/* malloc'd and NUL-terminated; NULL: out of memory. */
char *base64_encode(const void *data, size_t len);

/* malloc'd, NULL for what is no base64 or out of memory. */
void *base64_decode(const char *text, size_t len, size_t *out_len);

#endif
