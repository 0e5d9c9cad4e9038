/* PostgreSQL, by libpq.  Statements go by the extended protocol, which takes
 * one at a time and has values beside the text; each transaction begins with
 * the broker's own BEGIN, which says READ ONLY where the policy does. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "host/gateway/sql_postgres.h"

enum {
    PARAMETERS_MAX = 65535,
    ROW_SLACK = 1 << 20, /* bytes that one row may take beyond what it shows */
};

struct sql_conn {
    PGconn *pg;
    const struct sql_settings *settings;
    bool broken;
    bool left; /* its server may work on for it */
};

/* --- waiting --- */

/* What it says has the server's address in it: that is no guest's business. */
static int
lose(struct sql_conn *conn, struct sql_error *error)
{
    conn->broken = true;
    return sql_fail(error, "OperationalError",
                    "the connection to the database is lost");
}

static int
give_up(struct sql_conn *conn, struct sql_error *error)
{
    conn->broken = conn->left = true;
    return sql_fail(error, "OperationalError",
                    "the database did not answer in time: the connection is "
                    "closed");
}

static int
wait_for(struct sql_conn *conn, const struct worker_ask *ask, short events,
         struct sql_error *error)
{
    struct pollfd p[] = {{.fd = PQsocket(conn->pg), .events = events},
                         {.fd = ask->stop_fd, .events = POLLIN}};
    int ms = sql_time_left(ask);
    if (ms == 0 || poll(p, 2, ms) <= 0 || p[1].revents != 0)
        return give_up(conn, error);
    return 0;
}

static int
flush(struct sql_conn *conn, const struct worker_ask *ask,
      struct sql_error *error)
{
    for (;;) {
        int left = PQflush(conn->pg);
        if (left == 0)
            return 0;
        if (left < 0)
            return lose(conn, error);
        if (wait_for(conn, ask, POLLIN | POLLOUT, error) != 0)
            return -1;
        if (PQconsumeInput(conn->pg) == 0)
            return lose(conn, error);
    }
}

/* Notifications would be kept for ever. */
static void
drop_notifications(PGconn *pg)
{
    PGnotify *n;
    while ((n = PQnotifies(pg)) != NULL)
        PQfreemem(n);
}

/* The next result, or NULL behind the last one.  libpq keeps a row until it is
 * whole, however large: so what comes for one is counted. */
static int
next_result(struct sql_conn *conn, const struct worker_ask *ask,
            PGresult **out, struct sql_error *error)
{
    uint64_t came = 0;
    int ready = 0;
    while (PQisBusy(conn->pg)) {
        if (wait_for(conn, ask, POLLIN, error) != 0)
            return -1;
        if (ioctl(PQsocket(conn->pg), FIONREAD, &ready) == 0 && ready > 0)
            came += (uint64_t)ready;
        if (came > 4 * conn->settings->size + ROW_SLACK) {
            conn->broken = conn->left = true;
            return sql_fail(error, "DataError",
                            "a row is over the size that the policy allows");
        }
        if (PQconsumeInput(conn->pg) == 0)
            return lose(conn, error);
        drop_notifications(conn->pg);
    }
    *out = PQgetResult(conn->pg);
    return 0;
}

/* --- results --- */

static int
fail_result(const PGresult *res, struct sql_error *error)
{
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    return sql_fail_state(error, state ? state : "08006",
                          state && text ? text
                                        : "the connection to the database is "
                                          "lost");
}

/* The server is there, or it would send no rows. */
static void
cancel(PGconn *pg)
{
    char why[256];
    PGcancel *c = PQgetCancel(pg);
    if (c == NULL)
        return;
    (void)PQcancel(c, why, sizeof why);
    PQfreeCancel(c);
}

struct taking {
    struct sql_result *result; /* NULL: no rows are wanted */
    struct sql_error *error;   /* the first one stays */
    int64_t count;
    bool failed;
};

static void
take_result(struct sql_conn *conn, const PGresult *res, struct taking *t)
{
    ExecStatusType status = PQresultStatus(res);
    const char *count = PQcmdTuples((PGresult *)(uintptr_t)res);
    if (t->failed)
        return;
    switch (status) {
    case PGRES_SINGLE_TUPLE:
        if (t->result == NULL)
            return;
        postgres_give_columns(res, t->result);
        if (sql_result_row(t->result))
            for (int i = 0; i < PQnfields(res) && !t->result->failed; i++)
                postgres_give_value(res, i, t->result);
        t->failed = t->result->failed;
        if (t->failed)
            cancel(conn->pg);
        return;
    case PGRES_TUPLES_OK:
        if (t->result != NULL)
            postgres_give_columns(res, t->result);
        t->count = atoll(count);
        return;
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
        t->count = count[0] != '\0' ? atoll(count) : -1;
        return;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        t->failed = conn->broken = true;
        (void)sql_fail(t->error, "NotSupportedError", "no COPY here");
        return;
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_FATAL_ERROR:
    case PGRES_PIPELINE_SYNC:
    case PGRES_PIPELINE_ABORTED:
        break;
    }
    t->failed = true;
    (void)fail_result(res, t->error);
}

/* All results of what was sent. */
static int
take_results(struct sql_conn *conn, const struct worker_ask *ask,
             struct taking *t)
{
    struct sql_error later;
    if (flush(conn, ask, t->error) != 0)
        return -1;
    for (;;) {
        PGresult *res = NULL;
        /* What went wrong first is what is told. */
        if (next_result(conn, ask, &res, t->failed ? &later : t->error) != 0)
            return -1;
        if (res == NULL)
            break;
        take_result(conn, res, t);
        PQclear(res);
        if (conn->broken)
            return -1;
    }
    if (PQstatus(conn->pg) != CONNECTION_OK)
        conn->broken = true;
    return t->failed ? -1 : 0;
}

static int
run_own(struct sql_conn *conn, const struct worker_ask *ask, const char *sql,
        struct taking *t)
{
    if (PQsendQuery(conn->pg, sql) == 0)
        return lose(conn, t->error);
    return take_results(conn, ask, t);
}

/* --- connections --- */

static int
open_settings(struct gateway *gateway, struct sql_settings *settings,
              struct err *err)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(settings->where, &why);
    (void)gateway;
    if (options == NULL) {
        err_set(err, ERR_POLICY, 0, "uri: %.300s", why ? why : "not libpq's");
        PQfreemem(why);
        return -1;
    }
    PQconninfoFree(options);
    return 0;
}

static void
close_conn(struct sql_conn *conn)
{
    PQfinish(conn->pg);
    free(conn);
}

static void
hear_nothing(void *arg, const PGresult *res)
{
    (void)arg;
    (void)res;
}

static int
log_in(struct sql_conn *conn, const struct worker_ask *ask,
       struct sql_error *error)
{
    for (;;) {
        PostgresPollingStatusType now = PQconnectPoll(conn->pg);
        if (now == PGRES_POLLING_OK)
            return 0;
        if (now == PGRES_POLLING_FAILED || PQsocket(conn->pg) < 0)
            return sql_fail(error, "OperationalError",
                            "no connection to the database: it is not there, "
                            "or refuses the gateway");
        if (wait_for(conn, ask,
                     now == PGRES_POLLING_WRITING ? POLLOUT : POLLIN,
                     error) != 0)
            return -1;
    }
}

/* Values as this file reads them, and texts as sql_text.c does. */
static int
set_up(struct sql_conn *conn, const struct worker_ask *ask,
       struct sql_error *error)
{
    char sql[400];
    struct taking t = {.error = error};
    uint64_t ms = conn->settings->time_ms;
    snprintf(sql, sizeof sql,
             "SET standard_conforming_strings = on; SET DateStyle = 'ISO'; "
             "SET bytea_output = 'hex'; SET extra_float_digits = 1; "
             "SET statement_timeout = %llu; "
             "SET idle_in_transaction_session_timeout = 0; "
             "SET default_transaction_read_only = %s",
             (unsigned long long)(ms - ms / 8),
             conn->settings->read_only ? "on" : "off");
    return run_own(conn, ask, sql, &t);
}

static int
connect_to(const struct sql_settings *settings, const struct worker_ask *ask,
           struct sql_conn **out, struct sql_error *error)
{
    /* What the URI says stands above what is before it. */
    const char *const keys[] = {"gssencmode",
                                "application_name",
                                "passfile",
                                "dbname",
                                "client_encoding",
                                settings->password ? "password" : NULL,
                                NULL};
    const char *const values[] = {
        "disable", "immure",           "/dev/null", settings->where,
        "UTF8",    settings->password, NULL};
    struct sql_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL)
        return sql_fail(error, "OperationalError", "out of memory");
    conn->settings = settings;
    conn->pg = PQconnectStartParams(keys, values, 1);
    if (conn->pg == NULL) {
        free(conn);
        return sql_fail(error, "OperationalError", "out of memory");
    }
    (void)PQsetNoticeReceiver(conn->pg, hear_nothing, NULL);
    if (PQstatus(conn->pg) == CONNECTION_BAD)
        (void)sql_fail(error, "OperationalError",
                       "no connection to the database: its name leads "
                       "nowhere");
    else if (log_in(conn, ask, error) == 0 &&
             PQsetnonblocking(conn->pg, 1) == 0 &&
             set_up(conn, ask, error) == 0) {
        *out = conn;
        return 0;
    }
    close_conn(conn);
    return -1;
}

/* By a connection of its own: what the first one holds locked is free then. */
static void
tidy(struct sql_conn *conn)
{
    const atomic_bool never = false;
    const struct worker_ask ask = sql_own_ask(SQL_TIDY_MS, &never);
    struct sql_error ignored;
    struct taking t = {.error = &ignored};
    struct sql_conn *other;
    char sql[64];
    if (!conn->left)
        return;
    conn->left = false;
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d)",
             PQbackendPID(conn->pg));
    if (PQbackendPID(conn->pg) == 0 ||
        connect_to(conn->settings, &ask, &other, &ignored) != 0)
        return;
    (void)run_own(other, &ask, sql, &t);
    close_conn(other);
}

/* --- statements --- */

static int
begin(struct sql_conn *conn, const struct worker_ask *ask,
      struct sql_error *error)
{
    struct taking t = {.error = error};
    const char *strings =
        PQparameterStatus(conn->pg, "standard_conforming_strings");
    if (conn->broken)
        return lose(conn, error);
    const char *encoding = PQparameterStatus(conn->pg, "client_encoding");
    /* Statements are read here as the server reads them with both. */
    if (strings == NULL || strcmp(strings, "on") != 0 || encoding == NULL ||
        strcmp(encoding, "UTF8") != 0)
        return sql_fail(error, "OperationalError",
                        "standard_conforming_strings or client_encoding was "
                        "changed: the connection is of no more use");
    if (PQtransactionStatus(conn->pg) != PQTRANS_IDLE)
        return 0;
    return run_own(conn, ask,
                   conn->settings->read_only ? "BEGIN READ ONLY"
                                             : "BEGIN READ WRITE",
                   &t);
}

static int
run_rows(struct sql_conn *conn, const struct worker_ask *ask, const char *sql,
         const struct sql_statement *s, struct sql_result *result)
{
    struct parameters p = {NULL, NULL, NULL, NULL, NULL};
    struct taking t = {.result = s->many ? NULL : result,
                       .error = result->error};
    int64_t count = 0;
    int done = postgres_make_parameters(&p, s->nvalues, result->error);
    for (size_t row = 0; row < s->nrows && done == 0; row++) {
        for (size_t i = 0; i < s->nvalues && done == 0; i++)
            done = postgres_set_parameter(
                &p, i, &s->rows[row * s->nvalues + i], result->error);
        if (done == 0 &&
            (PQsendQueryParams(conn->pg, sql, (int)s->nvalues, p.types,
                               p.values, p.lengths, p.formats, 0) == 0 ||
             PQsetSingleRowMode(conn->pg) == 0))
            done = lose(conn, result->error);
        if (done == 0)
            done = take_results(conn, ask, &t);
        count = t.count < 0 ? -1 : count + t.count;
    }
    postgres_free_parameters(&p);
    return done == 0 ? sql_result_end(result, count, -1) : -1;
}

static int
execute(struct sql_conn *conn, const struct worker_ask *ask,
        const struct sql_statement *s, struct sql_result *result)
{
    struct sql_text text;
    int done =
        sql_text_read(s->sql, s->len, SQL_POSTGRES, &text, result->error);
    if (done == 0)
        done = sql_check_classes(conn->settings, text.classes, result->error);
    if (done == 0 &&
        (text.placeholders != s->nvalues || s->nvalues > PARAMETERS_MAX))
        done = sql_fail(result->error, "ProgrammingError",
                        "the statement has %u placeholders, and %zu values "
                        "came",
                        text.placeholders, s->nvalues);
    if (done == 0 && s->many && text.classes == SQL_SELECT)
        done = sql_fail(result->error, "ProgrammingError",
                        "executemany() is for statements without rows");
    if (done == 0)
        done = begin(conn, ask, result->error);
    if (done == 0)
        done = run_rows(conn, ask, (const char *)text.text.data, s, result);
    buf_clear(&text.text);
    return done;
}

static int
finish(struct sql_conn *conn, const struct worker_ask *ask, bool commit,
       struct sql_error *error)
{
    struct taking t = {.error = error};
    if (conn->broken)
        return lose(conn, error);
    if (PQtransactionStatus(conn->pg) == PQTRANS_IDLE)
        return 0;
    /* Not all that a read-only transaction may do is reading: large objects
     * are written by one, up to PostgreSQL 15. */
    bool keeps = commit && !conn->settings->read_only;
    bool failed = PQtransactionStatus(conn->pg) == PQTRANS_INERROR;
    if (run_own(conn, ask, keeps ? "COMMIT" : "ROLLBACK", &t) != 0)
        return -1;
    if (!commit || !failed)
        return 0;
    return sql_fail(error, "InternalError",
                    "a statement of the transaction had failed: it was rolled "
                    "back");
}

static const char *const schemes[] = {"postgresql://", "postgres://", NULL};

const struct sql_engine sql_postgres = {.name = "postgresql",
                                        .schemes = schemes,
                                        .open_settings = open_settings,
                                        .connect = connect_to,
                                        .execute = execute,
                                        .finish = finish,
                                        .tidy = tidy,
                                        .close = close_conn};
