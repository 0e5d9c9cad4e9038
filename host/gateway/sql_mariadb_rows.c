/* Values to and from MariaDB. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/gateway/sql_mariadb.h"

enum { BINARY_CHARSET = 63, TIME_TEXT = 48 };

void
mariadb_set_parameter(MYSQL_BIND *bind, const struct sql_value *v)
{
    *bind = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
                         .buffer = (void *)(uintptr_t)v->text.data,
                         .buffer_length = v->text.len};
    switch (v->type) {
    case SQL_NULL:
        bind->buffer_type = MYSQL_TYPE_NULL;
        return;
    case SQL_BOOL:
    case SQL_INT:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = (void *)(uintptr_t)&v->i;
        return;
    case SQL_FLOAT:
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = (void *)(uintptr_t)&v->f;
        return;
    case SQL_BYTES:
        bind->buffer_type = MYSQL_TYPE_BLOB;
        return;
    case SQL_TEXT:
    case SQL_DECIMAL:
    case SQL_DATE:
    case SQL_TIME:
    case SQL_TIMESTAMP:
        return;
    }
}

/* One column of a row: numbers and times where they are, others by their
 * length first. */
struct cell {
    enum sql_type type;
    bool is_unsigned;
    union {
        long long i;
        double f;
        MYSQL_TIME t;
    };
    unsigned long len;
    my_bool null, error;
};

/* clang-format off */
static const struct {
    enum enum_field_types field;
    enum sql_type type;
    const char *word;
} types[] = {
    {MYSQL_TYPE_TINY,       SQL_INT,       "int"},
    {MYSQL_TYPE_SHORT,      SQL_INT,       "int"},
    {MYSQL_TYPE_INT24,      SQL_INT,       "int"},
    {MYSQL_TYPE_LONG,       SQL_INT,       "int"},
    {MYSQL_TYPE_LONGLONG,   SQL_INT,       "int"},
    {MYSQL_TYPE_YEAR,       SQL_INT,       "int"},
    {MYSQL_TYPE_FLOAT,      SQL_FLOAT,     "float"},
    {MYSQL_TYPE_DOUBLE,     SQL_FLOAT,     "float"},
    {MYSQL_TYPE_DECIMAL,    SQL_DECIMAL,   "decimal"},
    {MYSQL_TYPE_NEWDECIMAL, SQL_DECIMAL,   "decimal"},
    {MYSQL_TYPE_DATE,       SQL_DATE,      "date"},
    {MYSQL_TYPE_NEWDATE,    SQL_DATE,      "date"},
    {MYSQL_TYPE_TIME,       SQL_TIME,      "time"},
    {MYSQL_TYPE_DATETIME,   SQL_TIMESTAMP, "timestamp"},
    {MYSQL_TYPE_TIMESTAMP,  SQL_TIMESTAMP, "timestamp"},
    {MYSQL_TYPE_BIT,        SQL_BYTES,     "bytes"},
};
/* clang-format on */

static enum sql_type
type_of(const MYSQL_FIELD *field, const char **out_word)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].field == field->type) {
            *out_word = types[i].word;
            return types[i].type;
        }
    *out_word = field->charsetnr == BINARY_CHARSET ? "bytes" : "text";
    return field->charsetnr == BINARY_CHARSET ? SQL_BYTES : SQL_TEXT;
}

static void
bind_cell(MYSQL_BIND *bind, struct cell *cell)
{
    *bind = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
                         .length = &cell->len,
                         .is_null = &cell->null,
                         .error = &cell->error};
    if (cell->type == SQL_INT) {
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &cell->i;
        bind->is_unsigned = cell->is_unsigned;
    } else if (cell->type == SQL_FLOAT) {
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = &cell->f;
    } else if (cell->type == SQL_DATE || cell->type == SQL_TIMESTAMP ||
               cell->type == SQL_TIME) {
        bind->buffer_type = cell->type == SQL_DATE   ? MYSQL_TYPE_DATE
                            : cell->type == SQL_TIME ? MYSQL_TYPE_TIME
                                                     : MYSQL_TYPE_DATETIME;
        bind->buffer = &cell->t;
        bind->buffer_length = sizeof cell->t;
    }
}

static void
give_time(const struct cell *cell, struct sql_result *result)
{
    const MYSQL_TIME *t = &cell->t;
    char date[TIME_TEXT] = "", time[TIME_TEXT] = "", text[2 * TIME_TEXT];
    if (cell->type != SQL_TIME)
        snprintf(date, sizeof date, "%04u-%02u-%02u", t->year, t->month,
                 t->day);
    if (cell->type != SQL_DATE)
        snprintf(time, sizeof time, "%s%02u:%02u:%02u.%06lu",
                 t->neg ? "-" : "", t->hour, t->minute, t->second,
                 t->second_part);
    int n = snprintf(text, sizeof text, "%s%s%s", date,
                     date[0] && time[0] ? " " : "", time);
    sql_result_tagged(result,
                      cell->type == SQL_DATE   ? 'd'
                      : cell->type == SQL_TIME ? 't'
                                               : 's',
                      text, (size_t)n);
}

/* A text, bytes or a decimal, now that its length is known. */
static int
give_long(struct sql_conn *conn, MYSQL_STMT *stmt, unsigned column,
          struct cell *cell, struct sql_result *result)
{
    char small[256];
    OWNED_STR large = NULL;
    char *data = small;
    unsigned long len = cell->len, got = 0;
    my_bool null = 0, cut = 0;
    if (len > conn->settings->size)
        return sql_fail(result->error, "DataError",
                        "the result is over the size that the policy allows");
    if (len >= sizeof small && (data = large = malloc(len + 1)) == NULL)
        return sql_fail(result->error, "OperationalError", "out of memory");
    MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_STRING,
                       .buffer = data,
                       .buffer_length = len,
                       .length = &got,
                       .is_null = &null,
                       .error = &cut};
    if (len > 0 && mysql_stmt_fetch_column(stmt, &bind, column, 0) != 0)
        return mariadb_fail_stmt(conn, stmt, result->error);
    data[len] = '\0';
    if (cell->type == SQL_BYTES)
        sql_result_bytes(result, data, len);
    else if (cell->type == SQL_DECIMAL)
        sql_result_tagged(result, 'n', data, len);
    else
        sql_result_text(result, data, len);
    return 0;
}

static int
give_cell(struct sql_conn *conn, MYSQL_STMT *stmt, unsigned column,
          struct cell *cell, struct sql_result *result)
{
    char digits[32];
    if (cell->null) {
        sql_result_null(result);
        return 0;
    }
    if (cell->type == SQL_INT) {
        snprintf(digits, sizeof digits, cell->is_unsigned ? "%llu" : "%lld",
                 cell->i);
        sql_result_digits(result, digits);
        return 0;
    }
    if (cell->type == SQL_FLOAT) {
        sql_result_float(result, cell->f);
        return 0;
    }
    if (cell->type != SQL_DATE && cell->type != SQL_TIME &&
        cell->type != SQL_TIMESTAMP)
        return give_long(conn, stmt, column, cell, result);
    give_time(cell, result);
    return 0;
}

struct columns {
    unsigned n;
    struct cell *cells;
    MYSQL_BIND *binds;
};

static void
clear_columns(struct columns *columns)
{
    free(columns->cells);
    free(columns->binds);
}

/* Of a statement that has rows; n stays 0 where it has none. */
static int
make_columns(struct sql_conn *conn, MYSQL_STMT *stmt, struct columns *out,
             struct sql_result *result)
{
    unsigned n = mysql_stmt_field_count(stmt);
    MYSQL_RES *meta = n > 0 ? mysql_stmt_result_metadata(stmt) : NULL;
    if (n == 0)
        return 0;
    out->cells = calloc(n, sizeof *out->cells);
    out->binds = calloc(n, sizeof *out->binds);
    if (meta == NULL || out->cells == NULL || out->binds == NULL) {
        mysql_free_result(meta);
        return sql_fail(result->error, "OperationalError", "out of memory");
    }
    for (unsigned i = 0; i < n; i++) {
        const MYSQL_FIELD *field = mysql_fetch_field_direct(meta, i);
        const char *word;
        out->cells[i].type = type_of(field, &word);
        out->cells[i].is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
        bind_cell(&out->binds[i], &out->cells[i]);
        sql_result_column(result, field->name, word);
    }
    mysql_free_result(meta);
    out->n = n;
    return mysql_stmt_bind_result(stmt, out->binds)
               ? mariadb_fail_stmt(conn, stmt, result->error)
               : 0;
}

static int
take_all(struct sql_conn *conn, const struct worker_ask *ask, MYSQL_STMT *stmt,
         struct columns *columns, struct sql_result *result)
{
    for (;;) {
        int got = 0;
        AWAIT(conn, ask, mysql_stmt_fetch_start(&got, stmt),
              mysql_stmt_fetch_cont, &got, stmt);
        if (got == MYSQL_NO_DATA)
            return 0;
        if (got != 0 && got != MYSQL_DATA_TRUNCATED)
            return mariadb_fail_stmt(conn, stmt, result->error);
        if (!sql_result_row(result))
            return -1;
        for (unsigned i = 0; i < columns->n; i++)
            if (give_cell(conn, stmt, i, &columns->cells[i], result) != 0 ||
                result->failed)
                return -1;
    }
}

int
mariadb_take_rows(struct sql_conn *conn, const struct worker_ask *ask,
                  MYSQL_STMT *stmt, struct sql_result *result)
{
    struct columns columns = {.n = 0};
    int done = make_columns(conn, stmt, &columns, result);
    if (done == 0 && columns.n > 0)
        done = take_all(conn, ask, stmt, &columns, result);
    clear_columns(&columns);
    return done;
}
