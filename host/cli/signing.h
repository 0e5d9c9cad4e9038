/* Signatures: HMAC-SHA256 (RFC 2104) with the operator's key. */
#ifndef IMMURE_SIGNING_H
#define IMMURE_SIGNING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { SIGNATURE_TEXT = 65 };

/* Of the object without its key "signature", in one form: keys sorted, no
 * white space, ASCII.  -1: out of memory. */
int signing_sign(const json_t *object, const void *key, size_t key_len,
                 char out[SIGNATURE_TEXT]);

/* Whether the object's "signature" is that of its content. */
bool signing_verify(const json_t *object, const void *key, size_t key_len);

#endif
