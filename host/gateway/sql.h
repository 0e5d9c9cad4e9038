/* Kind "sql": databases.  What the files of it share.
 *
 *     sql.c           the kind: policy in, clients and their threads
 *     sql_ask.c       what a guest asks: JSON in, connections of a job
 *     sql_text.c      what a statement is, by its words
 *     sql_result.c    rows out, within the caps of the policy
 *     sql_sqlite.c sql_postgres.c sql_mariadb.c    one engine each
 *
 * A guest's values never become part of a statement's text: they are bound by
 * the engine.  A call runs one statement.  Whether the policy lets it is
 * decided by the engine where that can (sqlite's authorizer, transactions that
 * the server holds read-only), and else by the statement's words. */
#ifndef IMMURE_SQL_H
#define IMMURE_SQL_H

#include <pthread.h>

#include "host/gateway/worker.h"

enum sql_class {
    SQL_SELECT = 1,
    SQL_INSERT = 2,
    SQL_UPDATE = 4,
    SQL_DELETE = 8,
    SQL_SCHEMA = 16,
    SQL_OTHER = 32,
    SQL_ALL = 63,
};

/* "insert"; of several bits, the lowest that stands. */
const char *sql_class_name(unsigned classes);

/* What the policy says. */
struct sql_settings {
    const struct sql_engine *engine;
    char *where;    /* the engine's: a path, a URI; malloc'd */
    char *password; /* or NULL; malloc'd */
    bool read_only;
    unsigned classes;     /* enum sql_class bits that guests may use */
    uint64_t rows, size;  /* of one result */
    uint64_t connections; /* of a job at once */
    uint64_t time_ms;     /* of a call */
};

/* How a call ended that did not end well. */
struct sql_error {
    const char *kind; /* name of PEP 249's exception; NULL: none happened */
    char code[8];     /* SQLSTATE, or the engine's own number; "" */
    char text[1024];
    /* Not NULL: the policy refuses it; then what would allow it. */
    const char *rule;
    const char *fix;
};

/* Fill *error and return -1. */
int sql_fail(struct sql_error *error, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for what the policy's rule refuses. */
int sql_refuse(struct sql_error *error, const char *rule, const char *fix,
               const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* A server's own words, with its SQLSTATE. */
int sql_fail_state(struct sql_error *error, const char *state,
                   const char *text);

/* --- values --- */

enum sql_type {
    SQL_NULL,
    SQL_BOOL,
    SQL_INT,
    SQL_FLOAT,
    SQL_TEXT,
    SQL_BYTES,
    SQL_DECIMAL,   /* text, as are the following */
    SQL_DATE,      /* 2020-12-31 */
    SQL_TIME,      /* 23:59:59.5 */
    SQL_TIMESTAMP, /* date, space, time, and perhaps +01:00 */
};

struct sql_value {
    enum sql_type type;
    int64_t i;
    double f;
    struct span text; /* borrowed; ends with a NUL that len does not count */
    uint8_t *owned;   /* of decoded bytes; malloc'd, or NULL */
};

/* --- results --- */

/* The JSON of what a statement gave, made value by value. */
struct sql_result {
    struct buf *out;
    uint64_t rows_left, size_left;
    size_t rows, columns, column; /* of them so far */
    bool failed; /* out of memory, or over a cap: *error has it */
    struct sql_error *error;
};

void sql_result_begin(struct sql_result *result, struct buf *out,
                      const struct sql_settings *settings,
                      struct sql_error *error);
/* Before any row; type: a word of immure.gateway.sql's, or NULL. */
void sql_result_column(struct sql_result *result, const char *name,
                       const char *type);
/* False: no more rows are wanted, and the statement is to be ended. */
bool sql_result_row(struct sql_result *result);
void sql_result_null(struct sql_result *result);
void sql_result_bool(struct sql_result *result, bool value);
void sql_result_int(struct sql_result *result, int64_t value);
void sql_result_float(struct sql_result *result, double value);
/* digits: as JSON has numbers; or a value with a tag ("b" bytes in base64, "n"
 * decimal, "d" date, "t" time, "s" timestamp). */
void sql_result_digits(struct sql_result *result, const char *text);
void sql_result_text(struct sql_result *result, const char *text, size_t len);
void sql_result_tagged(struct sql_result *result, char tag, const char *text,
                       size_t len);
void sql_result_bytes(struct sql_result *result, const void *data, size_t len);
/* count: rows that were changed, or -1; last: id of the last row, or -1. */
int sql_result_end(struct sql_result *result, int64_t count, int64_t last);

/* --- statements --- */

enum sql_dialect { SQL_POSTGRES, SQL_MARIADB };

struct sql_text {
    struct buf text;       /* with the engine's placeholders, ended by a NUL */
    unsigned placeholders; /* values that it wants */
    unsigned classes;      /* enum sql_class bits it needs */
};

/* Judge a statement by its words, and refuse what no guest may: a second one,
 * and what begins or ends a transaction. */
int sql_text_read(const char *sql, size_t len, enum sql_dialect dialect,
                  struct sql_text *out, struct sql_error *error);

/* Whether the policy lets a statement of these classes. */
int sql_check_classes(const struct sql_settings *settings, unsigned classes,
                      struct sql_error *error);

/* --- engines --- */

struct sql_statement {
    const char *sql; /* ends with a NUL */
    size_t len;
    const struct sql_value *rows; /* `nrows` times `nvalues` parameters */
    size_t nrows, nvalues;
    bool many; /* no result rows; else nrows is 1 */
};

struct sql_conn;

/* All on the thread of the job's worker, but for open_settings (the loop's)
 * and interrupt (the loop's, while another of them runs). */
struct sql_engine {
    const char *name;
    const char *const *schemes; /* how its URIs begin; the last is NULL */
    /* Check settings->where; say which files are needed. */
    int (*open_settings)(struct gateway *gateway,
                         struct sql_settings *settings, struct err *err);
    int (*connect)(const struct sql_settings *settings,
                   const struct worker_ask *ask, struct sql_conn **out,
                   struct sql_error *error);
    /* Run it in the connection's transaction, which begins with it. */
    int (*execute)(struct sql_conn *conn, const struct worker_ask *ask,
                   const struct sql_statement *statement,
                   struct sql_result *result);
    int (*finish)(struct sql_conn *conn, const struct worker_ask *ask,
                  bool commit, struct sql_error *error);
    /* NULL where ask->stop is looked at. */
    void (*interrupt)(struct sql_conn *conn);
    /* A connection that was given up: end what its server still works on, as
     * far as that can be told within SQL_TIDY_MS.  NULL: nothing to do. */
    void (*tidy)(struct sql_conn *conn);
    /* What is not committed is rolled back. */
    void (*close)(struct sql_conn *conn);
};

extern const struct sql_engine sql_sqlite, sql_postgres, sql_mariadb;

/* --- a job --- */

enum { SQL_CONNECTIONS_MAX = 16, SQL_TIDY_MS = 2000 };

struct sql_job {
    const struct sql_settings *settings;
    struct sql_conn *conns[SQL_CONNECTIONS_MAX];
    uint32_t numbers[SQL_CONNECTIONS_MAX]; /* what the guest calls them */
    pthread_mutex_t lock;
    struct sql_conn *working; /* that a call works with; behind the lock */
};

/* A call of the guest's, as run() of a worker. */
enum answer_status sql_answer(struct sql_job *job,
                              const struct worker_ask *ask, struct buf *out);
void sql_job_tidy(struct sql_job *job);
void sql_job_end(struct sql_job *job);

/* An ask of the broker's own, which lasts ms and is told of nothing. */
struct worker_ask sql_own_ask(int ms, const atomic_bool *never);

/* Time until the ask is to be given up, in ms; 0: it is, or should stop. */
int sql_time_left(const struct worker_ask *ask);

#endif
