/* Between sql_mariadb.c and sql_mariadb_rows.c. */
#ifndef IMMURE_SQL_MARIADB_H
#define IMMURE_SQL_MARIADB_H

#include <mysql.h>

#include "host/gateway/sql.h"

struct sql_conn {
    MYSQL *mysql;
    const struct sql_settings *settings;
    bool broken;
    bool left; /* its server may work on for it */
};

/* For what the library waits for; when the time is up the socket is shut, and
 * the library finds out. */
int mariadb_wait(struct sql_conn *conn, const struct worker_ask *ask,
                 int what);

/* A call's _start(), then its _cont() until it is done. */
#define AWAIT(conn, ask, start, cont, out, handle)                            \
    do {                                                                      \
        int waits = (start);                                                  \
        while (waits != 0)                                                    \
            waits = cont(out, handle, mariadb_wait(conn, ask, waits));        \
    } while (0)

/* What the library says of the statement becomes *error; -1. */
int mariadb_fail_stmt(struct sql_conn *conn, MYSQL_STMT *stmt,
                      struct sql_error *error);

/* A value for the statement, which borrows it. */
void mariadb_set_parameter(MYSQL_BIND *bind, const struct sql_value *value);

/* All rows of a statement that was run and has some. */
int mariadb_take_rows(struct sql_conn *conn, const struct worker_ask *ask,
                      MYSQL_STMT *stmt, struct sql_result *result);

#endif
