/* What `immure bench` measures: programs, and samples of them. */
#ifndef IMMURE_BENCH_DATA_H
#define IMMURE_BENCH_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "host/err.h"
#include "host/lib/immure.h"

enum workload { HELLO, GRADER, IMPORTS, COMPUTE, WORKLOADS };

struct program {
    const char *name, *code;
};
extern const struct program bench_programs[WORKLOADS];

/* bench/fork_server.py, as text. */
extern const char bench_fork_server[];

struct row {
    char name[48];
    double *ms; /* malloc'd; sorted by row_finish() */
    size_t n, cap;
    double p50, p95, p99, min, ratio;
    bool base;        /* ratios are over this one's p50 */
    const char *unit; /* NULL: ms; else p50 is a number of these */
};

struct rows {
    struct row *v; /* malloc'd */
    size_t n;
};

/* All exit by _exit(125) when memory is gone: there is nothing to save. */
struct row *rows_add(struct rows *rows, const char *name);
void row_sample(struct row *row, double ms);
void row_finish(struct row *row);
void rows_clear(struct rows *rows);

double bench_now(void); /* ms */

/* Text to stdout, JSON to stdout, and a picture to a file. */
void rows_print(const struct rows *rows);
void rows_print_json(const struct rows *rows);
int rows_draw(const struct rows *rows, const char *path, struct err *err);

#endif
