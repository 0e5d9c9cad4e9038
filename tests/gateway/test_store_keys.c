/* No key of a guest's leaves its tenant, whatever its bytes are. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "host/gateway/store.h"

#define SPAN(text) ((struct span){(const uint8_t *)(text), sizeof(text) - 1})

/* clang-format off */
static const struct {
    const char *tenant;
    struct span key;
    const char *out; /* what it begins with */
} keys[] = {
    {"shop", SPAN("a"), "immure:=shop:=a"},
    {"shop", SPAN("a:b=c#d/.."), "immure:=shop:=a:b=c#d/.."},
    {"shop", SPAN("immure:=other:=a"), "immure:=shop:=immure:=other:=a"},
    {"shop", SPAN("a b"), "immure:=shop:#"},
    {"shop", SPAN("a\r\nset x 0 0 1\r\n"), "immure:=shop:#"},
    {"shop", SPAN("a\0b"), "immure:=shop:#"},
    {"shop", SPAN("\x7f"), "immure:=shop:#"},
    {"shop", SPAN("\xc3\xa4"), "immure:=shop:#"},
    {"a:=b", SPAN("c"), "immure:#"},
    {"a b", SPAN("c"), "immure:#"},
    {"/srv/policy.toml", SPAN("c"), "immure:=/srv/policy.toml:=c"},
};
/* clang-format on */

START_TEST(keys_stay)
{
    char out[STORE_KEY + 1];
    ck_assert_int_eq(store_key(keys[_i].tenant, keys[_i].key, out, NULL), 0);
    ck_assert_msg(strncmp(out, keys[_i].out, strlen(keys[_i].out)) == 0, "%s",
                  out);
    for (const char *c = out; *c != '\0'; c++)
        ck_assert(*c > 0x20 && *c < 0x7f);
}
END_TEST

/* Around the length where keys are hashed. */
START_TEST(long_keys)
{
    static uint8_t bytes[(64 << 10) + 1];
    char out[STORE_KEY + 1], other[STORE_KEY + 1];
    memset(bytes, 'k', sizeof bytes);
    for (size_t len = 1; len <= 300; len++) {
        const struct span key = {bytes, len};
        ck_assert_int_eq(store_key("shop", key, out, NULL), 0);
        ck_assert_uint_le(strlen(out), STORE_KEY);
        bool plain = len + strlen("immure:=shop:=") <= STORE_KEY;
        ck_assert_int_eq(out[strlen("immure:=shop:")], plain ? '=' : '#');
        bytes[len - 1] = 'x';
        ck_assert_int_eq(store_key("shop", key, other, NULL), 0);
        ck_assert_str_ne(out, other);
        bytes[len - 1] = 'k';
    }
    ck_assert_int_eq(
        store_key("shop", (struct span){bytes, sizeof bytes}, out, NULL), -1);
    ck_assert_int_eq(store_key("shop", (struct span){bytes, 0}, out, NULL),
                     -1);
}
END_TEST

/* A key that reads as another's hash is not it. */
START_TEST(hashes_are_no_keys)
{
    char out[STORE_KEY + 1], other[STORE_KEY + 1];
    ck_assert_int_eq(store_key("shop", SPAN("a b"), out, NULL), 0);
    const char *hash = out + strlen("immure:=shop:");
    const struct span guess = {(const uint8_t *)hash, strlen(hash)};
    ck_assert_int_eq(store_key("shop", guess, other, NULL), 0);
    ck_assert_str_ne(out, other);
    ck_assert_int_eq(store_key("a:=b", SPAN("c"), out, NULL), 0);
    ck_assert_int_eq(store_key("a", SPAN("b:=c"), other, NULL), 0);
    ck_assert_str_ne(out, other);
}
END_TEST

/* clang-format off */
static const struct {
    const char *uri, *host, *path; /* host and path NULL: refused */
    unsigned port, database;
} uris[] = {
    {"memcache:tcp://127.0.0.1:11211", "127.0.0.1", NULL, 11211, 0},
    {"cache:memcache:tcp://a.example", "a.example", NULL, 0, 0},
    {"memcache:tcp://[::1]:11211", "::1", NULL, 11211, 0},
    {"memcache:unix:/run/m.sock", NULL, "/run/m.sock", 0, 0},
    {"memcache:unix:///run/m.sock", NULL, "/run/m.sock", 0, 0},
#ifdef WITH_REDIS
    {"redis:tcp://[::1]:6379/3", "::1", NULL, 6379, 3},
    {"redis:tcp://a/", "a", NULL, 0, 0},
    {"redis:unix:/run/redis.sock", NULL, "/run/redis.sock", 0, 0},
#else
    {"redis:tcp://a/", NULL, NULL, 0, 0},
#endif
    {"redis:unix:redis.sock", NULL, NULL, 0, 0},
    {"redis:tcp://", NULL, NULL, 0, 0},
    {"redis:tcp://:6379", NULL, NULL, 0, 0},
    {"redis:tcp://a:b", NULL, NULL, 0, 0},
    {"redis:tcp://a:70000", NULL, NULL, 0, 0},
    {"redis:tcp://a/b", NULL, NULL, 0, 0},
    {"redis:tcp://a/1/2", NULL, NULL, 0, 0},
    {"http://a", NULL, NULL, 0, 0},
    {"", NULL, NULL, 0, 0},
};
/* clang-format on */

START_TEST(uris_read)
{
    struct store_place place = {0};
    const struct store_server *server;
    struct err err = {0};
    bool good = uris[_i].host != NULL || uris[_i].path != NULL;
    int done = store_uri_read(uris[_i].uri, &place, &server, &err);
    ck_assert_msg(done == (good ? 0 : -1), "%s: %s", uris[_i].uri, err.msg);
    if (good) {
        ck_assert_pstr_eq(place.host, uris[_i].host);
        ck_assert_pstr_eq(place.path, uris[_i].path);
        ck_assert_uint_eq(place.port, uris[_i].port);
        ck_assert_uint_eq(place.database, uris[_i].database);
    }
    free(place.host);
    free(place.path);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("keys of values");
    TCase *tests = tcase_create("all");
    tcase_add_loop_test(tests, keys_stay, 0, sizeof keys / sizeof keys[0]);
    tcase_add_test(tests, long_keys);
    tcase_add_test(tests, hashes_are_no_keys);
    tcase_add_loop_test(tests, uris_read, 0, sizeof uris / sizeof uris[0]);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
