/* MariaDB and MySQL, by libmariadb.  Statements are prepared, which takes one
 * at a time and has values beside the text; each transaction begins with the
 * broker's own START TRANSACTION, which says READ ONLY where the policy does.
 *
 * The library's non-blocking calls are waited for here, so that a server that
 * does not answer is left in time. */
#include <errmsg.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/cleanup.h"
#include "host/gateway/sql_mariadb.h"
#include "host/gateway/sql_uri.h"

enum {
    PACKET_SLACK = 1 << 20,
    DRAIN_MS = 300,
};

/* --- waiting --- */

int
mariadb_wait(struct sql_conn *conn, const struct worker_ask *ask, int what)
{
    struct pollfd p[] = {{.fd = mysql_get_socket(conn->mysql)},
                         {.fd = ask->stop_fd, .events = POLLIN}};
    int ms = sql_time_left(ask), own = ms;
    p[0].events = (short)((what & MYSQL_WAIT_READ ? POLLIN : 0) |
                          (what & MYSQL_WAIT_WRITE ? POLLOUT : 0) |
                          (what & MYSQL_WAIT_EXCEPT ? POLLPRI : 0));
    if (what & MYSQL_WAIT_TIMEOUT)
        own = (int)mysql_get_timeout_value_ms(conn->mysql);
    int n = ms > 0 ? poll(p, 2, own < ms ? own : ms) : 0;
    if (n > 0 && p[1].revents == 0)
        return (p[0].revents & (POLLIN | POLLHUP | POLLERR) ? MYSQL_WAIT_READ
                                                            : 0) |
               (p[0].revents & POLLOUT ? MYSQL_WAIT_WRITE : 0) |
               (p[0].revents & POLLPRI ? MYSQL_WAIT_EXCEPT : 0);
    if (n != 0 || own >= ms) {
        conn->broken = conn->left = true;
        (void)shutdown(p[0].fd, SHUT_RDWR);
    }
    return MYSQL_WAIT_TIMEOUT;
}

/* --- errors --- */

/* clang-format off */
/* Numbers (mysqld_error.h) of which SQLSTATE says nothing, or too little. */
static const struct {
    unsigned number;
    const char *kind;
} numbers[] = {
    {1264, "DataError"}, {1265, "DataError"}, {1292, "DataError"},
    {1366, "DataError"}, {1406, "DataError"},
    {1048, "IntegrityError"}, {1364, "IntegrityError"},
    {4025, "IntegrityError"},
    {1235, "NotSupportedError"}, {1286, "NotSupportedError"},
    {1289, "NotSupportedError"}, {1295, "NotSupportedError"},
};

/* Their texts name the user and the host that the broker comes from. */
static const unsigned about_users[] = {1044, 1045, 1142, 1143, 1227, 1370, 1698};
/* clang-format on */

static int
fail(struct sql_conn *conn, unsigned number, const char *state,
     const char *text, struct sql_error *error)
{
    if (number == CR_NET_PACKET_TOO_LARGE) {
        conn->broken = true;
        return sql_fail(error, "DataError",
                        "a row is over the size that the policy allows");
    }
    if (conn->broken)
        return sql_fail(error, "OperationalError",
                        "the database did not answer in time: the connection "
                        "is closed");
    if (number == CR_OUT_OF_MEMORY)
        return sql_fail(error, "OperationalError", "out of memory");
    if (number >= CR_MIN_ERROR && number <= CR_MAX_ERROR) {
        conn->broken = true;
        return sql_fail(error, "OperationalError",
                        "the connection to the database is lost");
    }
    for (size_t i = 0; i < sizeof about_users / sizeof *about_users; i++)
        if (number == about_users[i])
            text = "the database does not let its user do this";
    (void)sql_fail_state(error, state, text);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (number == numbers[i].number && error->rule == NULL)
            error->kind = numbers[i].kind;
    return -1;
}

static int
fail_conn(struct sql_conn *conn, struct sql_error *error)
{
    return fail(conn, mysql_errno(conn->mysql), mysql_sqlstate(conn->mysql),
                mysql_error(conn->mysql), error);
}

int
mariadb_fail_stmt(struct sql_conn *conn, MYSQL_STMT *stmt,
                  struct sql_error *error)
{
    const char *text = mysql_stmt_error(stmt);
    return fail(conn, mysql_stmt_errno(stmt), mysql_stmt_sqlstate(stmt),
                text[0] != '\0' ? text : "the statement was interrupted",
                error);
}

static int
run_own(struct sql_conn *conn, const struct worker_ask *ask, const char *sql,
        struct sql_error *error)
{
    int failed = 0;
    if (conn->broken)
        return sql_fail(error, "OperationalError",
                        "the connection to the database is lost");
    AWAIT(conn, ask,
          mysql_real_query_start(&failed, conn->mysql, sql, strlen(sql)),
          mysql_real_query_cont, &failed, conn->mysql);
    return failed ? fail_conn(conn, error) : 0;
}

/* --- connections --- */

static int
open_settings(struct gateway *gateway, struct sql_settings *settings,
              struct err *err)
{
    OWNED_SQL_URI uri = {.port = 0};
    /* Before any thread: the library's own set-up has no lock. */
    if (mysql_library_init(0, NULL, NULL) != 0)
        return err_set(err, ERR_MEMORY, 0, "set up libmariadb");
    if (sql_uri_read(settings->where, &uri, err) != 0)
        return -1;
    if (uri.ca == NULL)
        return 0;
    return gateway_needs_path(gateway, uri.ca, false, err);
}

/* Neither files of this host to a server that asks for one, nor the password
 * in clear, nor the host's own files of options. */
static void
set_options(MYSQL *mysql, const struct sql_settings *settings,
            const struct sql_uri *uri)
{
    const unsigned off = 0, seconds = (unsigned)(settings->time_ms / 1000 + 1);
    const unsigned long packet =
        (unsigned long)settings->size + 4 * PACKET_SLACK;
    const my_bool yes = 1;
    (void)mysql_options(mysql, MYSQL_OPT_NONBLOCK, NULL);
    (void)mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
    (void)mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    (void)mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    (void)mysql_options(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
    (void)mysql_options(mysql, MARIADB_OPT_RESTRICTED_AUTH,
                        "mysql_native_password,client_ed25519,"
                        "caching_sha2_password,sha256_password");
    if (uri->tls)
        (void)mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
    if (uri->ca != NULL) {
        (void)mysql_options(mysql, MYSQL_OPT_SSL_CA, uri->ca);
        (void)mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
    }
}

static void
close_conn(struct sql_conn *conn)
{
    mysql_close(conn->mysql);
    free(conn);
}

static int
log_in(struct sql_conn *conn, const struct worker_ask *ask,
       struct sql_error *error)
{
    const struct sql_settings *s = conn->settings;
    OWNED_SQL_URI uri = {.port = 0};
    MYSQL *done = NULL;
    if (sql_uri_read(s->where, &uri, NULL) != 0)
        return sql_fail(error, "InternalError", "no URI");
    set_options(conn->mysql, s, &uri);
    AWAIT(conn, ask,
          mysql_real_connect_start(&done, conn->mysql, uri.host, uri.user,
                                   s->password ? s->password : uri.password,
                                   uri.database, uri.port, uri.socket,
                                   CLIENT_FOUND_ROWS),
          mysql_real_connect_cont, &done, conn->mysql);
    if (done != NULL)
        return 0;
    return sql_fail(error, "OperationalError",
                    "no connection to the database: it is not there, or "
                    "refuses the gateway");
}

/* Texts as sql_text.c reads them.  MySQL has no max_statement_time. */
static int
set_up(struct sql_conn *conn, const struct worker_ask *ask,
       struct sql_error *error)
{
    char sql[128];
    uint64_t ms = conn->settings->time_ms - conn->settings->time_ms / 8;
    struct sql_error ignored;
    snprintf(sql, sizeof sql, "SET SESSION max_statement_time = %llu.%03llu",
             (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000));
    (void)run_own(conn, ask, sql, &ignored);
    return run_own(conn, ask,
                   "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,"
                   "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
                   "autocommit = 1, completion_type = 0",
                   error);
}

static int
connect_to(const struct sql_settings *settings, const struct worker_ask *ask,
           struct sql_conn **out, struct sql_error *error)
{
    struct sql_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL || (conn->mysql = mysql_init(NULL)) == NULL) {
        free(conn);
        return sql_fail(error, "OperationalError", "out of memory");
    }
    conn->settings = settings;
    if (log_in(conn, ask, error) != 0 || set_up(conn, ask, error) != 0) {
        close_conn(conn);
        return -1;
    }
    *out = conn;
    return 0;
}

/* By a connection of its own: what the first one holds locked is free then. */
static void
tidy(struct sql_conn *conn)
{
    const atomic_bool never = false;
    const struct worker_ask ask = sql_own_ask(SQL_TIDY_MS, &never);
    struct sql_error ignored;
    struct sql_conn *other;
    char sql[64];
    unsigned long id = mysql_thread_id(conn->mysql);
    if (!conn->left)
        return;
    conn->left = false;
    snprintf(sql, sizeof sql, "KILL CONNECTION %lu", id);
    if (id == 0 || connect_to(conn->settings, &ask, &other, &ignored) != 0)
        return;
    (void)run_own(other, &ask, sql, &ignored);
    close_conn(other);
}

static bool
in_transaction(struct sql_conn *conn)
{
    unsigned status = 0;
    if (mariadb_get_infov(conn->mysql, MARIADB_CONNECTION_SERVER_STATUS,
                          &status) != 0)
        return false;
    return (status & SERVER_STATUS_IN_TRANS) != 0;
}

/* --- statements --- */

/* What is left of the rows is read and dropped, if it is not much: rows
 * without end would go on for as long as the call may. */
static void
end_stmt(struct sql_conn *conn, MYSQL_STMT *stmt)
{
    const atomic_bool never = false;
    const struct worker_ask own = sql_own_ask(DRAIN_MS, &never), *ask = &own;
    my_bool failed = 0;
    if (!conn->broken)
        AWAIT(conn, ask, mysql_stmt_free_result_start(&failed, stmt),
              mysql_stmt_free_result_cont, &failed, stmt);
    AWAIT(conn, ask, mysql_stmt_close_start(&failed, stmt),
          mysql_stmt_close_cont, &failed, stmt);
}

static int
run_row(struct sql_conn *conn, const struct worker_ask *ask, MYSQL_STMT *stmt,
        const struct sql_value *values, MYSQL_BIND *binds, size_t n,
        struct sql_error *error)
{
    int failed = 0;
    for (size_t i = 0; i < n; i++)
        mariadb_set_parameter(&binds[i], &values[i]);
    if (n > 0 && mysql_stmt_bind_param(stmt, binds))
        return mariadb_fail_stmt(conn, stmt, error);
    AWAIT(conn, ask, mysql_stmt_execute_start(&failed, stmt),
          mysql_stmt_execute_cont, &failed, stmt);
    return failed ? mariadb_fail_stmt(conn, stmt, error) : 0;
}

static int
run_rows(struct sql_conn *conn, const struct worker_ask *ask, MYSQL_STMT *stmt,
         bool changes, const struct sql_statement *s,
         struct sql_result *result)
{
    int64_t count = 0;
    OWNED_BUF space = calloc(s->nvalues + 1, sizeof(MYSQL_BIND));
    MYSQL_BIND *binds = (MYSQL_BIND *)(void *)space;
    int done = 0;
    if (binds == NULL)
        return sql_fail(result->error, "OperationalError", "out of memory");
    for (size_t row = 0; row < s->nrows && done == 0; row++) {
        done = run_row(conn, ask, stmt, &s->rows[row * s->nvalues], binds,
                       s->nvalues, result->error);
        if (done == 0 && mysql_stmt_field_count(stmt) == 0)
            count += (int64_t)mysql_stmt_affected_rows(stmt);
    }
    bool rows = mysql_stmt_field_count(stmt) > 0;
    if (done == 0 && s->many && rows)
        done = sql_fail(result->error, "ProgrammingError",
                        "executemany() is for statements without rows");
    if (done == 0 && rows)
        done = mariadb_take_rows(conn, ask, stmt, result);
    if (done != 0)
        return -1;
    uint64_t last = mysql_stmt_insert_id(stmt);
    if (rows || !changes)
        count = rows ? (int64_t)result->rows : -1;
    return sql_result_end(result, count,
                          last > 0 && last <= INT64_MAX ? (int64_t)last : -1);
}

static int
run(struct sql_conn *conn, const struct worker_ask *ask,
    const struct sql_text *text, const struct sql_statement *s,
    struct sql_result *result)
{
    int failed = 0;
    MYSQL_STMT *stmt = mysql_stmt_init(conn->mysql);
    if (stmt == NULL)
        return sql_fail(result->error, "OperationalError", "out of memory");
    AWAIT(conn, ask,
          mysql_stmt_prepare_start(&failed, stmt,
                                   (const char *)text->text.data,
                                   text->text.len - 1),
          mysql_stmt_prepare_cont, &failed, stmt);
    int done = failed ? mariadb_fail_stmt(conn, stmt, result->error) : 0;
    if (done == 0 && mysql_stmt_param_count(stmt) != s->nvalues)
        done = sql_fail(result->error, "ProgrammingError",
                        "the statement has %lu placeholders, and %zu values "
                        "came",
                        mysql_stmt_param_count(stmt), s->nvalues);
    if (done == 0)
        done = run_rows(
            conn, ask, stmt,
            (text->classes & ~(unsigned)(SQL_SELECT | SQL_SCHEMA)) != 0, s,
            result);
    end_stmt(conn, stmt);
    return done;
}

static int
execute(struct sql_conn *conn, const struct worker_ask *ask,
        const struct sql_statement *s, struct sql_result *result)
{
    struct sql_text text;
    int done =
        sql_text_read(s->sql, s->len, SQL_MARIADB, &text, result->error);
    if (done == 0)
        done = sql_check_classes(conn->settings, text.classes, result->error);
    if (done == 0 && !in_transaction(conn))
        done =
            run_own(conn, ask,
                    conn->settings->read_only ? "START TRANSACTION READ ONLY"
                                              : "START TRANSACTION",
                    result->error);
    if (done == 0)
        done = run(conn, ask, &text, s, result);
    buf_clear(&text.text);
    return done;
}

static int
finish(struct sql_conn *conn, const struct worker_ask *ask, bool commit,
       struct sql_error *error)
{
    if (!conn->broken && !in_transaction(conn))
        return 0;
    return run_own(
        conn, ask,
        commit && !conn->settings->read_only ? "COMMIT" : "ROLLBACK", error);
}

static const char *const schemes[] = {"mysql://", "mariadb://", NULL};

const struct sql_engine sql_mariadb = {.name = "mariadb",
                                       .schemes = schemes,
                                       .open_settings = open_settings,
                                       .connect = connect_to,
                                       .execute = execute,
                                       .finish = finish,
                                       .tidy = tidy,
                                       .close = close_conn};
