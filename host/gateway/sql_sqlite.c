/* Databases in a file of the host's.  sqlite's own authorizer decides what a
 * statement may do: it is asked for each thing that the compiled statement
 * would touch, so no spelling gets past it. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/cleanup.h"
#include "host/gateway/sql.h"
#include "host/gateway/sql_sqlite_bounds.h"

enum {
    CHECK_OPS = 1000, /* of the virtual machine, between looks at the clock */
    BUSY_MS = 10,
    HEAP_MAX = 1 << 30, /* of all databases of the broker together */
};

struct sql_conn {
    sqlite3 *db;
    const struct sql_settings *settings;
    const struct worker_ask *ask; /* of the call that runs */
    bool own;                     /* the statement is the broker's own */
    unsigned seen;                /* enum sql_class bits of the statement */
    const char *rule;             /* that denied it, or NULL */
    unsigned lacking;             /* classes, if that is `statements` */
};

/* --- what a statement may do --- */

/* Reading these tells of the tables, and not of the host: database_list has
 * the path of the file. */
static const char *const pragmas[] = {
    "collation_list",    "compile_options",  "encoding",
    "foreign_key_check", "foreign_key_list", "foreign_keys",
    "function_list",     "index_info",       "index_list",
    "index_xinfo",       "integrity_check",  "quick_check",
    "schema_version",    "table_info",       "table_list",
    "table_xinfo",       "user_version",
};

/* These take an argument and change nothing by it. */
static bool
is_harmless(const char *pragma, const char *argument)
{
    for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas; i++)
        if (sqlite3_stricmp(pragma, pragmas[i]) == 0)
            return argument == NULL || strstr(pragmas[i], "_info") ||
                   strstr(pragmas[i], "_xinfo") ||
                   strstr(pragmas[i], "_list") || strstr(pragmas[i], "_check");
    return false;
}

static int
deny(struct sql_conn *conn, const char *rule)
{
    if (conn->rule == NULL)
        conn->rule = rule;
    return SQLITE_DENY;
}

static int
need(struct sql_conn *conn, unsigned classes)
{
    conn->seen |= classes;
    if ((classes & ~conn->settings->classes) == 0)
        return SQLITE_OK;
    conn->lacking |= classes & ~conn->settings->classes;
    return deny(conn, conn->settings->read_only ? "read_only" : "statements");
}

/* sqlite's own tables change with the schema. */
static int
change(struct sql_conn *conn, const char *table, unsigned class)
{
    if (table != NULL && sqlite3_strnicmp(table, "sqlite_", 7) == 0)
        class = SQL_SCHEMA;
    return need(conn, class);
}

static int
authorize(void *arg, int code, const char *first, const char *second,
          const char *database, const char *trigger)
{
    struct sql_conn *conn = arg;
    (void)database;
    (void)trigger;
    if (conn->own)
        return SQLITE_OK;
    switch (code) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_SAVEPOINT:
        return need(conn, SQL_SELECT);
    case SQLITE_FUNCTION:
        return second != NULL && sqlite3_stricmp(second, "load_extension") == 0
                   ? deny(conn, "function")
                   : SQLITE_OK;
    case SQLITE_INSERT:
        return change(conn, first, SQL_INSERT);
    case SQLITE_UPDATE:
        return change(conn, first, SQL_UPDATE);
    case SQLITE_DELETE:
        return change(conn, first, SQL_DELETE);
    case SQLITE_PRAGMA:
        return is_harmless(first, second) ? need(conn, SQL_SELECT)
                                          : deny(conn, "pragma");
    case SQLITE_TRANSACTION:
        return deny(conn, "transaction");
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
        return deny(conn, "attach");
    case SQLITE_ANALYZE:
    case SQLITE_REINDEX:
    case SQLITE_ALTER_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_TEMP_INDEX:
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_TRIGGER:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_VIEW:
    case SQLITE_CREATE_VTABLE:
    case SQLITE_DROP_INDEX:
    case SQLITE_DROP_TABLE:
    case SQLITE_DROP_TEMP_INDEX:
    case SQLITE_DROP_TEMP_TABLE:
    case SQLITE_DROP_TEMP_TRIGGER:
    case SQLITE_DROP_TEMP_VIEW:
    case SQLITE_DROP_TRIGGER:
    case SQLITE_DROP_VIEW:
    case SQLITE_DROP_VTABLE:
        return need(conn, SQL_SCHEMA);
    }
    return deny(conn, "statements"); /* of a later sqlite */
}

/* --- errors --- */

/* clang-format off */
static const struct {
    const char *rule, *what, *fix;
} denials[] = {
    {"pragma",      "this pragma",
     "Ask the operator to set it in the database"},
    {"attach",      "another file",
     "Ask the operator for a gateway of its own"},
    {"function",    "a function that loads code",
     "Ask the operator to do it outside"},
};
/* clang-format on */

static int
say_denied(const struct sql_conn *conn, struct sql_error *error)
{
    if (strcmp(conn->rule, "transaction") == 0)
        return sql_fail(error, "ProgrammingError",
                        "statements don't begin or end transactions here: "
                        "call commit() or rollback() of the connection");
    for (size_t i = 0; i < sizeof denials / sizeof *denials; i++)
        if (strcmp(conn->rule, denials[i].rule) == 0)
            return sql_refuse(error, conn->rule, denials[i].fix, "%s",
                              denials[i].what);
    return sql_check_classes(conn->settings,
                             conn->lacking ? conn->lacking : SQL_OTHER, error);
}

static int
fail(const struct sql_conn *conn, bool compiling, struct sql_error *error)
{
    int code = sqlite3_errcode(conn->db) & 0xff;
    const char *kind = "OperationalError";
    if (code == SQLITE_AUTH && conn->rule != NULL)
        return say_denied(conn, error);
    if (code == SQLITE_READONLY && conn->settings->read_only)
        return sql_check_classes(conn->settings, SQL_OTHER, error);
    if (code == SQLITE_INTERRUPT)
        return sql_fail(error, "OperationalError",
                        "the statement was interrupted: its time was up");
    if (code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH)
        kind = "IntegrityError";
    else if (code == SQLITE_TOOBIG)
        kind = "DataError";
    else if (code == SQLITE_INTERNAL || code == SQLITE_NOTFOUND)
        kind = "InternalError";
    else if (code == SQLITE_RANGE || code == SQLITE_MISUSE ||
             (code == SQLITE_ERROR && compiling))
        kind = "ProgrammingError";
    (void)sql_fail(error, kind, "%s", sqlite3_errmsg(conn->db));
    snprintf(error->code, sizeof error->code, "%d",
             sqlite3_extended_errcode(conn->db));
    return -1;
}

/* --- time --- */

static int
on_progress(void *arg)
{
    const struct sql_conn *conn = arg;
    return sql_time_left(conn->ask) == 0;
}

static int
on_busy(void *arg, int times)
{
    const struct timespec t = {0, BUSY_MS * 1000000};
    const struct sql_conn *conn = arg;
    (void)times;
    if (sql_time_left(conn->ask) <= BUSY_MS)
        return 0;
    nanosleep(&t, NULL);
    return 1;
}

/* --- connections --- */

static const char *
path_of(const struct sql_settings *settings)
{
    return settings->where + strlen("sqlite:");
}

static bool
is_in_memory(const struct sql_settings *settings)
{
    return strcmp(path_of(settings), ":memory:") == 0;
}

static int
open_settings(struct gateway *gateway, struct sql_settings *settings,
              struct err *err)
{
    char folder[4096];
    const char *slash = strrchr(path_of(settings), '/');
    (void)sqlite3_hard_heap_limit64(HEAP_MAX);
    if (is_in_memory(settings))
        return 0;
    if (slash == NULL || path_of(settings)[0] != '/' ||
        (size_t)(slash - path_of(settings)) >= sizeof folder)
        return err_set(err, ERR_POLICY, 0, "uri: sqlite: needs a path");
    /* A journal is made beside the file, for readers too. */
    snprintf(folder, sizeof folder, "%.*s",
             slash == path_of(settings) ? 1 : (int)(slash - path_of(settings)),
             path_of(settings));
    return gateway_needs_path(gateway, folder, true, err);
}

static int
set_up(struct sql_conn *conn)
{
    sqlite3 *db = conn->db;
    sqlite_bound(db, conn->settings->size);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_progress_handler(db, CHECK_OPS, on_progress, conn);
    sqlite3_busy_handler(db, on_busy, conn);
    sqlite3_set_authorizer(db, authorize, conn);
    conn->own = true;
    int done =
        sqlite3_exec(db, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL);
    if (done == SQLITE_OK && conn->settings->read_only)
        done = sqlite3_exec(db, "PRAGMA query_only = 1", NULL, NULL, NULL);
    if (done == SQLITE_OK && !conn->settings->read_only)
        done = sqlite_bound_growth(db);
    conn->own = false;
    return done == SQLITE_OK ? 0 : -1;
}

static void
close_conn(struct sql_conn *conn)
{
    (void)sqlite3_close_v2(conn->db);
    free(conn);
}

static int
connect_to(const struct sql_settings *settings, const struct worker_ask *ask,
           struct sql_conn **out, struct sql_error *error)
{
    struct sql_conn *conn = calloc(1, sizeof *conn);
    int flags = settings->read_only && !is_in_memory(settings)
                    ? SQLITE_OPEN_READONLY
                    : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (conn == NULL)
        return sql_fail(error, "OperationalError", "out of memory");
    conn->settings = settings;
    conn->ask = ask;
    int done = sqlite3_open_v2(path_of(settings), &conn->db,
                               flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (done != SQLITE_OK || set_up(conn) != 0) {
        if (conn->db == NULL)
            (void)sql_fail(error, "OperationalError", "out of memory");
        else
            (void)fail(conn, false, error);
        close_conn(conn);
        return -1;
    }
    *out = conn;
    return 0;
}

/* --- statements --- */

static int
run_own(struct sql_conn *conn, const char *sql, struct sql_error *error)
{
    conn->own = true;
    int done = sqlite3_exec(conn->db, sql, NULL, NULL, NULL);
    conn->own = false;
    return done == SQLITE_OK ? 0 : fail(conn, false, error);
}

/* REPLACE deletes the rows of the same keys, and the authorizer is not told.
 * The word says so, unless it is that of the function. */
static int
check_replace(const struct sql_conn *conn, const struct sql_statement *s,
              struct sql_error *error)
{
    const char *at = s->sql;
    if (!(conn->seen & (SQL_INSERT | SQL_UPDATE)))
        return 0;
    while ((at = strcasestr(at, "replace")) != NULL) {
        at += strlen("replace");
        if (at[strspn(at, " \t\r\n")] != '(')
            return sql_check_classes(conn->settings, SQL_DELETE, error);
    }
    return 0;
}

/* One statement, with nothing but blanks and comments behind it. */
static int
compile(struct sql_conn *conn, const struct sql_statement *s,
        sqlite3_stmt **out, struct sql_error *error)
{
    const char *rest = s->sql, *end = s->sql + s->len;
    sqlite3_stmt *other = NULL;
    conn->seen = conn->lacking = 0;
    conn->rule = NULL;
    *out = NULL;
    while (*out == NULL && rest < end)
        if (sqlite3_prepare_v2(conn->db, rest, (int)(end - rest), out,
                               &rest) != SQLITE_OK)
            return fail(conn, true, error);
    if (*out == NULL)
        return sql_fail(error, "ProgrammingError", "no statement");
    bool more = false; /* what is no statement is no comment either */
    while (other == NULL && !more && rest < end)
        more = sqlite3_prepare_v2(conn->db, rest, (int)(end - rest), &other,
                                  &rest) != SQLITE_OK;
    if (other == NULL && !more)
        return check_replace(conn, s, error);
    (void)sqlite3_finalize(other);
    return sql_fail(error, "ProgrammingError",
                    "a call runs one statement: another one stands behind "
                    "the semicolon");
}

static int
bind_one(sqlite3_stmt *stmt, int at, const struct sql_value *value)
{
    const char *text = (const char *)value->text.data;
    switch (value->type) {
    case SQL_NULL:
        return sqlite3_bind_null(stmt, at);
    case SQL_BOOL:
    case SQL_INT:
        return sqlite3_bind_int64(stmt, at, value->i);
    case SQL_FLOAT:
        return sqlite3_bind_double(stmt, at, value->f);
    case SQL_BYTES:
        return value->text.len == 0
                   ? sqlite3_bind_zeroblob(stmt, at, 0)
                   : sqlite3_bind_blob64(stmt, at, text, value->text.len,
                                         SQLITE_STATIC);
    case SQL_TEXT:
    case SQL_DECIMAL:
    case SQL_DATE:
    case SQL_TIME:
    case SQL_TIMESTAMP:
        break;
    }
    return sqlite3_bind_text64(stmt, at, text, value->text.len, SQLITE_STATIC,
                               SQLITE_UTF8);
}

static int
bind_row(struct sql_conn *conn, sqlite3_stmt *stmt,
         const struct sql_statement *s, size_t row, struct sql_error *error)
{
    int wanted = sqlite3_bind_parameter_count(stmt);
    if ((size_t)wanted != s->nvalues)
        return sql_fail(error, "ProgrammingError",
                        "the statement has %d placeholders, and %zu values "
                        "came",
                        wanted, s->nvalues);
    for (int i = 0; i < wanted; i++)
        if (bind_one(stmt, i + 1, &s->rows[row * s->nvalues + (size_t)i]) !=
            SQLITE_OK)
            return fail(conn, false, error);
    return 0;
}

/* The word of what a column was declared as, by sqlite's rules of affinity. */
static const char *
type_of(const char *declared)
{
    static const struct {
        const char *part, *type;
    } rows[] = {{"INT", "int"},
                {"CHAR", "text"},
                {"CLOB", "text"},
                {"TEXT", "text"},
                {"BLOB", "bytes"},
                {"REAL", "float"},
                {"FLOA", "float"},
                {"DOUB", "float"},
                {"BOOL", "bool"},
                {"TIMESTAMP", "timestamp"},
                {"DATETIME", "timestamp"},
                {"DATE", "date"},
                {"TIME", "time"},
                {"DEC", "decimal"},
                {"NUM", "decimal"}};
    char upper[64] = "";
    for (size_t i = 0; declared && declared[i] && i < sizeof upper - 1; i++)
        upper[i] = declared[i] >= 'a' && declared[i] <= 'z'
                       ? (char)(declared[i] - 32)
                       : declared[i];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strstr(upper, rows[i].part) != NULL)
            return rows[i].type;
    return NULL;
}

/* As a column's declaration says what it is; sqlite itself has numbers, texts
 * and bytes.  False: it is what it is. */
static bool
give_as_declared(sqlite3_stmt *stmt, int i, const char *word,
                 struct sql_result *result)
{
    int type = sqlite3_column_type(stmt, i);
    bool number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
    char tag = strcmp(word, "date") == 0        ? 'd'
               : strcmp(word, "time") == 0      ? 't'
               : strcmp(word, "timestamp") == 0 ? 's'
               : strcmp(word, "decimal") == 0   ? 'n'
                                                : '\0';
    if (strcmp(word, "bool") == 0 && type == SQLITE_INTEGER) {
        sql_result_bool(result, sqlite3_column_int64(stmt, i) != 0);
        return true;
    }
    if (tag == '\0' ||
        (tag == 'n' ? !number && type != SQLITE_TEXT : type != SQLITE_TEXT))
        return false;
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    sql_result_tagged(result, tag, text ? text : "",
                      (size_t)sqlite3_column_bytes(stmt, i));
    return true;
}

static void
give_value(sqlite3_stmt *stmt, int i, const char *word,
           struct sql_result *result)
{
    if (word != NULL && give_as_declared(stmt, i, word, result))
        return;
    switch (sqlite3_column_type(stmt, i)) {
    case SQLITE_NULL:
        sql_result_null(result);
        return;
    case SQLITE_INTEGER:
        sql_result_int(result, sqlite3_column_int64(stmt, i));
        return;
    case SQLITE_FLOAT:
        sql_result_float(result, sqlite3_column_double(stmt, i));
        return;
    case SQLITE_BLOB: {
        const void *data = sqlite3_column_blob(stmt, i);
        sql_result_bytes(result, data ? data : "",
                         (size_t)sqlite3_column_bytes(stmt, i));
        return;
    }
    }
    const void *text = sqlite3_column_text(stmt, i);
    sql_result_text(result, text ? text : "",
                    (size_t)sqlite3_column_bytes(stmt, i));
}

/* All its rows; words: of the columns' types, NULL when no rows are wanted. */
static int
step(struct sql_conn *conn, sqlite3_stmt *stmt, const char *const *words,
     struct sql_result *result)
{
    int done;
    while ((done = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (words == NULL)
            continue;
        if (!sql_result_row(result))
            return -1;
        for (int i = 0; i < sqlite3_column_count(stmt) && !result->failed; i++)
            give_value(stmt, i, words[i], result);
        if (result->failed)
            return -1;
    }
    return done == SQLITE_DONE ? 0 : fail(conn, false, result->error);
}

static int
run(struct sql_conn *conn, sqlite3_stmt *stmt, const struct sql_statement *s,
    struct sql_result *result)
{
    int columns = sqlite3_column_count(stmt);
    bool changes = (conn->seen & (SQL_INSERT | SQL_UPDATE | SQL_DELETE)) != 0;
    int64_t count = 0;
    if (s->many && columns > 0 && sqlite3_stmt_readonly(stmt))
        return sql_fail(result->error, "ProgrammingError",
                        "executemany() is for statements without rows");
    if (sqlite3_get_autocommit(conn->db) && !sqlite3_stmt_readonly(stmt) &&
        run_own(conn, "BEGIN", result->error) != 0)
        return -1;
    OWNED_BUF space = calloc((size_t)columns + 1, sizeof(char *));
    const char **words = (const char **)(void *)space;
    if (words == NULL)
        return sql_fail(result->error, "OperationalError", "out of memory");
    for (int i = 0; i < columns && !s->many; i++) {
        words[i] = type_of(sqlite3_column_decltype(stmt, i));
        sql_result_column(result, sqlite3_column_name(stmt, i), words[i]);
    }
    for (size_t row = 0; row < s->nrows; row++) {
        if (bind_row(conn, stmt, s, row, result->error) != 0 ||
            step(conn, stmt, s->many ? NULL : words, result) != 0)
            return -1;
        count += changes ? sqlite3_changes(conn->db) : 0;
        (void)sqlite3_reset(stmt);
    }
    if (!changes)
        count = columns > 0 ? (int64_t)result->rows : -1;
    return sql_result_end(
        result, count,
        conn->seen & SQL_INSERT ? sqlite3_last_insert_rowid(conn->db) : -1);
}

static int
execute(struct sql_conn *conn, const struct worker_ask *ask,
        const struct sql_statement *s, struct sql_result *result)
{
    sqlite3_stmt *stmt;
    conn->ask = ask;
    int done = compile(conn, s, &stmt, result->error);
    if (done == 0)
        done = run(conn, stmt, s, result);
    (void)sqlite3_finalize(stmt);
    return done;
}

static int
finish(struct sql_conn *conn, const struct worker_ask *ask, bool commit,
       struct sql_error *error)
{
    conn->ask = ask;
    if (sqlite3_get_autocommit(conn->db))
        return 0;
    return run_own(conn, commit ? "COMMIT" : "ROLLBACK", error);
}

static const char *const schemes[] = {"sqlite:", NULL};

const struct sql_engine sql_sqlite = {.name = "sqlite",
                                      .schemes = schemes,
                                      .open_settings = open_settings,
                                      .connect = connect_to,
                                      .execute = execute,
                                      .finish = finish,
                                      .close = close_conn};
