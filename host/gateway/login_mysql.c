/* MySQL and MariaDB: the server's greeting goes on to the client library with
 * a challenge of our own and without what a relay can't do (TLS, compression);
 * whatever password the library answers with is good.  Then we log in with the
 * gateway's account and with what the library has asked for of the protocol,
 * so that both sides speak the same one afterwards.
 *
 * mariadb.com/kb/en/clientserver-protocol, "Connecting" */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/gateway/login.h"
#include "host/gateway/mysql_auth.h"

enum { PACKET_HEAD = 4, PACKET_MAX = 16 << 10, PLUGIN_MAX = 63 };

enum capability {
    CAN_MYSQL = 1,
    CAN_DATABASE = 1 << 3,
    CAN_COMPRESS = 1 << 5,
    CAN_FILES = 1 << 7,
    CAN_PROTOCOL_41 = 1 << 9,
    CAN_TLS = 1 << 11,
    CAN_SECURE = 1 << 15,
    CAN_PLUGINS = 1 << 19,
    CAN_ATTRIBUTES = 1 << 20,
    CAN_LONG_ANSWER = 1 << 21,
    CAN_ZSTD = 1 << 26,
};

enum { NEVER = CAN_COMPRESS | CAN_FILES | CAN_TLS | CAN_ZSTD };

enum mysql_step { GREETING, ANSWER, VERDICT };

struct login_mysql {
    struct login login;
    enum mysql_step step;
    uint32_t offered; /* capabilities */
    uint8_t answered; /* the number of the library's packet */
    char plugin[PLUGIN_MAX + 1];
    uint8_t challenge[MYSQL_SCRAMBLE];
};

static const char native[] = "mysql_native_password";

struct packet {
    uint8_t number;
    const uint8_t *at, *end;
};

/* The next whole packet: 1, 0 when more is needed, -1 when it is too long. */
static int
next_packet(struct evbuffer *in, struct packet *out, struct err *err)
{
    const uint8_t *head = evbuffer_pullup(in, PACKET_HEAD);
    if (head == NULL)
        return 0;
    size_t len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16;
    if (len == 0 || len > PACKET_MAX)
        return err_set(err, ERR_PROTO, EPROTO,
                       "a packet of a login that is too long");
    uint8_t number = head[3];
    const uint8_t *data = evbuffer_pullup(in, (ev_ssize_t)(PACKET_HEAD + len));
    if (data == NULL)
        return 0;
    *out =
        (struct packet){number, data + PACKET_HEAD, data + PACKET_HEAD + len};
    return 1;
}

static void
drop_packet(struct evbuffer *in, const struct packet *packet)
{
    evbuffer_drain(in, PACKET_HEAD + (size_t)(packet->end - packet->at));
}

static size_t
left(const struct packet *p)
{
    return (size_t)(p->end - p->at);
}

/* n bytes, or NULL. */
static const uint8_t *
take(struct packet *p, size_t n)
{
    if (left(p) < n)
        return NULL;
    p->at += n;
    return p->at - n;
}

static const char *
take_text(struct packet *p)
{
    const uint8_t *nul = memchr(p->at, 0, left(p));
    return nul ? (const char *)take(p, (size_t)(nul - p->at) + 1) : NULL;
}

static uint32_t
number_of(const uint8_t *in, size_t n)
{
    uint32_t v = 0;
    for (size_t i = 0; i < n; i++)
        v |= (uint32_t)in[i] << (8 * i);
    return v;
}

static void
add_number(struct evbuffer *out, uint32_t v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = (uint8_t)(v >> (8 * i));
        evbuffer_add(out, &byte, 1);
    }
}

static void
send_packet(struct evbuffer *out, uint8_t number, struct evbuffer *body)
{
    add_number(out, (uint32_t)evbuffer_get_length(body), 3);
    add_number(out, number, 1);
    evbuffer_add_buffer(out, body);
}

static int
no_mysql(struct err *err)
{
    return err_set(err, ERR_PROTO, EPROTO, "the server is no mysql");
}

/* Bytes between 1 and 127: some clients stop at a NUL. */
static int
make_challenge(uint8_t out[MYSQL_SCRAMBLE], struct err *err)
{
    if (getrandom(out, MYSQL_SCRAMBLE, 0) != MYSQL_SCRAMBLE)
        return err_set(err, ERR_SYSTEM, EIO, "draw a challenge");
    for (int i = 0; i < MYSQL_SCRAMBLE; i++)
        out[i] = (uint8_t)(1 + out[i] % 126);
    return 0;
}

struct greeting {
    const char *version;
    const uint8_t *id, *first, *second; /* 4, 8 and 12 bytes */
    const uint8_t *charset, *status;    /* 1 and 2 bytes */
    uint32_t capabilities;
    const char *plugin;
};

static bool
read_greeting(struct packet p, struct greeting *out)
{
    const uint8_t *version = take(&p, 1), *low, *high;
    if (version == NULL || *version != 10)
        return false;
    struct greeting g = {.version = take_text(&p)};
    g.id = g.version ? take(&p, 4) : NULL;
    g.first = take(&p, 8);
    (void)take(&p, 1);
    low = take(&p, 2);
    g.charset = take(&p, 1);
    g.status = take(&p, 2);
    high = take(&p, 2);
    (void)take(&p, 11); /* the challenge's length, and what is reserved */
    g.second = take(&p, 12);
    if (g.id == NULL || g.second == NULL)
        return false;
    (void)take(&p, 1);
    g.capabilities = number_of(low, 2) | number_of(high, 2) << 16;
    g.plugin = g.capabilities & CAN_PLUGINS ? take_text(&p) : native;
    *out = g;
    return g.plugin != NULL && strlen(g.plugin) <= PLUGIN_MAX &&
           (g.capabilities & CAN_PROTOCOL_41) && (g.capabilities & CAN_SECURE);
}

/* The extended capabilities of MariaDB stand where zeroes stand here: they
 * change what follows the login in ways of their own. */
static int
play_greeting(const struct login_mysql *m, const struct greeting *g,
              struct evbuffer *out, struct err *err)
{
    uint8_t challenge[MYSQL_SCRAMBLE];
    struct evbuffer *body = evbuffer_new();
    if (body == NULL || make_challenge(challenge, err) != 0) {
        if (body != NULL)
            evbuffer_free(body);
        return err_set(err, ERR_MEMORY, ENOMEM, "play a greeting");
    }
    add_number(body, 10, 1);
    evbuffer_add(body, g->version, strlen(g->version) + 1);
    evbuffer_add(body, g->id, 4);
    evbuffer_add(body, challenge, 8);
    add_number(body, 0, 1);
    add_number(body, m->offered & 0xffff, 2);
    evbuffer_add(body, g->charset, 1);
    evbuffer_add(body, g->status, 2);
    add_number(body, m->offered >> 16, 2);
    add_number(body, MYSQL_SCRAMBLE + 1, 1);
    evbuffer_add(body, "\0\0\0\0\0\0\0\0\0", 10);
    evbuffer_add(body, challenge + 8, 12);
    add_number(body, 0, 1);
    evbuffer_add(body, native, sizeof native);
    send_packet(out, 0, body);
    evbuffer_free(body);
    return 0;
}

static int
take_greeting(struct login_mysql *m, const struct login_pipes *pipes,
              struct err *err)
{
    struct packet p;
    struct greeting g;
    int got = next_packet(pipes->from_server, &p, err);
    if (got <= 0)
        return got;
    if (p.at[0] == 0xff) {
        drop_packet(pipes->from_server, &p);
        return err_set(err, ERR_GONE, ECONNREFUSED,
                       "the server takes no connection");
    }
    if (p.number != 0 || !read_greeting(p, &g))
        return no_mysql(err);
    m->offered = (g.capabilities & ~(uint32_t)NEVER) | CAN_PLUGINS | CAN_MYSQL;
    memcpy(m->challenge, g.first, 8);
    memcpy(m->challenge + 8, g.second, 12);
    memcpy(m->plugin, g.plugin, strlen(g.plugin) + 1);
    if (play_greeting(m, &g, pipes->to_client, err) != 0)
        return -1;
    drop_packet(pipes->from_server, &p);
    m->step = ANSWER;
    m->login.state = LOGIN_READY;
    return 1;
}

struct asked {
    uint32_t capabilities;
    const uint8_t *most, *charset; /* 4 and 1 bytes */
    const char *database;          /* or NULL */
};

/* What the library answers: its user and password are of no interest. */
static bool
read_asked(struct packet p, struct asked *out)
{
    struct asked a = {0};
    const uint8_t *capabilities = take(&p, 4), *len;
    a.most = take(&p, 4);
    a.charset = take(&p, 1);
    if (a.charset == NULL || take(&p, 23) == NULL || take_text(&p) == NULL)
        return false;
    a.capabilities = number_of(capabilities, 4);
    len = take(&p, 1);
    /* One byte is a length up to 250, of either kind. */
    if (len == NULL || *len > 250 || take(&p, *len) == NULL)
        return false;
    if (a.capabilities & CAN_DATABASE)
        a.database = take_text(&p);
    *out = a;
    return !(a.capabilities & CAN_DATABASE) || a.database != NULL;
}

static void
add_answer(const struct login_mysql *m, const struct asked *asked,
           struct evbuffer *body, const uint8_t *answer, size_t len)
{
    static const uint8_t nothing[23];
    const struct stream_uri *account = m->login.account;
    const char *database = asked->database && asked->database[0]
                               ? asked->database
                               : account->database;
    uint32_t with = asked->capabilities & m->offered;
    with &= ~(uint32_t)(CAN_ATTRIBUTES | CAN_LONG_ANSWER | CAN_DATABASE);
    with |= CAN_PROTOCOL_41 | CAN_SECURE | CAN_PLUGINS | CAN_MYSQL;
    with |= database[0] ? CAN_DATABASE : 0;
    add_number(body, with, 4);
    evbuffer_add(body, asked->most, 4);
    evbuffer_add(body, asked->charset, 1);
    evbuffer_add(body, nothing, sizeof nothing);
    evbuffer_add(body, account->user, strlen(account->user) + 1);
    add_number(body, (uint32_t)len, 1);
    evbuffer_add(body, answer, len);
    if (database[0])
        evbuffer_add(body, database, strlen(database) + 1);
    evbuffer_add(body, native, sizeof native);
}

static int
take_answer(struct login_mysql *m, const struct login_pipes *pipes,
            struct err *err)
{
    struct packet p;
    struct asked asked;
    uint8_t answer[MYSQL_ANSWER_MAX];
    size_t len = 0;
    int got = next_packet(pipes->from_client, &p, err);
    if (got <= 0)
        return got;
    if (left(&p) >= 4 && number_of(p.at, 4) & CAN_TLS)
        return err_set(err, ERR_PROTO, EPROTO,
                       "TLS ends at the gateway: connect without it");
    if (!read_asked(p, &asked) || !(asked.capabilities & CAN_PROTOCOL_41))
        return err_set(err, ERR_PROTO, EPROTO,
                       "what the client library answers is no login");
    /* Where the account has another plugin the server asks again. */
    (void)mysql_auth_answer(native, m->login.account->password, m->challenge,
                            sizeof m->challenge, answer, &len);
    struct evbuffer *body = evbuffer_new();
    if (body == NULL)
        return err_set(err, ERR_MEMORY, ENOMEM, "log in");
    add_answer(m, &asked, body, answer, len);
    send_packet(pipes->to_server, 1, body);
    evbuffer_free(body);
    m->answered = p.number;
    drop_packet(pipes->from_client, &p);
    m->step = VERDICT;
    return 1;
}

static int
answer_switch(struct login_mysql *m, struct packet p, struct evbuffer *out,
              struct err *err)
{
    uint8_t answer[MYSQL_ANSWER_MAX];
    size_t len = 0;
    (void)take(&p, 1);
    const char *plugin = take_text(&p);
    if (plugin == NULL)
        return no_mysql(err);
    size_t challenge = left(&p);
    if (challenge == MYSQL_SCRAMBLE + 1) /* a NUL ends it */
        challenge--;
    if (!mysql_auth_answer(plugin, m->login.account->password, p.at, challenge,
                           answer, &len))
        return err_set(err, ERR_POLICY, EACCES,
                       "the server wants a way to log in that the gateway "
                       "does not have (it has mysql_native_password, and "
                       "ed25519 where built with libsodium)");
    add_number(out, (uint32_t)len, 3);
    add_number(out, p.number + 1u, 1);
    evbuffer_add(out, answer, len);
    return 0;
}

/* The server's OK is the library's, with the number that it waits for. */
static int
take_verdict(struct login_mysql *m, const struct login_pipes *pipes,
             struct err *err)
{
    struct packet p;
    int got = next_packet(pipes->from_server, &p, err);
    if (got <= 0)
        return got;
    const uint8_t kind = p.at[0];
    if (kind == 0xfe) {
        if (answer_switch(m, p, pipes->to_server, err) != 0)
            return -1;
    } else if (kind == 0) {
        add_number(pipes->to_client, (uint32_t)left(&p), 3);
        add_number(pipes->to_client, m->answered + 1u, 1);
        evbuffer_add(pipes->to_client, p.at, left(&p));
        m->login.state = LOGIN_DONE;
    } else if (kind == 0xff && left(&p) >= 3) {
        return err_set(err, ERR_POLICY, EACCES,
                       "the server refuses the gateway's account or database "
                       "(its error %u)",
                       (unsigned)number_of(p.at + 1, 2));
    } else {
        return no_mysql(err);
    }
    drop_packet(pipes->from_server, &p);
    return m->login.state != LOGIN_DONE;
}

static int
step(struct login *login, const struct login_pipes *pipes, struct err *err)
{
    struct login_mysql *m = (struct login_mysql *)login;
    int went_on = 1;
    while (went_on > 0 && login->state != LOGIN_DONE)
        switch (m->step) {
        case GREETING:
            went_on = take_greeting(m, pipes, err);
            break;
        case ANSWER:
            went_on = take_answer(m, pipes, err);
            break;
        case VERDICT:
            went_on = take_verdict(m, pipes, err);
            break;
        }
    return went_on;
}

const struct login_kind login_mysql = {step, sizeof(struct login_mysql)};
