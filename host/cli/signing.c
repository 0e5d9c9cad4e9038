#include "host/cli/signing.h"

#include <sha2.h>
#include <stdio.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/grading.h"

static void
hmac(const void *key, size_t key_len, const char *text,
     uint8_t out[SHA256_DIGEST_LENGTH])
{
    uint8_t block[SHA256_BLOCK_LENGTH] = {0}, pad[SHA256_BLOCK_LENGTH];
    SHA2_CTX sha;
    if (key_len > sizeof block) {
        SHA256Init(&sha);
        SHA256Update(&sha, key, key_len);
        SHA256Final(block, &sha);
    } else if (key_len > 0) {
        memcpy(block, key, key_len);
    }
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] = block[i] ^ 0x36;
    SHA256Init(&sha);
    SHA256Update(&sha, pad, sizeof pad);
    SHA256Update(&sha, (const uint8_t *)text, strlen(text));
    SHA256Final(out, &sha);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] = block[i] ^ 0x5c;
    SHA256Init(&sha);
    SHA256Update(&sha, pad, sizeof pad);
    SHA256Update(&sha, out, SHA256_DIGEST_LENGTH);
    SHA256Final(out, &sha);
}

int
signing_sign(const json_t *object, const void *key, size_t key_len,
             char out[SIGNATURE_TEXT])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    json_t *bare = json_copy((json_t *)(uintptr_t)object);
    json_object_del(bare, "signature");
    OWNED_STR text = json_dumps(bare, JSON_SORT_KEYS | JSON_COMPACT |
                                          JSON_ENSURE_ASCII | GRADING_NUMBERS);
    json_decref(bare);
    if (text == NULL)
        return -1;
    hmac(key, key_len, text, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    return 0;
}

bool
signing_verify(const json_t *object, const void *key, size_t key_len)
{
    char right[SIGNATURE_TEXT];
    json_t *given = json_object_get(object, "signature");
    if (json_string_length(given) != SIGNATURE_TEXT - 1 ||
        signing_sign(object, key, key_len, right) != 0)
        return false;
    const char *text = json_string_value(given);
    unsigned char differs = 0; /* in a time that tells nothing */
    for (size_t i = 0; i < SIGNATURE_TEXT - 1; i++)
        differs |= (unsigned char)(text[i] ^ right[i]);
    return differs == 0;
}
