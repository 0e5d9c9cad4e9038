#include "host/gateway/mysql_auth.h"

#include <sha1.h>
#include <sha512.h>
#include <string.h>

#ifdef WITH_LIBSODIUM
#include <sodium.h>
#endif

/* SHA1(password) xor SHA1(challenge, SHA1(SHA1(password))): what the server
 * keeps is the last.  (MySQL internals, "Secure Password Authentication") */
static bool
native(const char *password, const uint8_t *challenge, size_t len,
       uint8_t *out, size_t *out_len)
{
    uint8_t once[SHA1_DIGEST_LENGTH], twice[SHA1_DIGEST_LENGTH],
        mixed[SHA1_DIGEST_LENGTH];
    SHA1_CTX c;
    if (len != MYSQL_SCRAMBLE)
        return false;
    *out_len = 0;
    if (password[0] == '\0')
        return true;
    SHA1Init(&c);
    SHA1Update(&c, (const uint8_t *)password, strlen(password));
    SHA1Final(once, &c);
    SHA1Init(&c);
    SHA1Update(&c, once, sizeof once);
    SHA1Final(twice, &c);
    SHA1Init(&c);
    SHA1Update(&c, challenge, len);
    SHA1Update(&c, twice, sizeof twice);
    SHA1Final(mixed, &c);
    for (size_t i = 0; i < sizeof once; i++)
        out[i] = once[i] ^ mixed[i];
    *out_len = sizeof once;
    explicit_bzero(once, sizeof once);
    explicit_bzero(twice, sizeof twice);
    return true;
}

#ifdef WITH_LIBSODIUM
/* Ed25519 as RFC 8032 has it, but for the secret: SHA-512 of the password in
 * place of that of a 32-byte seed (MariaDB, plugin/auth_ed25519). */
static bool
ed25519(const char *password, const uint8_t *challenge, size_t len,
        uint8_t *out, size_t *out_len)
{
    uint8_t secret[SHA512_DIGEST_LENGTH], hash[SHA512_DIGEST_LENGTH];
    uint8_t public[32], nonce[32], k[32], product[32];
    SHA512_CTX c;
    if (len != MYSQL_ED25519_NONCE || sodium_init() < 0)
        return false;
    SHA512Init(&c);
    SHA512Update(&c, (const uint8_t *)password, strlen(password));
    SHA512Final(secret, &c);
    secret[0] &= 248;
    secret[31] &= 63;
    secret[31] |= 64;
    SHA512Init(&c);
    SHA512Update(&c, secret + 32, 32);
    SHA512Update(&c, challenge, len);
    SHA512Final(hash, &c);
    crypto_core_ed25519_scalar_reduce(nonce, hash);
    bool good = crypto_scalarmult_ed25519_base_noclamp(public, secret) == 0 &&
                crypto_scalarmult_ed25519_base_noclamp(out, nonce) == 0;
    SHA512Init(&c);
    SHA512Update(&c, out, 32);
    SHA512Update(&c, public, sizeof public);
    SHA512Update(&c, challenge, len);
    SHA512Final(hash, &c);
    crypto_core_ed25519_scalar_reduce(k, hash);
    crypto_core_ed25519_scalar_mul(product, k, secret);
    crypto_core_ed25519_scalar_add(out + 32, product, nonce);
    *out_len = 64;
    explicit_bzero(secret, sizeof secret);
    explicit_bzero(nonce, sizeof nonce);
    return good;
}
#endif

static const struct {
    const char *name;
    bool (*answer)(const char *password, const uint8_t *challenge, size_t len,
                   uint8_t *out, size_t *out_len);
} plugins[] = {
#ifdef WITH_LIBSODIUM
    {"client_ed25519", ed25519},
#endif
    {"mysql_native_password", native},
};

bool
mysql_auth_answer(const char *plugin, const char *password,
                  const uint8_t *challenge, size_t len,
                  uint8_t out[MYSQL_ANSWER_MAX], size_t *out_len)
{
    for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++)
        if (strcmp(plugins[i].name, plugin) == 0)
            return plugins[i].answer(password, challenge, len, out, out_len);
    return false;
}
