#include "host/gateway/sql_sqlite_bounds.h"

#include <stdio.h>

enum { GROWTH_PAGES = 64 << 10 };

/* clang-format off */
/* Parser, LIKE, views and triggers call themselves: how deep is bounded here,
 * and a worker's stack has room for that. */
static const struct {
    int limit, value;
} bounds[] = {
    {SQLITE_LIMIT_SQL_LENGTH,          64 << 10},
    {SQLITE_LIMIT_EXPR_DEPTH,          100},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
    {SQLITE_LIMIT_TRIGGER_DEPTH,       50},
    {SQLITE_LIMIT_COLUMN,              500},
    {SQLITE_LIMIT_ATTACHED,            0},
    {SQLITE_LIMIT_WORKER_THREADS,      0},
};
/* clang-format on */

void
sqlite_bound(sqlite3 *db, uint64_t size)
{
    (void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, (int)size);
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        (void)sqlite3_limit(db, bounds[i].limit, bounds[i].value);
}

int
sqlite_bound_growth(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    char sql[64];
    sqlite3_int64 pages = 0;
    int done = sqlite3_prepare_v2(db, "PRAGMA page_count", -1, &stmt, NULL);
    if (done == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
        pages = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    if (done != SQLITE_OK)
        return done;
    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld",
             (long long)pages + GROWTH_PAGES);
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}
