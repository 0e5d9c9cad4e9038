/* Redis, by hiredis. */
#include "host/gateway/store.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/gateway/fd_slot.h"

enum { TOGETHER = 16, ARGUMENTS = 6 }; /* GETs that are under way at a time */

struct state {
    const struct store_place *place;
    redisContext *redis; /* NULL: not connected, or no longer */
    struct fd_slot slot; /* the library's descriptor */
};

/* A counter that begins, and ends, in one step. */
static const char raise_script[] =
    "local v = redis.call('INCRBY', KEYS[1], ARGV[1]) "
    "if v == tonumber(ARGV[1]) then "
    "redis.call('EXPIRE', KEYS[1], ARGV[2]) end return v";

static void *
join(const struct store_place *place)
{
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    state->place = place;
    fd_slot_init(&state->slot);
    return state;
}

static void
drop(struct state *state)
{
    (void)fd_slot_put(&state->slot, -1);
    if (state->redis != NULL)
        redisFree(state->redis);
    state->redis = NULL;
}

static void
leave(void *arg)
{
    struct state *state = arg;
    drop(state);
    fd_slot_clear(&state->slot);
    free(state);
}

static void
interrupt(void *arg)
{
    struct state *state = arg;
    fd_slot_shut(&state->slot);
}

static int
fail(struct state *state, struct err *err)
{
    char why[128] = "the connection failed";
    if (state->redis != NULL && state->redis->err != 0)
        (void)snprintf(why, sizeof why, "%s", state->redis->errstr);
    drop(state); /* what it still sends is no answer to what comes next */
    return err_set(err, ERR_SYSTEM, 0, "redis: %s", why);
}

/* --- commands ---- */

struct argument {
    const char *data;
    size_t len;
};

#define TEXT(s) ((struct argument){(s), strlen(s)})

static int
send_command(struct state *state, const struct argument *given, int count,
             struct err *err)
{
    const char *data[ARGUMENTS];
    size_t lengths[ARGUMENTS];
    for (int i = 0; i < count; i++) {
        data[i] = given[i].data;
        lengths[i] = given[i].len;
    }
    if (redisAppendCommandArgv(state->redis, count, data, lengths) != REDIS_OK)
        return fail(state, err);
    return 0;
}

/* The reply, to be freed; an error of the server's is one here. */
static redisReply *
take_reply(struct state *state, struct err *err)
{
    void *got = NULL;
    if (redisGetReply(state->redis, &got) != REDIS_OK || got == NULL) {
        fail(state, err);
        return NULL;
    }
    redisReply *reply = got;
    if (reply->type != REDIS_REPLY_ERROR)
        return reply;
    bool number = strstr(reply->str, "not an integer") != NULL;
    err_set(err, ERR_SYSTEM, 0,
            number ? "the value is no whole number" : "redis: %.*s",
            (int)strcspn(reply->str, " "), reply->str); /* it may name hosts */
    freeReplyObject(reply);
    if (!number) /* of others in the pipe nothing is known */
        drop(state);
    return NULL;
}

/* One command, whose reply says no more than that it was done. */
static int
command(struct state *state, const struct argument *given, int count,
        struct err *err)
{
    if (send_command(state, given, count, err) != 0)
        return -1;
    redisReply *reply = take_reply(state, err);
    if (reply == NULL)
        return -1;
    freeReplyObject(reply);
    return 0;
}

static int
log_in(struct state *state, struct err *err)
{
    const struct store_place *place = state->place;
    char number[16];
    const struct argument login[] = {TEXT("AUTH"),
                                     TEXT(place->user ? place->user : ""),
                                     TEXT(place->secret ? place->secret : "")};
    const struct argument password[] = {login[0], login[2]};
    if (place->secret != NULL &&
        (place->user ? command(state, login, 3, err)
                     : command(state, password, 2, err)) != 0)
        return -1;
    (void)snprintf(number, sizeof number, "%u", place->database);
    const struct argument selected[] = {TEXT("SELECT"), TEXT(number)};
    return place->database == 0 ? 0 : command(state, selected, 2, err);
}

static int
connect_to(struct state *state, const struct store_call *call, struct err *err)
{
    const struct store_place *place = state->place;
    unsigned ms = store_ms_left(call);
    const struct timeval in = {ms / 1000, ms % 1000 * 1000};
    if (ms == 0)
        return err_set(err, ERR_BUSY, 0, "redis: timed out");
    if (state->redis != NULL)
        return redisSetTimeout(state->redis, in) == REDIS_OK
                   ? 0
                   : fail(state, err);
    state->redis = place->host ? redisConnectWithTimeout(
                                     place->host,
                                     place->port ? (int)place->port : 6379, in)
                               : redisConnectUnixWithTimeout(place->path, in);
    if (state->redis == NULL || state->redis->err != 0)
        return fail(state, err);
    (void)fd_slot_put(&state->slot, state->redis->fd);
    if (redisSetTimeout(state->redis, in) != REDIS_OK)
        return fail(state, err);
    return log_in(state, err);
}

/* --- calls ---- */

static int
ask(struct state *state, const struct store_call *call,
    const struct store_item *item, struct err *err)
{
    char ttl[16], amount[24];
    (void)snprintf(ttl, sizeof ttl, "%u", call->ttl_s);
    (void)snprintf(amount, sizeof amount, "%llu",
                   (unsigned long long)call->amount);
    const struct argument key = TEXT(item->key);
    const struct argument value = {
        item->value.data ? (const char *)item->value.data : "",
        item->value.len};
    const struct argument rows[STORE_OP_COUNT][ARGUMENTS] = {
        [STORE_GET] = {TEXT("GET"), key},
        [STORE_SET] = {TEXT("SET"), key, value, TEXT("EX"), TEXT(ttl)},
        [STORE_ADD] = {TEXT("SET"), key, value, TEXT("EX"), TEXT(ttl),
                       TEXT("NX")},
        [STORE_DELETE] = {TEXT("DEL"), key},
        [STORE_INCR] = {TEXT("EVAL"), TEXT(raise_script), TEXT("1"), key,
                        TEXT(amount), TEXT(ttl)},
        [STORE_TOUCH] = {TEXT("EXPIRE"), key, TEXT(ttl)},
    };
    int count = 0;
    while (count < ARGUMENTS && rows[call->op][count].data != NULL)
        count++;
    return send_command(state, rows[call->op], count, err);
}

static int
take(struct state *state, const struct store_call *call,
     struct store_item *item, struct buf *values, struct err *err)
{
    redisReply *reply = take_reply(state, err);
    int done = 0;
    if (reply == NULL)
        return -1;
    if (call->op == STORE_GET && reply->type == REDIS_REPLY_STRING)
        done = store_found(item, values, reply->str, (size_t)reply->len, err);
    else if (call->op != STORE_GET)
        item->done =
            reply->type == REDIS_REPLY_STATUS ||
            (reply->type == REDIS_REPLY_INTEGER && reply->integer > 0);
    if (reply->type == REDIS_REPLY_INTEGER)
        item->number = (uint64_t)reply->integer;
    freeReplyObject(reply);
    if (done != 0)
        drop(state);
    return done;
}

static int
run(void *arg, struct store_call *call, struct buf *values, struct err *err)
{
    struct state *state = arg;
    for (size_t i = 0; i < call->nitems; i += TOGETHER) {
        size_t end = i + TOGETHER < call->nitems ? i + TOGETHER : call->nitems;
        if (connect_to(state, call, err) != 0)
            return -1;
        for (size_t j = i; j < end; j++)
            if (ask(state, call, &call->items[j], err) != 0)
                return -1;
        for (size_t j = i; j < end; j++)
            if (take(state, call, &call->items[j], values, err) != 0)
                return -1;
    }
    return 0;
}

const struct store_server store_redis = {
    .join = join, .leave = leave, .run = run, .interrupt = interrupt};
