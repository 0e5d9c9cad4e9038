/* Rules and URLs of fetch gateways, and the headers between. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "host/gateway/fetch_config.h"
#include "host/gateway/fetch_headers.h"

/* clang-format off */
static const struct {
    const char *rule, *method, *url;
    bool fits;
} rules[] = {
    {"GET https://a.example/**", "GET", "https://a.example/x", true},
    {"GET https://a.example/**", "GET", "https://A.Example:443/x?y=z#f", true},
    {"GET https://a.example/**", "POST", "https://a.example/x", false},
    {"GET,POST https://a.example/**", "POST", "https://a.example/x", true},
    {"GET https://a.example/**", "GET", "http://a.example/x", false},
    {"GET https://a.example/**", "GET", "https://a.example:8443/x", false},
    {"GET https://a.example:8443/**", "GET", "https://a.example:8443/", true},
    {"GET https://a.example/**", "GET", "https://b.a.example/x", false},
    {"GET https://a.example/**", "GET", "https://xa.example/x", false},
    {"GET https://a.example/**", "GET", "https://a.example.evil/x", false},
    {"GET https://*.a.example/**", "GET", "https://b.a.example/x", true},
    {"GET https://*.a.example/**", "GET", "https://c.b.a.example/x", true},
    {"GET https://*.a.example/**", "GET", "https://a.example/x", false},
    {"GET https://*.a.example/**", "GET", "https://xa.example/x", false},
    {"GET https://*/**", "GET", "https://any.thing/x", true},
    {"GET http://[::1]:8080/**", "GET", "http://[::1]:8080/x", true},
    {"GET http://[::1]:8080/**", "GET", "http://[0:0:0:0:0:0:0:1]:8080/", true},
    {"GET http://127.0.0.1/**", "GET", "http://0x7f000001/", true},
    {"GET http://127.0.0.1/**", "GET", "http://2130706433/", true},
    {"GET https://a.example/v1/*", "GET", "https://a.example/v1/../v2/x", false},
    {"GET https://a.example/v1/*", "GET", "https://a.example/v1/x?/../../", true},
};

static const struct {
    const char *url, *why;
} bad_urls[] = {
    {"", "the URL"},
    {"a.example/x", "the URL"},
    {"ftp://a.example/", "neither http:// nor https://"},
    {"file:///etc/passwd", "the URL"},
    {"gopher://127.0.0.1:11211/_x", "neither"},
    {"http://user@a.example/", "a user or a password"},
    {"http://user:pass@a.example/", "a user or a password"},
    {"http://a.example@b.example/", "a user or a password"},
    {"http://a.example./", "a dot"},
    {"http://.a.example/", "a dot"},
    {"http://a.example/a b", "must be encoded"},
    {"http://a.example/\r\nX: y", "must be encoded"},
    {"http://\xc3\xa4.example/", "must be encoded"},
    {"http://a.example/%0d%0a", "control"},
    {"http://a.example:0/", "port"},
    {"http://a.example:65536/", "the URL"},
    {"http://[fe80::1%25eth0]/", "an encoded host"},
    {"https:///a.example/x", "neither http:// nor"},
    {"http:/a.example/x", "neither http:// nor"},
    {"http:a.example/x", "neither http:// nor"},
    {"http:/%38", "neither http:// nor"},
    {"http://a%2eexample/x", "an encoded host"},
    {"http://0x7f%453f", "an encoded host"},
};

static const struct {
    const char *rules, *why;
} bad_rules[] = {
    {"[]", "at least one"},
    {"[\"https://a.example/\"]", "write METHOD"},
    {"[\"GET\"]", "write METHOD"},
    {"[\"TRACE https://a.example/\"]", "is no method"},
    {"[\"CONNECT https://a.example/\"]", "is no method"},
    {"[\"get https://a.example/\"]", "is no method"},
    {"[\"GET, https://a.example/\"]", "is no method"},
    {"[\"GET ftp://a.example/\"]", "neither https:// nor"},
    {"[\"GET https://a.example\"]", "no path"},
    {"[\"GET https://a.example:x/\"]", "no path"},
    {"[\"GET https://a.example:99999/\"]", "a port that is none"},
    {"[\"GET https:///\"]", "no possible host"},
    {"[\"GET https://a.*.example/\"]", "a host is a name"},
    {"[\"GET https://u@a.example/\"]", "a host is a name"},
    {"[\"GET https://a.example./\"]", "no possible host"},
    {"[\"GET https://[::1/\"]", "a [ without a ]"},
    {"[\"GET https://a.example/?q\"]", "queries are free"},
    {"[{\"private\": true}]", "no text \"allow\""},
    {"[{\"allow\": \"GET https://a.example/\", \"header\": [\"X\"]}]",
     "write NAME="},
    {"[{\"allow\": \"GET https://a.example/\", \"header\": [\"Host=x\"]}]",
     "no header that can be set"},
    {"[{\"allow\": \"GET https://a.example/\", \"header\": [\"X=a\\nb\"]}]",
     "control characters"},
    {"[{\"allow\": \"GET https://a.example/\", \"header_env\": "
     "[\"X=NOT_THERE\"]}]", "NOT_THERE"},
    {"[{\"allow\": \"GET https://a.example/\", \"header_file\": "
     "[\"X=/nowhere/at/all\"]}]", "/nowhere/at/all"},
    {"[{\"allow\": \"GET https://*/**\", \"header_env\": [\"X=SECRET\"]}]",
     "a secret for every host"},
};
/* clang-format on */

static struct fetch_rules
rules_of(const char *text)
{
    struct fetch_rules all = {0};
    struct err err = {0};
    json_t *list = json_loads(text, 0, NULL);
    ck_assert_msg(fetch_rules_read(list, &all, &err) == 0, "%s", err.msg);
    json_decref(list);
    return all;
}

START_TEST(rule_fits)
{
    struct fetch_rules all = {0};
    struct fetch_url url = {0};
    struct err err = {0};
    json_t *list = json_pack("[s]", rules[_i].rule);
    ck_assert_msg(fetch_rules_read(list, &all, &err) == 0, "%s", err.msg);
    ck_assert_msg(fetch_url_read(rules[_i].url, &url, &err) == 0, "%s",
                  err.msg);
    const struct fetch_rule *found =
        fetch_rules_find(&all, fetch_method(rules[_i].method), &url);
    ck_assert_msg((found != NULL) == rules[_i].fits, "%s: %s %s (%s)",
                  rules[_i].rule, rules[_i].method, rules[_i].url, url.text);
    fetch_url_clear(&url);
    fetch_rules_clear(&all);
    json_decref(list);
}
END_TEST

START_TEST(url_refused)
{
    struct fetch_url url = {0};
    struct err err = {0};
    ck_assert_msg(fetch_url_read(bad_urls[_i].url, &url, &err) == -1, "%s",
                  bad_urls[_i].url);
    ck_assert_msg(strstr(err.msg, bad_urls[_i].why) != NULL, "%s: %s",
                  bad_urls[_i].url, err.msg);
    ck_assert_ptr_null(url.text);
}
END_TEST

START_TEST(rules_refused)
{
    struct fetch_rules all = {0};
    struct err err = {0};
    setenv("SECRET", "a secret", 1);
    json_t *list = json_loads(bad_rules[_i].rules, 0, NULL);
    ck_assert_ptr_nonnull(list);
    ck_assert_msg(fetch_rules_read(list, &all, &err) == -1, "%s",
                  bad_rules[_i].rules);
    ck_assert_msg(strstr(err.msg, bad_rules[_i].why) != NULL, "%s: %s",
                  bad_rules[_i].rules, err.msg);
    fetch_rules_clear(&all);
    json_decref(list);
}
END_TEST

START_TEST(addresses_by_rule)
{
    struct fetch_rules all =
        rules_of("[\"GET https://a.example/\","
                 " {\"allow\": \"GET https://b/\", \"private\": true},"
                 " {\"allow\": \"GET https://*.b/\", \"private\": true}]");
    static const bool allowed[][4] = {{true, false, false, false},
                                      {true, true, true, false},
                                      {true, true, false, false}};
    for (int i = 0; i < 3; i++)
        for (int kind = 0; kind < 4; kind++)
            ck_assert_int_eq(
                fetch_rule_allows(&all.rows[i], (enum address_kind)kind),
                allowed[i][kind]);
    fetch_rules_clear(&all);
}
END_TEST

static bool
is_in(const struct curl_slist *list, const char *line)
{
    for (; list != NULL; list = list->next)
        if (strcmp(list->data, line) == 0)
            return true;
    return false;
}

START_TEST(headers_scrubbed)
{
    setenv("TOKEN", "an operator's", 1);
    struct fetch_rules all =
        rules_of("[{\"allow\": \"GET https://a.example/\","
                 " \"header_env\": [\"Authorization=Bearer TOKEN\"]}]");
    json_t *dropped = json_array();
    json_t *given = json_loads(
        "[[\"X-Mine\", \"1\"], [\"authorization\", \"mine\"],"
        " [\"Host\", \"b.example\"], [\"Connection\", \"X-Other, close\"],"
        " [\"x-other\", \"2\"], [\"Transfer-Encoding\", \"chunked\"],"
        " [\"Content-Length\", \"3\"], [\"X-Forwarded-For\", \"127.0.0.1\"],"
        " [\"Content-Type\", \"text/x\"], [\"Cookie\", \"c\"],"
        " [\"Empty\", \"\"]]",
        0, NULL);
    ck_assert_ptr_null(fetch_headers_check(given));
    struct curl_slist *list =
        fetch_headers_make(given, &all.rows[0], true, true, dropped);
    ck_assert(is_in(list, "X-Mine: 1"));
    ck_assert(is_in(list, "Authorization: Bearer an operator's"));
    ck_assert(is_in(list, "Content-Type: text/x"));
    ck_assert(is_in(list, "Cookie: c"));
    ck_assert(is_in(list, "Empty;"));
    ck_assert_int_eq(json_array_size(dropped), 7);
    curl_slist_free_all(list);
    /* to another origin, without the body */
    list = fetch_headers_make(given, &all.rows[0], false, false, dropped);
    ck_assert(is_in(list, "X-Mine: 1"));
    ck_assert(!is_in(list, "Content-Type: text/x"));
    ck_assert(!is_in(list, "Cookie: c"));
    curl_slist_free_all(list);
    ck_assert(fetch_holds_secret(&all, "x an operator's", 15));
    ck_assert(!fetch_holds_secret(&all, "Bearer", 6));
    fetch_rules_clear(&all);
    json_decref(given);
    json_decref(dropped);
}
END_TEST

/* clang-format off */
static const char *const bad_headers[] = {
    "{}", "[1]", "[[\"a\"]]", "[[\"a\", 1]]", "[[\"\", \"x\"]]",
    "[[\"a b\", \"x\"]]", "[[\"a:\", \"x\"]]", "[[\"a\", \"x\\ny: z\"]]",
    "[[\"a\", \"x\\r\"]]", "[[\"a\\n\", \"x\"]]", "[[\"a\", \"\\u007f\"]]",
};
/* clang-format on */

START_TEST(headers_refused)
{
    json_t *given = json_loads(bad_headers[_i], 0, NULL);
    ck_assert_ptr_nonnull(given);
    ck_assert_msg(fetch_headers_check(given) != NULL, "%s", bad_headers[_i]);
    json_decref(given);
}
END_TEST

#define ADD_LOOP(test, rows)                                                  \
    tcase_add_loop_test(tests, (test), 0, sizeof(rows) / sizeof((rows)[0]))

int
main(void)
{
    Suite *suite = suite_create("fetch rules");
    TCase *tests = tcase_create("all");
    ADD_LOOP(rule_fits, rules);
    ADD_LOOP(url_refused, bad_urls);
    ADD_LOOP(rules_refused, bad_rules);
    ADD_LOOP(headers_refused, bad_headers);
    tcase_add_test(tests, addresses_by_rule);
    tcase_add_test(tests, headers_scrubbed);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
