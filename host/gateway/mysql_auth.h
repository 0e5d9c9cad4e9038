/* How a password answers the challenge of a MySQL or MariaDB server. */
#ifndef IMMURE_MYSQL_AUTH_H
#define IMMURE_MYSQL_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MYSQL_SCRAMBLE = 20, MYSQL_ED25519_NONCE = 32, MYSQL_ANSWER_MAX = 64 };

/* The answer of the plugin: 0 bytes for an empty password, where it says so.
 * False: no such plugin here, or a challenge that is none of its. */
bool mysql_auth_answer(const char *plugin, const char *password,
                       const uint8_t *challenge, size_t len,
                       uint8_t out[MYSQL_ANSWER_MAX], size_t *out_len);

#endif
