/* Random values as jansson writes them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/supervisor/json_text.h"

static unsigned
below(unsigned n)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 16) % n);
}

static void
add_point(struct buf *to, unsigned point)
{
    uint8_t bytes[4];
    size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const uint8_t first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, point >>= 6)
        bytes[i] = (uint8_t)(0x80 | (point & 0x3f));
    bytes[0] = (uint8_t)(first[n] | point);
    ck_assert_int_eq(buf_add(to, bytes, n, NULL), 0);
}

static json_t *
random_string(void)
{
    static const unsigned tops[] = {0x80, 0x20, 0x800, 0xd800, 0x110000};
    OWNED_BUFFER text = {0};
    unsigned top = tops[below(5)];
    unsigned len = below(50) == 0 ? 9000 : below(30);
    for (unsigned i = 0; i < len; i++) {
        unsigned point = below(top);
        add_point(&text, point >= 0xd800 && point < 0xe000 ? 0xe000 : point);
    }
    return json_stringn(text.data ? (const char *)text.data : "", text.len);
}

static json_t *
random_value(unsigned depth)
{
    json_t *made;
    switch (below(depth > 0 ? 9 : 6)) {
    case 0:
        return json_integer((json_int_t)below(1u << 30) * 1000003 - 7);
    case 1:
        return json_real((double)below(1000000) / 1000 - 3);
    case 2:
        return json_boolean(below(2));
    case 3:
        return json_null();
    case 6:
        made = json_array();
        for (unsigned i = below(5); i > 0; i--)
            json_array_append_new(made, random_value(depth - 1));
        return made;
    case 7:
    case 8:
        made = json_object();
        for (unsigned i = below(5); i > 0; i--) {
            json_t *key = random_string();
            json_object_set_new(made, json_string_value(key),
                                random_value(depth - 1));
            json_decref(key);
        }
        return made;
    default:
        return random_string();
    }
}

START_TEST(as_jansson)
{
    for (int i = 0; i < 300; i++) {
        struct err err;
        OWNED_BUFFER ours = {0};
        json_t *value = random_value(4);
        OWNED_STR theirs =
            json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII |
                                  JSON_REAL_PRECISION(6));
        ck_assert_ptr_nonnull(theirs);
        ck_assert_int_eq(json_text_add(&ours, value, &err), 0);
        ck_assert_uint_eq(ours.len, strlen(theirs));
        ck_assert_int_eq(memcmp(ours.data, theirs, ours.len), 0);
        json_decref(value);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("json_text");
    TCase *cases = tcase_create("json_text");
    tcase_add_test(cases, as_jansson);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
