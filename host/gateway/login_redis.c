/* Redis: AUTH and SELECT in the guest's place.  Of what its client library
 * sends first, AUTH is answered with OK and not passed on, and HELLO loses its
 * AUTH: a library insists on a password where it was given one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/gateway/login.h"

enum { FIRST_MAX = 4096, WORDS_MAX = 8, LINE_BYTES_MAX = 512 };

struct login_redis {
    struct login login;
    unsigned waits; /* for that many lines of the server's */
    bool sent;
};

static void
add_word(struct evbuffer *out, const char *word, size_t len)
{
    evbuffer_add_printf(out, "$%zu\r\n", len);
    evbuffer_add(out, word, len);
    evbuffer_add(out, "\r\n", 2);
}

static void
add_command(struct evbuffer *out, const char *const words[], size_t n)
{
    evbuffer_add_printf(out, "*%zu\r\n", n);
    for (size_t i = 0; i < n; i++)
        add_word(out, words[i], strlen(words[i]));
}

static void
send_login(struct login_redis *r, struct evbuffer *out)
{
    const struct stream_uri *a = r->login.account;
    const char *const auth[] = {"AUTH", a->user, a->password};
    const char *const password[] = {"AUTH", a->password};
    const char *const select[] = {"SELECT", a->database};
    if (a->user[0])
        add_command(out, auth, 3);
    else if (a->password[0])
        add_command(out, password, 2);
    if (a->database[0])
        add_command(out, select, 2);
    r->waits = (a->user[0] || a->password[0]) + (a->database[0] != '\0');
    r->sent = true;
}

/* One line a command, +OK. */
static int
take_replies(struct login_redis *r, struct evbuffer *in, struct err *err)
{
    while (r->waits > 0) {
        size_t len;
        char *line = evbuffer_readln(in, &len, EVBUFFER_EOL_CRLF_STRICT);
        if (line == NULL && evbuffer_get_length(in) > LINE_BYTES_MAX)
            return err_set(err, ERR_PROTO, EPROTO, "the server is no redis");
        if (line == NULL)
            return 0;
        bool good = strcmp(line, "+OK") == 0, refused = line[0] == '-';
        free(line);
        if (refused)
            return err_set(err, ERR_POLICY, EACCES,
                           "the server refuses the gateway's account or "
                           "database");
        if (!good)
            return err_set(err, ERR_PROTO, EPROTO, "the server is no redis");
        r->waits--;
    }
    r->login.state = LOGIN_READY;
    return 0;
}

struct words {
    const char *at[WORDS_MAX];
    size_t len[WORDS_MAX];
    size_t n, bytes; /* of the whole command */
};

static bool
take_number(const char **at, const char *end, char mark, size_t most,
            size_t *out)
{
    const char *p = *at;
    size_t n = 0;
    if (p == end || *p++ != mark || p == end || *p == '\r')
        return false;
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        if ((n = n * 10 + (size_t)(*p - '0')) > most)
            return false;
    if (end - p < 2 || p[0] != '\r' || p[1] != '\n')
        return false;
    *at = p + 2;
    *out = n;
    return true;
}

/* A whole command of an array of words; false: it is none, or not whole. */
static bool
read_words(const char *data, size_t len, struct words *out)
{
    const char *at = data, *end = data + len;
    struct words w = {.n = 0};
    size_t n;
    if (!take_number(&at, end, '*', WORDS_MAX, &n) || n == 0)
        return false;
    for (; w.n < n; w.n++) {
        size_t size;
        if (!take_number(&at, end, '$', FIRST_MAX, &size) ||
            (size_t)(end - at) < size + 2)
            return false;
        w.at[w.n] = at;
        w.len[w.n] = size;
        at += size + 2;
    }
    w.bytes = (size_t)(at - data);
    *out = w;
    return true;
}

static bool
is_word(const struct words *w, size_t i, const char *word)
{
    return i < w->n && w->len[i] == strlen(word) &&
           strncasecmp(w->at[i], word, w->len[i]) == 0;
}

/* HELLO 3 AUTH USER PASSWORD ... without its login. */
static void
pass_hello(const struct words *w, struct evbuffer *out)
{
    size_t auth = 0;
    for (size_t i = 2; i + 2 < w->n && auth == 0; i++)
        if (is_word(w, i, "AUTH"))
            auth = i;
    evbuffer_add_printf(out, "*%zu\r\n", w->n - (auth ? 3 : 0));
    for (size_t i = 0; i < w->n; i++)
        if (auth == 0 || i < auth || i > auth + 2)
            add_word(out, w->at[i], w->len[i]);
}

/* Whether this may still become AUTH or HELLO: an array whose first word is
 * one of them, as far as it has come. */
static bool
may_be_login(const char *data, size_t len)
{
    static const char *const heads[] = {"AUTH\r\n", "HELLO\r\n"};
    const char *at = data, *end = data + len;
    size_t n, size;
    if (len < 4 + 4)
        return data[0] == '*' &&
               (len < 2 || (data[1] >= '1' && data[1] <= '9'));
    if (!take_number(&at, end, '*', WORDS_MAX, &n))
        return false;
    if (!take_number(&at, end, '$', 5, &size))
        return end - at < 4 && (at == end || *at == '$');
    for (size_t i = 0; i < 2; i++) {
        size_t have = (size_t)(end - at), whole = strlen(heads[i]);
        if (size == whole - 2 &&
            strncasecmp(at, heads[i], have < whole ? have : whole) == 0)
            return true;
    }
    return false;
}

static void
take_client(struct login_redis *r, const struct login_pipes *pipes)
{
    for (;;) {
        size_t len = evbuffer_get_length(pipes->from_client);
        struct words w;
        if (len == 0)
            return;
        if (len > FIRST_MAX)
            len = FIRST_MAX;
        const char *data =
            (const char *)evbuffer_pullup(pipes->from_client, (ev_ssize_t)len);
        if (data == NULL || !may_be_login(data, len)) {
            r->login.state = LOGIN_DONE;
            return;
        }
        if (!read_words(data, len, &w)) {
            if (len == FIRST_MAX) /* none that a library would send */
                r->login.state = LOGIN_DONE;
            return;
        }
        if (is_word(&w, 0, "AUTH")) {
            evbuffer_add(pipes->to_client, "+OK\r\n", 5);
        } else {
            /* Its answer comes from the server: an AUTH behind it would be
             * answered too early. */
            pass_hello(&w, pipes->to_server);
            r->login.state = LOGIN_DONE;
        }
        evbuffer_drain(pipes->from_client, w.bytes);
        if (r->login.state == LOGIN_DONE)
            return;
    }
}

static int
step(struct login *login, const struct login_pipes *pipes, struct err *err)
{
    struct login_redis *r = (struct login_redis *)login;
    if (!r->sent)
        send_login(r, pipes->to_server);
    if (login->state == LOGIN_BEGINS &&
        take_replies(r, pipes->from_server, err) != 0)
        return -1;
    if (login->state == LOGIN_READY)
        take_client(r, pipes);
    return 0;
}

const struct login_kind login_redis = {step, sizeof(struct login_redis)};
