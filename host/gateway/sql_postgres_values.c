/* Values to and from PostgreSQL, as texts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/gateway/sql_postgres.h"

/* pg_type.dat */
/* clang-format off */
enum {
    OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23,
    OID_OID = 26, OID_FLOAT4 = 700, OID_FLOAT8 = 701, OID_DATE = 1082,
    OID_TIME = 1083, OID_TIMESTAMP = 1114, OID_TIMESTAMPTZ = 1184,
    OID_TIMETZ = 1266, OID_NUMERIC = 1700,
};

static const struct {
    Oid oid;
    enum sql_type type;
    const char *word; /* immure.gateway.sql's */
    char tag;         /* of its values; 0: none */
} types[] = {
    {OID_BOOL,        SQL_BOOL,      "bool",      0},
    {OID_BYTEA,       SQL_BYTES,     "bytes",     'b'},
    {OID_INT8,        SQL_INT,       "int",       0},
    {OID_INT2,        SQL_INT,       "int",       0},
    {OID_INT4,        SQL_INT,       "int",       0},
    {OID_OID,         SQL_INT,       "int",       0},
    {OID_FLOAT4,      SQL_FLOAT,     "float",     'f'},
    {OID_FLOAT8,      SQL_FLOAT,     "float",     'f'},
    {OID_DATE,        SQL_DATE,      "date",      'd'},
    {OID_TIME,        SQL_TIME,      "time",      't'},
    {OID_TIMETZ,      SQL_TIME,      "time",      't'},
    {OID_TIMESTAMP,   SQL_TIMESTAMP, "timestamp", 's'},
    {OID_TIMESTAMPTZ, SQL_TIMESTAMP, "timestamp", 's'},
    {OID_NUMERIC,     SQL_DECIMAL,   "decimal",   'n'},
};
/* clang-format on */

static size_t
find_type(Oid oid)
{
    size_t i = 0;
    while (i < sizeof types / sizeof *types && types[i].oid != oid)
        i++;
    return i;
}

static const char *
word_of(Oid oid)
{
    size_t i = find_type(oid);
    return i < sizeof types / sizeof *types ? types[i].word : "text";
}

void
postgres_give_value(const PGresult *res, int column, struct sql_result *result)
{
    const char *text = PQgetvalue(res, 0, column);
    size_t len = (size_t)PQgetlength(res, 0, column), n;
    size_t i = find_type(PQftype(res, column));
    char tag = i < sizeof types / sizeof *types ? types[i].tag : 0;
    enum sql_type type =
        i < sizeof types / sizeof *types ? types[i].type : SQL_TEXT;
    if (PQgetisnull(res, 0, column)) {
        sql_result_null(result);
    } else if (type == SQL_BOOL) {
        sql_result_bool(result, text[0] == 't');
    } else if (type == SQL_INT) {
        sql_result_digits(result, text);
    } else if (type == SQL_FLOAT) {
        sql_result_float(result, strtod(text, NULL));
    } else if (type == SQL_BYTES) {
        unsigned char *data = PQunescapeBytea((const unsigned char *)text, &n);
        sql_result_bytes(result, data ? (const char *)data : "", data ? n : 0);
        PQfreemem(data);
    } else if (tag != 0) {
        sql_result_tagged(result, tag, text, len);
    } else {
        sql_result_text(result, text, len);
    }
}

void
postgres_give_columns(const PGresult *res, struct sql_result *result)
{
    for (int i = 0;
         i < PQnfields(res) && result->columns < (size_t)PQnfields(res); i++)
        sql_result_column(result, PQfname(res, i), word_of(PQftype(res, i)));
}

void
postgres_free_parameters(struct parameters *p)
{
    free(p->types);
    free(p->values);
    free(p->lengths);
    free(p->formats);
    free(p->numbers);
}

int
postgres_make_parameters(struct parameters *p, size_t n,
                         struct sql_error *error)
{
    *p = (struct parameters){
        calloc(n + 1, sizeof *p->types), calloc(n + 1, sizeof *p->values),
        calloc(n + 1, sizeof *p->lengths), calloc(n + 1, sizeof *p->formats),
        calloc(n + 1, sizeof *p->numbers)};
    if (p->types && p->values && p->lengths && p->formats && p->numbers)
        return 0;
    return sql_fail(error, "OperationalError", "out of memory");
}

/* The smallest type that holds it, so that the server finds its operators; a
 * text is whatever the place wants. */
int
postgres_set_parameter(struct parameters *p, size_t i,
                       const struct sql_value *v, struct sql_error *error)
{
    char *number = p->numbers[i];
    p->values[i] = (const char *)v->text.data;
    p->types[i] = 0;
    p->lengths[i] = (int)v->text.len;
    p->formats[i] = 0;
    switch (v->type) {
    case SQL_NULL:
        p->values[i] = NULL;
        return 0;
    case SQL_BOOL:
        p->types[i] = OID_BOOL;
        p->values[i] = v->i ? "t" : "f";
        return 0;
    case SQL_INT:
        p->types[i] =
            v->i >= INT32_MIN && v->i <= INT32_MAX ? OID_INT4 : OID_INT8;
        snprintf(number, POSTGRES_NUMBER_TEXT, "%lld", (long long)v->i);
        p->values[i] = number;
        return 0;
    case SQL_FLOAT:
        p->types[i] = OID_FLOAT8;
        snprintf(number, POSTGRES_NUMBER_TEXT, "%.17g", v->f);
        p->values[i] = number;
        return 0;
    case SQL_BYTES:
        p->types[i] = OID_BYTEA;
        p->formats[i] = 1;
        if (v->text.len == 0)
            p->values[i] = "";
        return 0;
    case SQL_DECIMAL:
        p->types[i] = OID_NUMERIC;
        break;
    case SQL_DATE:
        p->types[i] = OID_DATE;
        break;
    case SQL_TIME:
    case SQL_TIMESTAMP: /* with a zone or without */
    case SQL_TEXT:
        break;
    }
    if (strlen(p->values[i]) != v->text.len)
        return sql_fail(error, "DataError",
                        "PostgreSQL has no NUL in its texts");
    return 0;
}
