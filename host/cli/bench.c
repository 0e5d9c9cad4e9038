/* immure bench: what a guest costs on this machine, against others. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "host/cli/bench_load.h"
#include "host/cli/cli.h"
#include "host/cli/help.h"
#include "host/cli/output.h"
#include "host/cli/say.h"

struct settings {
    bool quick, json, help;
    const char *svg, *only; /* rows with this in their names; NULL: all */
};

static int
parse(const struct cli *cli, struct settings *out, struct err *err)
{
    *out = (struct settings){0};
    for (int i = 1; i < cli->argc; i++) {
        const char *arg = cli->argv[i];
        if (strcmp(arg, "--quick") == 0)
            out->quick = true;
        else if (strcmp(arg, "--json") == 0)
            out->json = true;
        else if (strcmp(arg, "--svg") == 0 && i + 1 < cli->argc)
            out->svg = cli->argv[++i];
        else if (strcmp(arg, "--only") == 0 && i + 1 < cli->argc)
            out->only = cli->argv[++i];
        else if (strcmp(arg, "--help") == 0)
            out->help = true;
        else
            return err_set(err, ERR_USAGE, 0,
                           "immure bench: unknown option \"%s\"; write "
                           "immure bench [--quick] [--json] [--svg FILE] "
                           "[--only TEXT]",
                           arg);
    }
    return 0;
}

static bool
is_wanted(const struct settings *set, const struct op *op)
{
    return set->only == NULL || op->base ||
           strstr(op->name, set->only) != NULL;
}

static int
check_only(const struct settings *set, struct err *err)
{
    for (size_t i = 0; bench_ops[i].name; i++)
        if (set->only == NULL || strstr(bench_ops[i].name, set->only) != NULL)
            return 0;
    return err_set(err, ERR_USAGE, 0,
                   "immure bench: no job has \"%s\" in its name; jobs are "
                   "the rows with a p50 of immure bench --quick",
                   set->only);
}

/* Its samples of one turn; false: it is not to be had here. */
static bool
take_turn(struct ops *ops, const struct op *op, struct row *row)
{
    for (int i = 0; i <= op->again; i++) {
        double start = bench_now();
        if (op->run(ops, op->workload) != 0)
            return false;
        row_sample(row, bench_now() - start);
    }
    return true;
}

/* All rows in turns, so that a noise of the machine meets all of them. */
static void
time_ops(struct ops *ops, struct rows *rows, const struct settings *set)
{
    double seconds = set->only ? 0 : set->quick ? 12 : 60;
    double until = bench_now() + seconds * 1e3;
    bool absent[64] = {false};
    for (size_t i = 0; bench_ops[i].name; i++) {
        rows_add(rows, bench_ops[i].name)->base = bench_ops[i].base;
        absent[i] = !is_wanted(set, &bench_ops[i]);
    }
    for (int round = 0; round < 30 || bench_now() < until; round++)
        for (size_t i = 0; bench_ops[i].name; i++) {
            const struct op *op = &bench_ops[i];
            if (!absent[i] && (!op->slow || round % 10 == 0))
                absent[i] = !take_turn(ops, op, &rows->v[i]);
        }
}

/* Of p50s: how often it fits into the base. */
static void
compare(struct rows *rows)
{
    const struct row *base = NULL;
    for (size_t i = 0; i < rows->n; i++) {
        row_finish(&rows->v[i]);
        if (rows->v[i].base)
            base = &rows->v[i];
    }
    for (size_t i = 0; base != NULL && i < rows->n; i++)
        if (rows->v[i].n > 0 && rows->v[i].p50 > 0)
            rows->v[i].ratio = base->p50 / rows->v[i].p50;
}

int
cmd_bench(const struct cli *cli, int *out_status, struct err *err)
{
    struct settings set;
    struct ops ops;
    struct rows rows = {0};
    if (parse(cli, &set, err) != 0)
        return -1;
    if (set.help) {
        *out_status = help_bench();
        return 0;
    }
    if (check_only(&set, err) != 0)
        return -1;
    if (ops_init(&ops, err) != 0) {
        ops_clear(&ops);
        return -1;
    }
    time_ops(&ops, &rows, &set);
    compare(&rows);
    if (set.only == NULL) {
        load_compute(&ops, &rows, set.quick ? 5 : 20);
        load_measure(&ops, &rows, set.quick ? 0.7 : 3);
    }
    ops_clear(&ops);
    if (set.only == NULL)
        load_weigh(&rows, set.quick ? 100 : 1000);
    set.json ? rows_print_json(&rows) : rows_print(&rows);
    int done = set.svg ? rows_draw(&rows, set.svg, err) : 0;
    rows_clear(&rows);
    *out_status = 0;
    return done != 0 ? -1 : output_flush(out_status);
}
