/* What a guest's statements may ask of sqlite. */
#ifndef IMMURE_SQL_SQLITE_BOUNDS_H
#define IMMURE_SQL_SQLITE_BOUNDS_H

#include <sqlite3.h>
#include <stdint.h>

/* Bounds of one connection; size: bytes of a value. */
void sqlite_bound(sqlite3 *db, uint64_t size);

/* Its file may grow by so much and no more; sqlite's own result. */
int sqlite_bound_growth(sqlite3 *db);

#endif
