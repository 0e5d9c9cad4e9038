/* Which addresses a request may go to, and what paths are to servers. */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "host/gateway/address.h"
#include "host/gateway/fetch_rule.h"

/* clang-format off */
static const struct {
    const char *text;
    enum address_kind kind;
} addresses[] = {
    {"1.1.1.1", ADDRESS_PUBLIC},
    {"9.255.255.255", ADDRESS_PUBLIC},
    {"10.0.0.0", ADDRESS_PRIVATE},
    {"10.255.255.255", ADDRESS_PRIVATE},
    {"11.0.0.0", ADDRESS_PUBLIC},
    {"0.0.0.0", ADDRESS_NEVER},
    {"0.1.2.3", ADDRESS_NEVER},
    {"100.63.255.255", ADDRESS_PUBLIC},
    {"100.64.0.0", ADDRESS_PRIVATE},
    {"100.100.100.200", ADDRESS_METADATA},
    {"100.127.255.255", ADDRESS_PRIVATE},
    {"100.128.0.0", ADDRESS_PUBLIC},
    {"126.255.255.255", ADDRESS_PUBLIC},
    {"127.0.0.1", ADDRESS_PRIVATE},
    {"127.255.255.254", ADDRESS_PRIVATE},
    {"168.63.129.16", ADDRESS_METADATA},
    {"168.63.129.17", ADDRESS_PUBLIC},
    {"169.253.255.255", ADDRESS_PUBLIC},
    {"169.254.0.1", ADDRESS_PRIVATE},
    {"169.254.169.254", ADDRESS_METADATA},
    {"169.254.170.2", ADDRESS_METADATA},
    {"169.255.0.0", ADDRESS_PUBLIC},
    {"172.15.255.255", ADDRESS_PUBLIC},
    {"172.16.0.0", ADDRESS_PRIVATE},
    {"172.31.255.255", ADDRESS_PRIVATE},
    {"172.32.0.0", ADDRESS_PUBLIC},
    {"192.0.0.1", ADDRESS_PRIVATE},
    {"192.0.0.192", ADDRESS_METADATA},
    {"192.0.2.1", ADDRESS_PRIVATE},
    {"192.88.99.1", ADDRESS_PRIVATE},
    {"192.167.255.255", ADDRESS_PUBLIC},
    {"192.168.0.1", ADDRESS_PRIVATE},
    {"192.169.0.0", ADDRESS_PUBLIC},
    {"198.17.255.255", ADDRESS_PUBLIC},
    {"198.18.0.0", ADDRESS_PRIVATE},
    {"198.19.255.255", ADDRESS_PRIVATE},
    {"198.51.100.7", ADDRESS_PRIVATE},
    {"203.0.113.7", ADDRESS_PRIVATE},
    {"223.255.255.255", ADDRESS_PUBLIC},
    {"224.0.0.1", ADDRESS_NEVER},
    {"239.255.255.250", ADDRESS_NEVER},
    {"240.0.0.1", ADDRESS_NEVER},
    {"255.255.255.255", ADDRESS_NEVER},
    {"2606:4700::1111", ADDRESS_PUBLIC},
    {"::", ADDRESS_NEVER},
    {"::1", ADDRESS_PRIVATE},
    {"::2", ADDRESS_NEVER},
    {"::127.0.0.1", ADDRESS_PRIVATE},
    {"::1.1.1.1", ADDRESS_NEVER},
    {"::ffff:1.1.1.1", ADDRESS_PUBLIC},
    {"::ffff:127.0.0.1", ADDRESS_PRIVATE},
    {"::ffff:10.1.2.3", ADDRESS_PRIVATE},
    {"::ffff:169.254.169.254", ADDRESS_METADATA},
    {"::ffff:0.0.0.0", ADDRESS_NEVER},
    {"::ffff:0:127.0.0.1", ADDRESS_PRIVATE},
    {"64:ff9b::8.8.8.8", ADDRESS_PUBLIC},
    {"64:ff9b::127.0.0.1", ADDRESS_PRIVATE},
    {"64:ff9b::10.0.0.1", ADDRESS_PRIVATE},
    {"64:ff9b::169.254.169.254", ADDRESS_METADATA},
    {"64:ff9b:1::1", ADDRESS_PRIVATE},
    {"2002:7f00:1::1", ADDRESS_PRIVATE},
    {"2002:a9fe:a9fe::1", ADDRESS_METADATA},
    {"2002:0101:0101::1", ADDRESS_PUBLIC},
    {"2001::1", ADDRESS_PRIVATE},
    {"2001:1ff::1", ADDRESS_PRIVATE},
    {"2001:200::1", ADDRESS_PUBLIC},
    {"2001:db8::1", ADDRESS_PRIVATE},
    {"3fff::1", ADDRESS_PRIVATE},
    {"3fff:1000::1", ADDRESS_PUBLIC},
    {"1fff::1", ADDRESS_NEVER},
    {"4000::1", ADDRESS_NEVER},
    {"fc00::1", ADDRESS_PRIVATE},
    {"fd00:ec2::254", ADDRESS_METADATA},
    {"fd00:ec2::253", ADDRESS_PRIVATE},
    {"fdff::1", ADDRESS_PRIVATE},
    {"fe00::1", ADDRESS_NEVER},
    {"fe80::1", ADDRESS_PRIVATE},
    {"febf::1", ADDRESS_PRIVATE},
    {"fec0::1", ADDRESS_PRIVATE},
    {"ff02::1", ADDRESS_NEVER},
};
/* clang-format on */

static struct sockaddr_storage
address_of(const char *text)
{
    struct sockaddr_storage all = {0};
    struct sockaddr_in *four = (struct sockaddr_in *)&all;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&all;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
    } else {
        ck_assert_int_eq(inet_pton(AF_INET6, text, &six->sin6_addr), 1);
        six->sin6_family = AF_INET6;
    }
    return all;
}

START_TEST(classified)
{
    const char *what = NULL;
    struct sockaddr_storage sa = address_of(addresses[_i].text);
    enum address_kind kind =
        address_classify((const struct sockaddr *)&sa, &what);
    ck_assert_msg(kind == addresses[_i].kind, "%s is %d: %s",
                  addresses[_i].text, (int)kind, what);
    ck_assert_msg((kind == ADDRESS_PUBLIC) == (strcmp(what, "public") == 0),
                  "%s: %s", addresses[_i].text, what);
}
END_TEST

START_TEST(no_other_family)
{
    const char *what;
    const struct sockaddr local = {.sa_family = AF_UNIX};
    ck_assert_int_eq(address_classify(&local, &what), ADDRESS_NEVER);
}
END_TEST

/* clang-format off */
static const struct {
    const char *pattern, *path;
    bool fits;
} paths[] = {
    {"/", "/", true},
    {"/", "/a", false},
    {"/**", "/", true},
    {"/**", "/a/b", true},
    {"/*", "/a", true},
    {"/*", "/", true},
    {"/*", "/a/b", false},
    {"/v1/*/items", "/v1/a/items", true},
    {"/v1/*/items", "/v1/a/b/items", false},
    {"/v1/**/items", "/v1/a/b/items", true},
    {"/v1/**", "/v1/", true},
    {"/v1/**", "/v1", false},
    {"/v1/**", "/v10", false},
    {"/v1/**", "/v1/a%20b", true},
    {"/caf%C3%A9", "/caf%C3%A9", true},
    {"/caf%C3%A9", "/caf%c3%a9x", false},
    {"/a.txt", "/%61.txt", true},
    {"/a*b*c", "/aXbXc", true},
    {"/a*b*c", "/aXcXb", false},
    /* what is not below /public to every server */
    {"/public/**", "/public/x", true},
    {"/public/**", "/public/../admin", false},
    {"/public/**", "/public/%2e%2e/admin", false},
    {"/public/**", "/public/%2E%2e/admin", false},
    {"/public/**", "/public/.%2e/admin", false},
    {"/public/**", "/public/..%2fadmin", false},
    {"/public/**", "/public/..%5cadmin", false},
    {"/public/**", "/public/..\\admin", false},
    {"/public/**", "/public/%252e%252e/admin", false},
    {"/public/**", "/public/%25252e%25252e%25252fadmin", false},
    {"/public/**", "/public/..;/admin", false},
    {"/public/**", "/public/..;x=y/admin", false},
    {"/public/**", "/public/a/..//../admin", false},
    {"/public/**", "/public%2fx", false},
    {"/public/**", "/public/a%2fb", true},
    {"/public/**", "/public/a/../b", true},
    {"/public/*", "/public/a%2fb", false},
    {"/public/**", "//public/x", false},
};

static const char *const bad_paths[] = {
    "", "a", "/%00", "/a%2500b", "/%0d%0aX: y", "/\x01", "/\x7f", "/%0a",
    "/%25252525252525252525252500",
};
/* clang-format on */

START_TEST(paths_fit)
{
    OWNED_URL_PATH pattern = {0}, path = {0};
    ck_assert_int_eq(url_path_read(paths[_i].pattern, &pattern), 0);
    ck_assert_int_eq(url_path_read(paths[_i].path, &path), 0);
    bool fits = url_path_matches(pattern.plain, path.plain) &&
                url_path_matches(pattern.bare, path.bare);
    ck_assert_msg(fits == paths[_i].fits, "%s and %s (%s, %s)",
                  paths[_i].pattern, paths[_i].path, path.plain, path.bare);
}
END_TEST

START_TEST(paths_refused)
{
    OWNED_URL_PATH path = {0};
    ck_assert_msg(url_path_read(bad_paths[_i], &path) == -1, "%s",
                  bad_paths[_i]);
}
END_TEST

/* A guest chooses the text: its cost grows with its length, and no faster. */
START_TEST(patterns_cost_little)
{
    char text[URL_PATH_MAX + 1];
    memset(text, 'a', sizeof text - 1);
    text[0] = '/';
    text[sizeof text - 1] = '\0';
    ck_assert(!url_path_matches("/*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("addresses");
    TCase *tests = tcase_create("all");
    tcase_add_loop_test(tests, classified, 0,
                        sizeof addresses / sizeof addresses[0]);
    tcase_add_test(tests, no_other_family);
    tcase_add_loop_test(tests, paths_fit, 0, sizeof paths / sizeof paths[0]);
    tcase_add_loop_test(tests, paths_refused, 0,
                        sizeof bad_paths / sizeof bad_paths[0]);
    tcase_add_test(tests, patterns_cost_little);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
