/* Between sql_postgres.c and sql_postgres_values.c. */
#ifndef IMMURE_SQL_POSTGRES_H
#define IMMURE_SQL_POSTGRES_H

#include <libpq-fe.h>

#include "host/gateway/sql.h"

enum { POSTGRES_NUMBER_TEXT = 40 };

/* As PQsendQueryParams() wants them. */
struct parameters {
    Oid *types;
    const char **values;
    int *lengths, *formats;
    char (*numbers)[POSTGRES_NUMBER_TEXT];
};

int postgres_make_parameters(struct parameters *p, size_t n,
                             struct sql_error *error);
void postgres_free_parameters(struct parameters *p);

/* The value is borrowed. */
int postgres_set_parameter(struct parameters *p, size_t i,
                           const struct sql_value *value,
                           struct sql_error *error);

/* Of a result with one row, or none. */
void postgres_give_columns(const PGresult *res, struct sql_result *result);
void postgres_give_value(const PGresult *res, int column,
                         struct sql_result *result);

#endif
