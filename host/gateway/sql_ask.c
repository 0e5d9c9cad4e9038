#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "host/base64.h"
#include "host/gateway/sql.h"
#include "host/json_text.h"

enum { ASK_MAX = 4 << 20, ASK_DEPTH = 8, ASK_VALUES = 200000, EARLY_MS = 20 };

/* --- time --- */

static uint64_t
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct worker_ask
sql_own_ask(int ms, const atomic_bool *never)
{
    return (struct worker_ask){.deadline_ns =
                                   now_ns() + (uint64_t)ms * 1000000,
                               .stop = never,
                               .stop_fd = -1};
}

/* A little before the core cancels the call: so that it says why. */
int
sql_time_left(const struct worker_ask *ask)
{
    uint64_t now = now_ns();
    if (atomic_load(ask->stop) || now >= ask->deadline_ns)
        return 0;
    uint64_t ms = (ask->deadline_ns - now) / 1000000;
    return ms > EARLY_MS ? (int)(ms - EARLY_MS) : 0;
}

/* --- parameters --- */

/* clang-format off */
static const struct {
    const char *tag;
    enum sql_type type;
} tags[] = {
    {"b", SQL_BYTES}, {"n", SQL_DECIMAL}, {"d", SQL_DATE}, {"t", SQL_TIME},
    {"s", SQL_TIMESTAMP}, {"f", SQL_FLOAT},
};
/* clang-format on */

static int
read_tagged(const json_t *value, struct sql_value *out,
            struct sql_error *error)
{
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        const json_t *text = json_object_get(value, tags[i].tag);
        if (!json_is_string(text))
            continue;
        out->type = tags[i].type;
        out->text = (struct span){(const uint8_t *)json_string_value(text),
                                  json_string_length(text)};
        if (out->type == SQL_FLOAT)
            out->f = strtod(json_string_value(text), NULL);
        if (out->type != SQL_BYTES)
            return 0;
        out->owned = base64_decode(json_string_value(text), out->text.len,
                                   &out->text.len);
        out->text.data = out->owned;
        return out->owned ? 0 : sql_fail(error, "InterfaceError", "no base64");
    }
    return sql_fail(error, "InterfaceError", "a parameter of no known type");
}

static int
read_value(const json_t *value, struct sql_value *out, struct sql_error *error)
{
    *out = (struct sql_value){.type = SQL_NULL};
    if (json_is_object(value))
        return read_tagged(value, out, error);
    if (json_is_boolean(value)) {
        out->type = SQL_BOOL;
        out->i = json_is_true(value);
    } else if (json_is_integer(value)) {
        out->type = SQL_INT;
        out->i = json_integer_value(value);
    } else if (json_is_real(value)) {
        out->type = SQL_FLOAT;
        out->f = json_real_value(value);
    } else if (json_is_string(value)) {
        out->type = SQL_TEXT;
        out->text = (struct span){(const uint8_t *)json_string_value(value),
                                  json_string_length(value)};
    } else if (!json_is_null(value)) {
        return sql_fail(error, "InterfaceError",
                        "a parameter of no known type");
    }
    return 0;
}

static void
free_values(struct sql_value *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(values[i].owned);
    free(values);
}

/* Rows of one length. */
static int
read_rows(const json_t *rows, struct sql_statement *out,
          struct sql_value **out_values, struct sql_error *error)
{
    size_t nrows = json_array_size(rows), i, j;
    size_t width = json_array_size(json_array_get(rows, 0));
    const json_t *row, *value;
    struct sql_value *values = calloc(nrows * width + 1, sizeof *values);
    *out_values = values;
    if (values == NULL)
        return sql_fail(error, "OperationalError", "out of memory");
    out->rows = values;
    out->nvalues = width;
    json_array_foreach(rows, i, row) {
        if (!json_is_array(row) || json_array_size(row) != width)
            return sql_fail(error, "ProgrammingError",
                            "rows of parameters have one length");
        json_array_foreach(row, j, value) {
            if (read_value(value, &values[i * width + j], error) != 0)
                return -1;
            out->nrows = i + 1;
        }
    }
    out->nrows = nrows;
    return 0;
}

/* --- connections --- */

static int
find_conn(const struct sql_job *job, const json_t *asked,
          struct sql_error *error)
{
    json_int_t number = json_integer_value(json_object_get(asked, "conn"));
    for (int i = 0; i < SQL_CONNECTIONS_MAX; i++)
        if (job->conns[i] != NULL && job->numbers[i] == number)
            return i;
    return sql_fail(error, "OperationalError",
                    "the connection is lost: it was closed, or the broker of "
                    "the gateways was started anew");
}

/* Not to be guessed: one that a broker before this one gave is no other's. */
static uint32_t
new_number(void)
{
    uint32_t number;
    while (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        ;
    return number >> 1 | 1;
}

static int
open_conn(struct sql_job *job, const struct worker_ask *ask, struct buf *out,
          struct sql_error *error)
{
    const struct sql_settings *s = job->settings;
    char text[128];
    size_t i = 0;
    while (i < SQL_CONNECTIONS_MAX && job->conns[i] != NULL)
        i++;
    if (i >= s->connections)
        return sql_refuse(error, "connections",
                          "Close connections, or ask the operator for more",
                          "more than %u connections at once",
                          (unsigned)s->connections);
    if (s->engine->connect(s, ask, &job->conns[i], error) != 0)
        return -1;
    job->numbers[i] = new_number();
    int n = snprintf(text, sizeof text, "{\"conn\":%u,\"engine\":\"%s\"}",
                     job->numbers[i], s->engine->name);
    return buf_add(out, text, (size_t)n, NULL) == 0
               ? 0
               : sql_fail(error, "OperationalError", "out of memory");
}

static int
execute(struct sql_job *job, int at, const struct worker_ask *ask,
        const json_t *asked, struct buf *out, struct sql_error *error)
{
    const json_t *sql = json_object_get(asked, "sql");
    const json_t *many = json_object_get(asked, "many");
    struct sql_conn *conn = job->conns[at];
    struct sql_value *values = NULL;
    struct sql_result result;
    struct sql_statement statement = {.sql = json_string_value(sql),
                                      .len = json_string_length(sql),
                                      .many = json_is_true(many)};
    if (statement.sql == NULL || strlen(statement.sql) != statement.len)
        return sql_fail(error, "ProgrammingError",
                        "a statement is a text without NUL");
    int done =
        read_rows(json_object_get(asked, "rows"), &statement, &values, error);
    if (done == 0) {
        sql_result_begin(&result, out, job->settings, error);
        done = job->settings->engine->execute(conn, ask, &statement, &result);
    }
    free_values(values, statement.nrows * statement.nvalues);
    if (done == 0 && json_is_true(json_object_get(asked, "commit")))
        done = job->settings->engine->finish(conn, ask, true, error);
    return done;
}

/* What the loop's thread may interrupt. */
static void
work_with(struct sql_job *job, struct sql_conn *conn)
{
    pthread_mutex_lock(&job->lock);
    job->working = conn;
    pthread_mutex_unlock(&job->lock);
}

static int
dispatch(struct sql_job *job, const struct worker_ask *ask,
         const json_t *asked, struct buf *out, struct sql_error *error)
{
    const struct sql_engine *engine = job->settings->engine;
    const char *op = json_string_value(json_object_get(asked, "op"));
    int done = 0;
    if (op == NULL)
        return sql_fail(error, "InterfaceError", "no request");
    if (strcmp(op, "open") == 0)
        return open_conn(job, ask, out, error);
    int at = find_conn(job, asked, error);
    if (at < 0)
        return -1;
    if (strcmp(op, "close") != 0)
        work_with(job, job->conns[at]);
    if (strcmp(op, "execute") == 0) {
        done = execute(job, at, ask, asked, out, error);
    } else if (strcmp(op, "commit") == 0 || strcmp(op, "rollback") == 0) {
        done = engine->finish(job->conns[at], ask, op[0] == 'c', error);
    } else if (strcmp(op, "close") == 0) {
        engine->close(job->conns[at]);
        job->conns[at] = NULL;
    } else {
        done = sql_fail(error, "InterfaceError", "no request \"%.20s\"", op);
    }
    work_with(job, NULL);
    if (done == 0 && out->len == 0)
        done = buf_add(out, "{}", 2, NULL);
    return done;
}

/* --- answers --- */

static enum answer_status
say_error(const struct sql_error *error, struct buf *out)
{
    json_t *told = json_pack("{s:s?, s:s, s:s}", "error", error->kind, "code",
                             error->code, "text", error->text);
    char *text = told ? json_dumps(told, JSON_COMPACT) : NULL;
    static const char plain[] =
        "{\"error\":\"OperationalError\",\"code\":\"\",\"text\":"
        "\"what the server said is no text\"}";
    out->len = 0;
    (void)buf_add(out, text ? text : plain, strlen(text ? text : plain), NULL);
    free(text);
    json_decref(told);
    return ANSWER_VALUE;
}

static enum answer_status
say_refused(const struct sql_error *error, struct buf *out)
{
    const char *const fields[] = {error->text, error->rule,
                                  "the policy of the gateway does not let it",
                                  error->fix};
    out->len = 0;
    for (size_t i = 0; i < 4; i++)
        (void)field_add(out, fields[i], strlen(fields[i]), NULL);
    return ANSWER_DENIED;
}

enum answer_status
sql_answer(struct sql_job *job, const struct worker_ask *ask, struct buf *out)
{
    struct sql_error error = {.kind = NULL};
    json_t *asked = NULL;
    if (json_text_is_within(ask->data.data, ask->data.len, ASK_MAX, ASK_DEPTH,
                            ASK_VALUES))
        asked = json_loadb((const char *)ask->data.data, ask->data.len,
                           JSON_ALLOW_NUL, NULL);
    int done = asked != NULL
                   ? dispatch(job, ask, asked, out, &error)
                   : sql_fail(&error, "InterfaceError",
                              "the request is no JSON of modest size");
    json_decref(asked);
    if (done == 0)
        return ANSWER_VALUE;
    return error.rule ? say_refused(&error, out) : say_error(&error, out);
}

void
sql_job_tidy(struct sql_job *job)
{
    for (int i = 0; i < SQL_CONNECTIONS_MAX; i++)
        if (job->conns[i] != NULL && job->settings->engine->tidy != NULL)
            job->settings->engine->tidy(job->conns[i]);
}

void
sql_job_end(struct sql_job *job)
{
    sql_job_tidy(job);
    for (int i = 0; i < SQL_CONNECTIONS_MAX; i++)
        if (job->conns[i] != NULL)
            job->settings->engine->close(job->conns[i]);
    pthread_mutex_destroy(&job->lock);
}
