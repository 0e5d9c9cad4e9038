/* The kinds cache and session: values by key, each job on a worker thread. */
#include "host/gateway/store.h"

#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/gateway/kinds.h"

enum {
    TTL_DEFAULT_MS = 24 * 60 * 60 * 1000, /* a day */
    BYTES_DEFAULT = 64 << 20,
};

struct store {
    const struct store_server *server;
    struct store_place place;
    uint32_t ttl_s; /* the longest */
};

/* One job. */
struct visitor {
    const struct store *store;
    void *state; /* the server's */
    struct worker *worker;
};

/* --- calls, on the worker ---- */

static int
add_item(struct store_call *call, const char *tenant, struct span *rest,
         struct err *err)
{
    struct span key, value = {NULL, 0};
    if (span_take_field(rest, &key, NULL) != 0 ||
        ((call->op == STORE_SET || call->op == STORE_ADD) &&
         span_take_field(rest, &value, NULL) != 0))
        return err_set(err, ERR_USAGE, 0, "keys that can't be read");
    if (value.len > STORE_VALUE)
        return err_set(err, ERR_USAGE, 0,
                       "a value of %zu bytes: at most %d are stored",
                       value.len, STORE_VALUE);
    struct store_item *item = &call->items[call->nitems];
    if (store_key(tenant, key, item->key, err) != 0)
        return -1;
    item->value = value;
    call->nitems++;
    return 0;
}

static int
read_call(const struct store *store, struct span rest, struct store_call *out,
          struct err *err)
{
    uint32_t ttl;
    if (rest.len == 0 || rest.data[0] >= STORE_OP_COUNT)
        return err_set(err, ERR_USAGE, 0, "a call of no known kind");
    out->op = (enum store_op)rest.data[0];
    rest = (struct span){rest.data + 1, rest.len - 1};
    if (span_take_u32(&rest, &ttl, NULL) != 0 ||
        span_take_u64(&rest, &out->amount, NULL) != 0 || rest.len == 0)
        return err_set(err, ERR_USAGE, 0, "a call without keys");
    out->ttl_s = ttl == 0 || ttl > store->ttl_s ? store->ttl_s : ttl;
    if (out->op == STORE_INCR && (out->amount == 0 || out->amount > INT32_MAX))
        return err_set(err, ERR_USAGE, 0, "a number is raised by 1 to %d",
                       INT32_MAX);
    out->items = calloc(STORE_ITEMS, sizeof *out->items);
    if (out->items == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    while (rest.len > 0) {
        if (out->nitems == (out->op == STORE_INCR ? 1 : STORE_ITEMS))
            return err_set(err, ERR_USAGE, 0,
                           "more than %d keys, or than one to be raised",
                           STORE_ITEMS);
        if (add_item(out, store->place.tenant, &rest, err) != 0)
            return -1;
    }
    return 0;
}

static int
write_answer(const struct store_call *call, struct buf *values,
             struct buf *out, struct err *err)
{
    struct span rest = {values->data, values->len}, value;
    for (size_t i = 0; i < call->nitems; i++) {
        const struct store_item *item = &call->items[i];
        uint8_t done = item->done;
        if (buf_add(out, &done, 1, err) != 0)
            return -1;
        if (!done)
            continue;
        if (call->op == STORE_INCR && u64_add(out, item->number, err) != 0)
            return -1;
        if (call->op == STORE_GET &&
            (span_take_field(&rest, &value, err) != 0 ||
             field_add(out, value.data, value.len, err) != 0))
            return -1;
    }
    return 0;
}

static enum answer_status
run(void *arg, const struct worker_ask *ask, struct buf *out)
{
    const struct visitor *visitor = arg;
    struct store_call call = {.deadline_ns = ask->deadline_ns};
    OWNED_BUFFER values = {0};
    struct err err = {0};
    int done = read_call(visitor->store, ask->data, &call, &err);
    if (done == 0)
        done =
            visitor->store->server->run(visitor->state, &call, &values, &err);
    if (done == 0)
        done = write_answer(&call, &values, out, &err);
    free(call.items);
    if (done == 0)
        return ANSWER_VALUE;
    buf_clear(out);
    (void)buf_add(out, err.msg, strlen(err.msg), NULL);
    return ANSWER_ERROR;
}

static void
interrupt(void *arg)
{
    const struct visitor *visitor = arg;
    if (visitor->store->server->interrupt != NULL)
        visitor->store->server->interrupt(visitor->state);
}

static void
end(void *arg)
{
    struct visitor *visitor = arg;
    visitor->store->server->leave(visitor->state);
    free(visitor);
}

static const struct worker_ops ops = {
    .run = run, .interrupt = interrupt, .end = end};

/* --- jobs ---- */

static int
store_join(struct client *client, struct err *err)
{
    const struct store *store = client->gateway->state;
    struct visitor *visitor = calloc(1, sizeof *visitor);
    struct worker *worker;
    if (visitor == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    visitor->store = store;
    visitor->state = store->server->join(&store->place);
    if (visitor->state == NULL) {
        free(visitor);
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    if (worker_new(client, &ops, visitor, &worker, err) != 0) {
        end(visitor);
        return -1;
    }
    client->state = worker;
    return 0;
}

static void
store_call(struct client *client, struct span data)
{
    worker_call(client->state, data);
}

static void
store_cancel(struct client *client)
{
    worker_cancel(client->state);
}

static void
store_leave(struct client *client)
{
    worker_leave(client->state);
}

/* --- gateways ---- */

/* Workers may be at their last call when the broker ends: what they use stays
 * until the process does. */
static void
free_store(struct store *store)
{
    free(store->place.host);
    free(store->place.path);
    free(store->place.user);
    secret_clear(&store->place.secret);
    free(store);
}

static int
read_keys(struct store *store, struct gateway *gateway, const json_t *keys,
          struct err *err)
{
    const char *user = key_text(keys, "user");
    uint64_t ttl = key_number(keys, "ttl_ms", TTL_DEFAULT_MS) / 1000;
    store->ttl_s = ttl < 1 ? 1 : ttl < UINT32_MAX ? (uint32_t)ttl : UINT32_MAX;
    store->place.tenant = gateway->tenant;
    store->place.bytes_max = key_number(keys, "size", BYTES_DEFAULT);
    if (user != NULL && (store->place.user = strdup(user)) == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return key_secret(keys, "password", &store->place.secret, err);
}

/* Where is what the kind made of the policy's key. */
static int
open_store(struct gateway *gateway, const json_t *keys,
           int (*find)(struct store *store, const json_t *keys,
                       struct err *err),
           struct err *err)
{
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    int done = read_keys(store, gateway, keys, err);
    if (done == 0)
        done = find(store, keys, err);
    if (done == 0 && store->place.path != NULL && store->server->open == NULL)
        done = gateway_needs_path(gateway, store->place.path, true, err);
    if (done == 0 && store->server->open != NULL)
        done = store->server->open(&store->place, err);
    if (done != 0) {
        free_store(store);
        return -1;
    }
    gateway->state = store;
    return 0;
}

static int
find_cache(struct store *store, const json_t *keys, struct err *err)
{
    const char *uri = key_text(keys, "uri");
    return store_uri_read(uri ? uri : "", &store->place, &store->server, err);
}

static int
cache_open(struct gateway *gateway, const json_t *keys, struct err *err)
{
    return open_store(gateway, keys, find_cache, err);
}

const struct gateway_kind gateway_cache = {
    .name = "cache",
    .open = cache_open,
    .join = store_join,
    .call = store_call,
    .cancel = store_cancel,
    .leave = store_leave,
};

static int
find_session(struct store *store, const json_t *keys, struct err *err)
{
    const char *file = key_text(keys, "file"), *uri = key_text(keys, "uri");
    if (file != NULL && uri != NULL)
        return err_set(err, ERR_POLICY, 0,
                       "file and uri: the values are in one place");
    if (uri != NULL)
        return find_cache(store, keys, err);
#ifdef WITH_SQLITE
    store->server = &store_sqlite;
#else
    return err_set(err, ERR_POLICY, 0,
                   "immure was built without sqlite: give it a uri");
#endif
    store->place.path = file ? strdup(file) : NULL;
    if (file != NULL && store->place.path == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return 0;
}

static int
session_open(struct gateway *gateway, const json_t *keys, struct err *err)
{
    return open_store(gateway, keys, find_session, err);
}

static void
session_close(struct gateway *gateway)
{
    struct store *store = gateway->state;
    if (store->server->close != NULL)
        store->server->close(&store->place);
}

const struct gateway_kind gateway_session = {
    .name = "session",
    .open = session_open,
    .close = session_close,
    .join = store_join,
    .call = store_call,
    .cancel = store_cancel,
    .leave = store_leave,
};
