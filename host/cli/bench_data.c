#include "host/cli/bench_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "host/cli/cli.h"

/* clang-format off */
const struct program bench_programs[WORKLOADS] = {
    [HELLO] = {"hello", "print(1 + 1)\n"},
    [GRADER] = {"grader",
        "import json\n"
        "def solve(xs):\n"
        "    out = []\n"
        "    for x in xs:\n"
        "        if x not in out: out.append(x)\n"
        "    return sorted(out)\n"
        "points = 0\n"
        "for i in range(50):\n"
        "    try:\n"
        "        assert solve([i, 3, i, 1]) == sorted({i, 3, 1})\n"
        "        points += 1\n"
        "    except AssertionError as e: pass\n"
        "print(json.dumps({'points': points, 'of': 50}))\n"},
    [IMPORTS] = {"imports",
        "import json, re, math, collections, datetime, random, itertools\n"
        "import functools, decimal, dataclasses, typing, statistics\n"
        "print(1 + 1)\n"},
    [COMPUTE] = {"compute",
        "import time\n"
        "def f(n):\n"
        "    a, b, d = 0, 1, {}\n"
        "    for i in range(n):\n"
        "        a, b = b, (a * 3 + b * 7 + i) % 1000003\n"
        "        d[i % 97] = d.get(i % 97, 0) + a\n"
        "    return sum(d.values())\n"
        "f(1000)\n"
        "t = time.perf_counter()\n"
        "f(400000)\n"
        "print(1000 * (time.perf_counter() - t))\n"},
};
/* clang-format on */

double
bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void *
grow(void *p, size_t size)
{
    void *grown = realloc(p, size);
    if (grown == NULL)
        _exit(STATUS_NOT_RUN);
    return grown;
}

/* Pointers to earlier rows are no longer good. */
struct row *
rows_add(struct rows *rows, const char *name)
{
    rows->v = grow(rows->v, (rows->n + 1) * sizeof *rows->v);
    struct row *row = &rows->v[rows->n++];
    *row = (struct row){.n = 0};
    snprintf(row->name, sizeof row->name, "%s", name);
    return row;
}

void
row_sample(struct row *row, double ms)
{
    if (row->n == row->cap) {
        row->cap = row->cap ? 2 * row->cap : 64;
        row->ms = grow(row->ms, row->cap * sizeof *row->ms);
    }
    row->ms[row->n++] = ms;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double
quantile(const struct row *row, double q)
{
    size_t at = (size_t)(q * (double)row->n);
    return row->ms[at < row->n ? at : row->n - 1];
}

void
row_finish(struct row *row)
{
    if (row->n == 0)
        return;
    qsort(row->ms, row->n, sizeof *row->ms, compare);
    row->min = row->ms[0];
    row->p50 = quantile(row, 0.50);
    row->p95 = quantile(row, 0.95);
    row->p99 = quantile(row, 0.99);
}

void
rows_clear(struct rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        free(rows->v[i].ms);
    free(rows->v);
    *rows = (struct rows){0};
}
