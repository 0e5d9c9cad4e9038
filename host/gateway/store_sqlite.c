/* Values in a file, or in memory, by sqlite: one connection for all jobs of
 * the gateway, opened before the broker's wall closes.
 *
 * Each tenant has bytes_max; what triggers count is what it uses.  What has
 * expired is removed when something is stored, a little each time, and all of
 * it before a tenant is told that it is full. */
#include "host/gateway/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"

enum {
    ROW_BYTES = 64, /* that each value counts beyond its own and its key's */
    SWEPT = 32,     /* expired values, each time */
    LOCKED_MS = 2000,
};

/* In the order of the texts. */
enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    GET,
    LIVE,
    PUT,
    DELETE,
    TOUCH,
    RAISE,
    SWEEP,
    SWEEP_ALL,
    USED,
    STATEMENTS
};

struct shared {
    sqlite3 *db;
    pthread_mutex_t lock; /* of a whole call: its transaction is one job's */
    sqlite3_stmt *statements[STATEMENTS];
};

/* In statements ?1 is the tenant, ?2 the key, ?3 now, ?4 the value, ?5 the
 * time of its end. */
static const char *const texts[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [GET] = "SELECT value FROM immure_values"
            " WHERE tenant = ?1 AND key = ?2 AND expires > ?3",
    [LIVE] = "SELECT 1 FROM immure_values"
             " WHERE tenant = ?1 AND key = ?2 AND expires > ?3",
    [PUT] = "INSERT INTO immure_values (tenant, key, value, expires)"
            " VALUES (?1, ?2, ?4, ?5) ON CONFLICT (tenant, key) DO UPDATE"
            " SET value = ?4, expires = ?5",
    [DELETE] = "DELETE FROM immure_values WHERE tenant = ?1 AND key = ?2",
    [TOUCH] = "UPDATE immure_values SET expires = ?5"
              " WHERE tenant = ?1 AND key = ?2 AND expires > ?3",
    [RAISE] = "UPDATE immure_values SET value = ?4"
              " WHERE tenant = ?1 AND key = ?2 AND expires > ?3",
    [SWEEP] = "DELETE FROM immure_values WHERE tenant = ?1 AND key IN"
              " (SELECT key FROM immure_values WHERE tenant = ?1"
              " AND expires <= ?3 LIMIT ?2)",
    [SWEEP_ALL] = "DELETE FROM immure_values"
                  " WHERE tenant = ?1 AND expires <= ?3",
    [USED] = "SELECT bytes FROM immure_usage WHERE tenant = ?1",
};

#define COUNTED(row) "(length(" row ".key) + length(" row ".value) + 64)"

static const char schema[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA trusted_schema = OFF;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS immure_values (tenant TEXT NOT NULL,"
    " key TEXT NOT NULL, value BLOB NOT NULL, expires INTEGER NOT NULL,"
    " PRIMARY KEY (tenant, key)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS immure_expiry"
    " ON immure_values (tenant, expires);"
    "CREATE TABLE IF NOT EXISTS immure_usage (tenant TEXT PRIMARY KEY,"
    " bytes INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TRIGGER IF NOT EXISTS immure_more AFTER INSERT ON immure_values"
    " BEGIN INSERT INTO immure_usage (tenant, bytes)"
    " VALUES (new.tenant, " COUNTED(
        "new") ") ON CONFLICT (tenant)"
               " DO UPDATE SET bytes = bytes + " COUNTED(
                   "new") "; END;"
                          "CREATE TRIGGER IF NOT EXISTS immure_other AFTER "
                          "UPDATE OF value"
                          " ON immure_values BEGIN UPDATE immure_usage SET "
                          "bytes = bytes"
                          " + length(new.value) - length(old.value) WHERE "
                          "tenant = new.tenant; END;"
                          "CREATE TRIGGER IF NOT EXISTS immure_less AFTER "
                          "DELETE ON immure_values"
                          " BEGIN UPDATE immure_usage SET bytes = bytes "
                          "- " COUNTED(
                              "old") " WHERE tenant = old.tenant; END;"
                                     "COMMIT;";

_Static_assert(ROW_BYTES == 64, "as the triggers count");

static int
fail(sqlite3 *db, const char *what, struct err *err)
{
    return err_set(err, ERR_SYSTEM, 0, "sqlite: %s: %s", what,
                   sqlite3_errmsg(db));
}

static void
close_shared(struct shared *shared)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(shared->statements[i]);
    sqlite3_close(shared->db);
    pthread_mutex_destroy(&shared->lock);
    free(shared);
}

static int
set_up(struct shared *shared, struct err *err)
{
    sqlite3_busy_timeout(shared->db, LOCKED_MS);
    if (sqlite3_exec(shared->db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return fail(shared->db, "make its tables", err);
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(shared->db, texts[i], -1,
                               SQLITE_PREPARE_PERSISTENT,
                               &shared->statements[i], NULL) != SQLITE_OK)
            return fail(shared->db, "prepare a statement", err);
    return 0;
}

/* Nobody else's to read, and so are the files that sqlite puts beside it. */
static int
make_private(const char *path, struct err *err)
{
    OWNED_FD fd =
        open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    return fd >= 0 ? 0 : err_set(err, ERR_POLICY, errno, "file: %s", path);
}

static int
open_place(struct store_place *place, struct err *err)
{
    struct shared *shared = calloc(1, sizeof *shared);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                      SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW;
    if (shared == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (place->path != NULL && make_private(place->path, err) != 0) {
        free(shared);
        return -1;
    }
    pthread_mutex_init(&shared->lock, NULL);
    int code = sqlite3_open_v2(
        place->path ? place->path : ":memory:", &shared->db, flags, NULL);
    if (code != SQLITE_OK || set_up(shared, err) != 0) {
        struct err why = *err;
        if (code != SQLITE_OK)
            err_set(&why, ERR_SYSTEM, 0, "%s", sqlite3_errstr(code));
        close_shared(shared);
        return err_set(err, ERR_POLICY, 0, "file: %.200s: %.200s",
                       place->path ? place->path : "in memory", why.msg);
    }
    place->shared = shared;
    return 0;
}

static void
close_place(struct store_place *place)
{
    struct shared *shared = place->shared;
    if (pthread_mutex_trylock(&shared->lock) != 0)
        return; /* a worker is at it: it ends with this process */
    pthread_mutex_unlock(&shared->lock);
    close_shared(shared);
    place->shared = NULL;
}

/* Nothing of a job's own is needed. */
static void *
join(const struct store_place *place)
{
    return (void *)(uintptr_t)place;
}

static void
leave(void *state)
{
    (void)state;
}

/* --- statements ---- */

struct values {
    const struct store_place *place;
    struct shared *shared;
    const struct store_call *call;
    sqlite3_int64 now;
};

static void
bind_all(const struct values *v, sqlite3_stmt *statement,
         const struct store_item *item, struct span value)
{
    int count = sqlite3_bind_parameter_count(statement);
    sqlite3_int64 end = v->now + v->call->ttl_s;
    if (count >= 1)
        sqlite3_bind_text(statement, 1, v->place->tenant, -1, SQLITE_STATIC);
    if (count >= 2 && item != NULL)
        sqlite3_bind_text(statement, 2, item->key, -1, SQLITE_STATIC);
    else if (count >= 2)
        sqlite3_bind_int(statement, 2, SWEPT);
    if (count >= 3)
        sqlite3_bind_int64(statement, 3, v->now);
    if (count >= 4)
        sqlite3_bind_blob64(statement, 4,
                            value.data ? value.data : (const void *)"",
                            value.len, SQLITE_STATIC);
    if (count >= 5)
        sqlite3_bind_int64(statement, 5, end);
}

/* SQLITE_ROW or SQLITE_DONE; -1. */
static int
step(const struct values *v, enum statement which,
     const struct store_item *item, struct span value, struct err *err)
{
    sqlite3_stmt *statement = v->shared->statements[which];
    sqlite3_reset(statement);
    bind_all(v, statement, item, value);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return code;
    err_set(err, ERR_SYSTEM, 0, "the values can't be %s now: %s",
            which == GET ? "read" : "changed", sqlite3_errstr(code));
    sqlite3_reset(statement);
    return -1;
}

static void
finish(const struct values *v, enum statement which)
{
    sqlite3_reset(v->shared->statements[which]);
    sqlite3_clear_bindings(v->shared->statements[which]);
}

static const struct span nothing = {NULL, 0};

/* One without a result. */
static int
execute(const struct values *v, enum statement which,
        const struct store_item *item, struct span value, struct err *err)
{
    int code = step(v, which, item, value, err);
    finish(v, which);
    return code < 0 ? -1 : 0;
}

/* --- calls ---- */

static int
used(const struct values *v, uint64_t *out, struct err *err)
{
    int code = step(v, USED, NULL, nothing, err);
    *out = code == SQLITE_ROW
               ? (uint64_t)sqlite3_column_int64(v->shared->statements[USED], 0)
               : 0;
    finish(v, USED);
    return code < 0 ? -1 : 0;
}

/* After a change, within its transaction. */
static int
check_room(const struct values *v, struct err *err)
{
    uint64_t bytes;
    if (used(v, &bytes, err) != 0)
        return -1;
    if (bytes <= v->place->bytes_max)
        return 0;
    if (execute(v, SWEEP_ALL, NULL, nothing, err) != 0 ||
        used(v, &bytes, err) != 0)
        return -1;
    if (bytes <= v->place->bytes_max)
        return 0;
    return err_set(err, ERR_BUSY, 0,
                   "the values of this tenant are over the operator's bound "
                   "of %llu bytes: delete some",
                   (unsigned long long)v->place->bytes_max);
}

static int
get(const struct values *v, struct store_item *item, struct buf *values,
    struct err *err)
{
    sqlite3_stmt *statement = v->shared->statements[GET];
    int code = step(v, GET, item, nothing, err);
    if (code == SQLITE_ROW &&
        store_found(item, values, sqlite3_column_blob(statement, 0),
                    (size_t)sqlite3_column_bytes(statement, 0), err) != 0)
        code = -1;
    finish(v, GET);
    return code < 0 ? -1 : 0;
}

static int
is_live(const struct values *v, const struct store_item *item, bool *out,
        struct err *err)
{
    int code = step(v, LIVE, item, nothing, err);
    *out = code == SQLITE_ROW;
    finish(v, LIVE);
    return code < 0 ? -1 : 0;
}

static int
put(const struct values *v, struct store_item *item, struct err *err)
{
    bool live = false;
    if (v->call->op == STORE_ADD && is_live(v, item, &live, err) != 0)
        return -1;
    item->done = !live;
    return live ? 0 : execute(v, PUT, item, item->value, err);
}

/* DELETE and TOUCH of what is there. */
static int
change(const struct values *v, enum statement which, struct store_item *item,
       struct err *err)
{
    if (is_live(v, item, &item->done, err) != 0)
        return -1;
    return item->done ? execute(v, which, item, nothing, err) : 0;
}

/* The number as text, 1 to 18 digits. */
static int
read_number(const struct buf *field, uint64_t *out, struct err *err)
{
    struct span rest = {field->data, field->len}, text;
    *out = 0;
    if (field->len == 0)
        return 0;
    if (span_take_field(&rest, &text, err) != 0)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || text.len > 18)
            return err_set(err, ERR_USAGE, 0, "the value is no whole number");
        *out = *out * 10 + (text.data[i] - '0');
    }
    return text.len > 0
               ? 0
               : err_set(err, ERR_USAGE, 0, "the value is no whole number");
}

/* A value that is there keeps its end. */
static int
raise(const struct values *v, struct store_item *item, struct err *err)
{
    OWNED_BUFFER before = {0};
    char text[24];
    if (get(v, item, &before, err) != 0 ||
        read_number(&before, &item->number, err) != 0)
        return -1;
    bool there = item->done;
    item->number += v->call->amount;
    item->done = true;
    int len =
        snprintf(text, sizeof text, "%llu", (unsigned long long)item->number);
    const struct span value = {(const uint8_t *)text, (size_t)len};
    if (!there)
        return execute(v, PUT, item, value, err);
    return execute(v, RAISE, item, value, err);
}

static int
do_one(const struct values *v, struct store_item *item, struct buf *values,
       struct err *err)
{
    switch (v->call->op) {
    case STORE_GET:
        return get(v, item, values, err);
    case STORE_SET:
    case STORE_ADD:
        return put(v, item, err);
    case STORE_DELETE:
        return change(v, DELETE, item, err);
    case STORE_TOUCH:
        return change(v, TOUCH, item, err);
    case STORE_INCR:
        return raise(v, item, err);
    case STORE_OP_COUNT:
        break;
    }
    return err_set(err, ERR_USAGE, 0, "a call of no known kind");
}

static int
do_all(const struct values *v, struct store_call *call, struct buf *values,
       struct err *err)
{
    for (size_t i = 0; i < call->nitems; i++)
        if (do_one(v, &call->items[i], values, err) != 0)
            return -1;
    return 0;
}

static int
do_changes(const struct values *v, struct store_call *call, struct buf *values,
           struct err *err)
{
    if (execute(v, BEGIN, NULL, nothing, err) != 0)
        return -1;
    if (execute(v, SWEEP, NULL, nothing, err) == 0 &&
        do_all(v, call, values, err) == 0 && check_room(v, err) == 0 &&
        execute(v, COMMIT, NULL, nothing, err) == 0)
        return 0;
    (void)execute(v, ROLLBACK, NULL, nothing, NULL);
    return -1;
}

/* All of a call's changes, or none. */
static int
run(void *state, struct store_call *call, struct buf *values, struct err *err)
{
    const struct store_place *place = state;
    const struct values v = {place, place->shared, call, time(NULL)};
    pthread_mutex_lock(&v.shared->lock);
    int done = call->op == STORE_GET ? do_all(&v, call, values, err)
                                     : do_changes(&v, call, values, err);
    pthread_mutex_unlock(&v.shared->lock);
    return done;
}

const struct store_server store_sqlite = {.open = open_place,
                                          .close = close_place,
                                          .join = join,
                                          .leave = leave,
                                          .run = run};
