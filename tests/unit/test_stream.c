/* Streams: where they go, what is asked of them, and how they log in; without
 * a network. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/gateway/login.h"
#include "host/gateway/mysql_auth.h"
#include "host/gateway/stream_uri.h"
#include "host/gateway/stream_wire.h"

/* --- URIs ---------------------------------------------------------------- */

static const struct {
    const char *text;
    struct stream_uri is;
} uris[] = {
    {"memcache:tcp://127.0.0.1:11211",
     {.protocol = STREAM_MEMCACHE, .host = "127.0.0.1", .port = 11211}},
    {"memcache:tcp://cache.example",
     {.protocol = STREAM_MEMCACHE, .host = "cache.example", .port = 11211}},
    {"redis:tcp://:p%40ss@[::1]:1/5",
     {.protocol = STREAM_REDIS,
      .host = "::1",
      .port = 1,
      .password = "p@ss",
      .database = "5"}},
    {"mysql:tcp://app:a:b@db/shop%2f1",
     {.protocol = STREAM_MYSQL,
      .host = "db",
      .port = 3306,
      .user = "app",
      .password = "a:b",
      .database = "shop/1"}},
    {"mysql:tcp://db:65535/",
     {.protocol = STREAM_MYSQL, .host = "db", .port = 65535}},
    {"redis:unix:///run/redis.sock",
     {.protocol = STREAM_REDIS, .local = true, .host = "/run/redis.sock"}},
    {"mysql:unix://app@/run/my.sock",
     {.protocol = STREAM_MYSQL,
      .local = true,
      .host = "/run/my.sock",
      .user = "app"}},
    {"tcp://h:1", {.protocol = STREAM_TCP, .host = "h", .port = 1}},
    {"tcp:unix:///s", {.protocol = STREAM_TCP, .local = true, .host = "/s"}},
};

START_TEST(good_uri)
{
    struct stream_uri uri;
    struct err err = {0};
    ck_assert_msg(stream_uri_parse(uris[_i].text, &uri, &err) == 0, "%s: %s",
                  uris[_i].text, err.msg);
    const struct stream_uri *is = &uris[_i].is;
    ck_assert_int_eq(uri.protocol, is->protocol);
    ck_assert_int_eq(uri.local, is->local);
    ck_assert_int_eq(uri.port, is->port);
    ck_assert_str_eq(uri.host, is->host);
    ck_assert_str_eq(uri.user, is->user);
    ck_assert_str_eq(uri.password, is->password);
    ck_assert_str_eq(uri.database, is->database);
}
END_TEST

static const struct {
    const char *text, *says;
} bad_uris[] = {
    {"", "no protocol"},
    {"http://secret", "no protocol"},
    {"memcache", "no protocol"},
    {"memcache:udp://secret:1", "neither tcp"},
    {"memcache:tcp://", "no host"},
    {"memcache:tcp://:11211", "no host"},
    {"memcache:tcp://secret:0", "a port that is none"},
    {"memcache:tcp://secret:65536", "a port that is none"},
    {"memcache:tcp://secret:99999999999999999999", "a port that is none"},
    {"memcache:tcp://secret:1x", "no number"},
    {"memcache:tcp://secret:", "a port that is none"},
    {"memcache:tcp://sec ret", "a space"},
    {"memcache:tcp://[::1", "without its ]"},
    {"memcache:tcp://[::1]x", "no :PORT"},
    {"memcache:tcp://u@secret", "has no login"},
    {"memcache:tcp://secret/db", "has none"},
    {"redis:tcp://:secret%4@h", "no %XX"},
    {"redis:tcp://:secret%00@h", "no %XX"},
    {"redis:tcp://:secret%zz@h", "no %XX"},
    {"redis:unix://secret", "not absolute"},
    {"tcp://secret", "no port"},
};

START_TEST(bad_uri)
{
    struct stream_uri uri;
    struct err err = {0};
    ck_assert_int_eq(stream_uri_parse(bad_uris[_i].text, &uri, &err), -1);
    ck_assert_msg(strstr(err.msg, bad_uris[_i].says) != NULL, "%s: %s",
                  bad_uris[_i].text, err.msg);
    ck_assert_ptr_eq(strstr(err.msg, "secret"), NULL);
}
END_TEST

START_TEST(long_uri)
{
    static const char *const ways[][2] = {{"memcache:tcp://", ""},
                                          {"redis:tcp://", "@h"},
                                          {"redis:tcp://:", "@h"},
                                          {"redis:tcp://h/", ""},
                                          {"redis:unix:///", ""}};
    char word[300], text[400];
    struct stream_uri uri;
    struct err err;
    memset(word, 'x', sizeof word);
    word[256] = '\0';
    snprintf(text, sizeof text, "%s%s%s", ways[_i][0], word, ways[_i][1]);
    ck_assert_int_eq(stream_uri_parse(text, &uri, &err), -1);
    word[_i == 4 ? 106 : 255] = '\0';
    snprintf(text, sizeof text, "%s%s%s", ways[_i][0], word, ways[_i][1]);
    ck_assert_int_eq(stream_uri_parse(text, &uri, &err), 0);
}
END_TEST

/* --- requests ------------------------------------------------------------ */

static const struct {
    const char *bytes;
    size_t len;
    int good;
} requests[] = {
    {"", 0, 0},
    {"\0\0\0\0\0\0\0\0\0", 9, 0},
    {"\6\0\0\0\0\0\0\0\0bytes", 14, 1},
    {"\7\0\0\0\0\0\0\0\0", 9, 0},
    {"\1\0\0\0\0\0\0\0\0", 9, 1},
    {"\1\0\0\0\0\0\0\0", 8, 0},
    {"\1\0\0\0\0\0\0\0\0x", 10, 0},
    {"\2\0\0\0\0\0\0\0\0", 9, 1},
    {"\2\0\0\0\0\0\0\0\0bytes", 14, 1},
    {"\3\0\0\0\0\0\0\0\0", 9, 0},
    {"\3\0\0\0\0\0\0\0\0\0\0\0\0", 13, 0},
    {"\3\0\0\0\0\0\0\0\0\1\0\0\0", 13, 1},
    {"\3\0\0\0\0\0\0\0\0\0\0\1\0", 13, 1},
    {"\3\0\0\0\0\0\0\0\0\1\0\1\0", 13, 0},
    {"\3\0\0\0\0\0\0\0\0\1\0\0\0x", 14, 0},
    {"\4\0\0\0\0\0\0\0\0", 9, 0},
    {"\4\0\0\0\0\0\0\0\0\2", 10, 1},
    {"\4\0\0\0\0\0\0\0\0\3", 10, 0},
    {"\4\0\0\0\0\0\0\0\0\0\0", 11, 0},
    {"\5\1\0\0\0\xff\xff\xff\xff", 9, 1},
    {"\5\1\0\0\0\xff\xff\xff\xffx", 10, 0},
};

START_TEST(request)
{
    struct stream_request r = {.socket = 77};
    struct err err;
    const struct span call = {(const uint8_t *)requests[_i].bytes,
                              requests[_i].len};
    int done = stream_request_parse(call, &r, &err);
    ck_assert_int_eq(done, requests[_i].good ? 0 : -1);
    if (done != 0)
        ck_assert_uint_eq(r.socket, 77);
}
END_TEST

/* --- passwords ----------------------------------------------------------- */

static size_t
from_hex(const char *text, uint8_t *out)
{
    size_t n = 0;
    for (; text[0] != '\0'; text += 2) {
        const char two[] = {text[0], text[1], '\0'};
        out[n++] = (uint8_t)strtoul(two, NULL, 16);
    }
    return n;
}

static const struct {
    const char *plugin, *password, *challenge, *answer;
} answers[] = {
    /* hashlib says: SHA1("secret") ^ SHA1(challenge + SHA1(SHA1("secret"))) */
    {"mysql_native_password", "secret",
     "0102030405060708090a0b0c0d0e0f1011121314",
     "b32bb3a583e1340c0a1108d58b1be49781ad8c2f"},
    {"mysql_native_password", "", "0102030405060708090a0b0c0d0e0f1011121314",
     ""},
    /* By the arithmetic of RFC 8032, in Python's integers. */
    {"client_ed25519", "foobar",
     "3bb41a4bf5b4aa0a8f1e52bbca0d2a9e9d63bd9b6d2a7ff4f7cd6c02cdbb1f25",
     "82cf91603be12ebc15a6276ccf35f3dcc2db7a73ec4a3989c6aea287df184370"
     "a7452e1c1032a8738a4fb3cbb6765d7465494a2c24d7a729b009bb44530a860d"},
};

START_TEST(password)
{
    uint8_t challenge[64], want[64], got[MYSQL_ANSWER_MAX];
    size_t n = from_hex(answers[_i].challenge, challenge), len = 99;
    size_t wanted = from_hex(answers[_i].answer, want);
    bool known = mysql_auth_answer(answers[_i].plugin, answers[_i].password,
                                   challenge, n, got, &len);
#ifndef WITH_LIBSODIUM
    if (strcmp(answers[_i].plugin, "client_ed25519") == 0) {
        ck_assert(!known);
        return;
    }
#endif
    ck_assert(known);
    ck_assert_uint_eq(len, wanted);
    ck_assert_mem_eq(got, want, len);
    ck_assert(!mysql_auth_answer(answers[_i].plugin, "x", challenge, n - 1,
                                 got, &len));
}
END_TEST

START_TEST(no_such_plugin)
{
    uint8_t got[MYSQL_ANSWER_MAX];
    size_t len;
    static const char *const others[] = {"", "dialog", "mysql_clear_password",
                                         "mysql_old_password"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert(!mysql_auth_answer(others[i], "x", got, 20, got, &len));
}
END_TEST

/* --- logins: scripts of what both sides say ------------------------------ */

struct talk {
    struct login *login;
    struct login_pipes pipes;
    struct stream_uri account;
};

static void
begin(struct talk *t, const char *uri)
{
    struct err err;
    *t = (struct talk){0};
    ck_assert_int_eq(stream_uri_parse(uri, &t->account, &err), 0);
    ck_assert_int_eq(login_new(&t->account, &t->login, &err), 0);
    t->pipes = (struct login_pipes){evbuffer_new(), evbuffer_new(),
                                    evbuffer_new(), evbuffer_new()};
}

static void
end(struct talk *t)
{
    login_free(t->login);
    evbuffer_free(t->pipes.from_server);
    evbuffer_free(t->pipes.to_server);
    evbuffer_free(t->pipes.from_client);
    evbuffer_free(t->pipes.to_client);
}

/* Bytes arrive one by one, which is the same as at once. */
static int
arrive(struct talk *t, struct evbuffer *at, const char *bytes, size_t len,
       struct err *err)
{
    for (size_t i = 0; i < len; i++) {
        ck_assert_int_eq(evbuffer_add(at, bytes + i, 1), 0);
        if (t->login->state == LOGIN_DONE)
            continue;
        if (login_step(t->login, &t->pipes, err) != 0)
            return -1;
    }
    return 0;
}

static void
expect(struct evbuffer *at, const char *bytes, size_t len)
{
    ck_assert_uint_eq(evbuffer_get_length(at), len);
    if (len > 0)
        ck_assert_mem_eq(evbuffer_pullup(at, -1), bytes, len);
    evbuffer_drain(at, len);
}

#define TEXT(s) (s), sizeof(s) - 1

START_TEST(redis_with_everything)
{
    struct talk t;
    struct err err;
    begin(&t, "redis:tcp://bob:pw@h/4");
    ck_assert_int_eq(login_step(t.login, &t.pipes, &err), 0);
    expect(t.pipes.to_server,
           TEXT("*3\r\n$4\r\nAUTH\r\n$3\r\nbob\r\n$2\r\npw\r\n"
                "*2\r\n$6\r\nSELECT\r\n$1\r\n4\r\n"));
    ck_assert_int_eq(arrive(&t, t.pipes.from_server, TEXT("+OK\r\n"), &err),
                     0);
    ck_assert_int_eq(t.login->state, LOGIN_BEGINS);
    ck_assert_int_eq(arrive(&t, t.pipes.from_server, TEXT("+OK\r\n"), &err),
                     0);
    ck_assert_int_eq(t.login->state, LOGIN_READY);
    ck_assert_int_eq(arrive(&t, t.pipes.from_client,
                            TEXT("*2\r\n$4\r\nauth\r\n$3\r\nxyz\r\n"), &err),
                     0);
    expect(t.pipes.to_client, TEXT("+OK\r\n"));
    ck_assert_int_eq(t.login->state, LOGIN_READY);
    ck_assert_int_eq(
        arrive(&t, t.pipes.from_client,
               TEXT("*7\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$1\r\nu"
                    "\r\n$1\r\np\r\n$7\r\nSETNAME\r\n$1\r\nn\r\n"),
               &err),
        0);
    ck_assert_int_eq(t.login->state, LOGIN_DONE);
    expect(t.pipes.to_server, TEXT("*4\r\n$5\r\nHELLO\r\n$1\r\n3\r\n"
                                   "$7\r\nSETNAME\r\n$1\r\nn\r\n"));
    expect(t.pipes.from_client, "", 0);
    end(&t);
}
END_TEST

/* What is no login of a library's goes on as it is. */
static const char *const redis_firsts[] = {"*1\r\n$4\r\nPING\r\n",
                                           "PING\r\n",
                                           "AUTH x\r\n",
                                           "*2\r\n$4\r\nAUTO\r\n$1\r\nx\r\n",
                                           "*9\r\n$4\r\nAUTH\r\n",
                                           "*2\r\n$400\r\n",
                                           "*x",
                                           "\r\n",
                                           "*2\r\n:4\r\nAUTH\r\n"};

START_TEST(redis_first)
{
    struct talk t;
    struct err err;
    const char *first = redis_firsts[_i];
    begin(&t, "redis:tcp://:pw@h");
    ck_assert_int_eq(login_step(t.login, &t.pipes, &err), 0);
    ck_assert_int_eq(arrive(&t, t.pipes.from_server, TEXT("+OK\r\n"), &err),
                     0);
    ck_assert_int_eq(
        arrive(&t, t.pipes.from_client, first, strlen(first), &err), 0);
    ck_assert_int_eq(t.login->state, LOGIN_DONE);
    expect(t.pipes.from_client, first, strlen(first));
    end(&t);
}
END_TEST

START_TEST(redis_endless_auth)
{
    struct talk t;
    struct err err;
    char word[5000];
    memset(word, 'x', sizeof word);
    begin(&t, "redis:tcp://:pw@h");
    ck_assert_int_eq(login_step(t.login, &t.pipes, &err), 0);
    ck_assert_int_eq(arrive(&t, t.pipes.from_server, TEXT("+OK\r\n"), &err),
                     0);
    ck_assert_int_eq(arrive(&t, t.pipes.from_client,
                            TEXT("*2\r\n$4\r\nAUTH\r\n$4090\r\n"), &err),
                     0);
    ck_assert_int_eq(t.login->state, LOGIN_READY);
    ck_assert_int_eq(arrive(&t, t.pipes.from_client, word, sizeof word, &err),
                     0);
    ck_assert_int_eq(t.login->state, LOGIN_DONE);
    end(&t);
}
END_TEST

/* Without an account there is nothing to do. */
START_TEST(no_login)
{
    static const char *const plain[] = {"redis:tcp://h", "memcache:tcp://h",
                                        "tcp://h:1"};
    struct stream_uri account;
    struct login *login;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        ck_assert_int_eq(stream_uri_parse(plain[i], &account, NULL), 0);
        ck_assert_int_eq(login_new(&account, &login, NULL), 0);
        ck_assert_ptr_eq(login, NULL);
    }
}
END_TEST

static const char greeting[] =
    "\x0a"
    "5.5.5-10.11\0"
    "\7\0\0\0"
    "abcdefgh\0"
    "\xfe\xff" /* without CLIENT_MYSQL: extended ones follow */
    "\x2d\2\0"
    "\xff\x81\x15" /* and 21 bytes of challenge */
    "\0\0\0\0\0\0\x1d\0\0\0"
    "ijklmnopqrst\0"
    "mysql_native_password";

static void
send_packet(struct evbuffer *at, uint8_t number, const void *data, size_t len)
{
    const uint8_t head[] = {(uint8_t)len, (uint8_t)(len >> 8), 0, number};
    evbuffer_add(at, head, sizeof head);
    evbuffer_add(at, data, len);
}

/* The server has greeted; what the client sees is without what is not for
 * it. */
static void
greet(struct talk *t, const char *uri)
{
    struct err err;
    begin(t, uri);
    send_packet(t->pipes.from_server, 0, greeting, sizeof greeting);
    ck_assert_int_eq(login_step(t->login, &t->pipes, &err), 0);
    ck_assert_int_eq(t->login->state, LOGIN_READY);
    const uint8_t *told = evbuffer_pullup(t->pipes.to_client, -1);
    ck_assert_uint_eq(evbuffer_get_length(t->pipes.to_client),
                      4 + sizeof greeting);
    ck_assert_mem_eq(told + 4, greeting, 1 + 12 + 4);
    ck_assert_mem_ne(told + 4 + 17, "abcdefgh", 8);
    uint32_t low = told[30] | (uint32_t)told[31] << 8;
    ck_assert_uint_eq(low & (1 << 11 | 1 << 5 | 1 << 7), 0);
    ck_assert_uint_eq(low & 1, 1);
    ck_assert_mem_eq(told + 4 + 17 + 9 + 2 + 3 + 3 + 6, "\0\0\0\0", 4);
    evbuffer_drain(t->pipes.to_client, 4 + sizeof greeting);
}

/* clang-format off */
#define HEAD "\x05\xa2\x2b\x00" "\0\0\0\1" "\x2d"
/* clang-format on */

static void
answer_greeting(struct talk *t)
{
    static const char nothing[23];
    struct evbuffer *body = evbuffer_new();
    struct err err;
    evbuffer_add(body, TEXT(HEAD));
    evbuffer_add(body, nothing, sizeof nothing);
    evbuffer_add(body, TEXT("guest\0\x03"
                            "pwd"
                            "mysql_native_password\0"));
    size_t len = evbuffer_get_length(body);
    send_packet(t->pipes.from_client, 1, evbuffer_pullup(body, -1), len);
    evbuffer_free(body);
    ck_assert_int_eq(login_step(t->login, &t->pipes, &err), 0);
}

START_TEST(mysql_by_native)
{
    struct talk t;
    struct err err;
    uint8_t want[MYSQL_ANSWER_MAX];
    size_t len;
    greet(&t, "mysql:tcp://app:secret@h/shop");
    answer_greeting(&t);
    const uint8_t *said = evbuffer_pullup(t.pipes.to_server, -1);
    ck_assert_uint_eq(said[3], 1);
    ck_assert_uint_eq(said[4] & 8, 8);        /* a database */
    ck_assert_uint_eq(said[6] & (1 << 5), 0); /* no CAN_LONG_ANSWER */
    ck_assert_mem_eq(said + 36, "app\0\x14", 5);
    ck_assert(mysql_auth_answer("mysql_native_password", "secret",
                                (const uint8_t *)"abcdefghijklmnopqrst", 20,
                                want, &len));
    ck_assert_mem_eq(said + 41, want, 20);
    ck_assert_mem_eq(said + 61, "shop\0mysql_native_password", 27);
    send_packet(t.pipes.from_server, 2, TEXT("\0\0\0\2\0\0\0"));
    evbuffer_add(t.pipes.from_server, TEXT("more"));
    ck_assert_int_eq(login_step(t.login, &t.pipes, &err), 0);
    ck_assert_int_eq(t.login->state, LOGIN_DONE);
    expect(t.pipes.to_client, TEXT("\7\0\0\2\0\0\0\2\0\0\0"));
    expect(t.pipes.from_server, TEXT("more"));
    end(&t);
}
END_TEST

START_TEST(mysql_switches)
{
    struct talk t;
    struct err err;
    greet(&t, "mysql:tcp://app:secret@h");
    answer_greeting(&t);
    evbuffer_drain(t.pipes.to_server, evbuffer_get_length(t.pipes.to_server));
    send_packet(t.pipes.from_server, 2,
                TEXT("\xfemysql_native_password\0"
                     "12345678901234567890\0"));
    ck_assert_int_eq(login_step(t.login, &t.pipes, &err), 0);
    ck_assert_uint_eq(evbuffer_get_length(t.pipes.to_server), 24);
    ck_assert_mem_eq(evbuffer_pullup(t.pipes.to_server, 4), "\x14\0\0\3", 4);
    send_packet(t.pipes.from_server, 4, TEXT("\0\0\0\2\0\0\0"));
    ck_assert_int_eq(login_step(t.login, &t.pipes, &err), 0);
    /* The library waits for 2, whatever we needed. */
    expect(t.pipes.to_client, TEXT("\7\0\0\2\0\0\0\2\0\0\0"));
    end(&t);
}
END_TEST

/* clang-format off */
static const struct {
    const char *data;
    size_t len;
    const char *says;
} verdicts[] = {
    {TEXT("\xff\x15\x04#28000denied to 'app'@'10.9.8.7'"), "error 1045"},
    {TEXT("\xff"), "no mysql"},
    {TEXT("\xfe" "dialog\0ask"), "does not have (it has"},
    {TEXT("\xfe"), "no mysql"},
    {TEXT("\xfemysql_native_password\0short"), "does not have"},
    {TEXT("\1\4"), "no mysql"},
};
/* clang-format on */

START_TEST(mysql_refuses)
{
    struct talk t;
    struct err err;
    greet(&t, "mysql:tcp://app:secret@h");
    answer_greeting(&t);
    send_packet(t.pipes.from_server, 2, verdicts[_i].data, verdicts[_i].len);
    ck_assert_int_eq(login_step(t.login, &t.pipes, &err), -1);
    ck_assert_msg(strstr(err.msg, verdicts[_i].says) != NULL, "%s", err.msg);
    ck_assert_ptr_eq(strstr(err.msg, "10.9.8.7"), NULL);
    ck_assert_int_ne(err.sys_errno, 0);
    end(&t);
}
END_TEST

/* clang-format off */
static const struct {
    const char *data;
    size_t len;
} hostile_answers[] = {
    {TEXT("x")},
    {TEXT(HEAD)},
    {TEXT("\0\0\0\0" "\0\0\0\1" "\x2d")},
    {TEXT(HEAD "12345678901234567890123" "no end")},
    {TEXT(HEAD "12345678901234567890123" "u\0\xff")},
    {TEXT(HEAD "12345678901234567890123" "u\0\x09" "1234")},
    {TEXT("\x0d\xa2\x2b\x00" "\0\0\0\1" "\x2d" "12345678901234567890123"
          "u\0\0" "no end of a database")},
    {TEXT("\x05\xaa\x2b\x00" "\0\0\0\1" "\x2d" "12345678901234567890123")},
};
/* clang-format on */

START_TEST(mysql_hostile_client)
{
    struct talk t;
    struct err err;
    greet(&t, "mysql:tcp://app:secret@h");
    send_packet(t.pipes.from_client, 1, hostile_answers[_i].data,
                hostile_answers[_i].len);
    ck_assert_int_eq(login_step(t.login, &t.pipes, &err), -1);
    expect(t.pipes.to_server, "", 0);
    end(&t);
}
END_TEST

#define N(table) ((int)(sizeof table / sizeof *table))

int
main(void)
{
    Suite *suite = suite_create("stream");
    TCase *c = tcase_create("all");
    tcase_add_loop_test(c, good_uri, 0, N(uris));
    tcase_add_loop_test(c, bad_uri, 0, N(bad_uris));
    tcase_add_loop_test(c, long_uri, 0, 5);
    tcase_add_loop_test(c, request, 0, N(requests));
    tcase_add_loop_test(c, password, 0, N(answers));
    tcase_add_test(c, no_such_plugin);
    tcase_add_test(c, redis_with_everything);
    tcase_add_loop_test(c, redis_first, 0, N(redis_firsts));
    tcase_add_test(c, redis_endless_auth);
    tcase_add_test(c, no_login);
    tcase_add_test(c, mysql_by_native);
    tcase_add_test(c, mysql_switches);
    tcase_add_loop_test(c, mysql_refuses, 0, N(verdicts));
    tcase_add_loop_test(c, mysql_hostile_client, 0, N(hostile_answers));
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
