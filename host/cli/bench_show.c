/* The rows of `immure bench` as text, JSON and SVG. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "host/cli/bench_data.h"
#include "host/cli/output.h"

void
rows_print(const struct rows *rows)
{
    output_print("%-40s %9s %9s %9s %9s %8s\n", "", "p50", "p95", "p99", "min",
                 "ratio");
    for (size_t i = 0; i < rows->n; i++) {
        const struct row *r = &rows->v[i];
        if (r->n == 0)
            continue;
        if (r->unit != NULL)
            output_print("%-40s %9.2f %s", r->name, r->p50, r->unit);
        else
            output_print("%-40s %9.3f %9.3f %9.3f %9.3f", r->name, r->p50,
                         r->p95, r->p99, r->min);
        if (r->ratio > 0)
            output_print(" %8.2f%s", r->ratio, r->base ? " (is 1)" : "");
        output_print("\n");
    }
}

void
rows_print_json(const struct rows *rows)
{
    bool first = true;
    output_print("{\"rows\": [");
    for (size_t i = 0; i < rows->n; i++) {
        const struct row *r = &rows->v[i];
        if (r->n == 0)
            continue;
        output_print("%s\n{\"name\": \"%s\", ", first ? "" : ",", r->name);
        first = false;
        if (r->unit != NULL)
            output_print(
                "\"value\": %.4f, \"unit\": \"%s\", \"p50_ms\": null, "
                "\"p95_ms\": null, \"p99_ms\": null, "
                "\"min_ms\": null",
                r->p50, r->unit);
        else
            output_print("\"p50_ms\": %.4f, \"p95_ms\": %.4f, "
                         "\"p99_ms\": %.4f, \"min_ms\": %.4f",
                         r->p50, r->p95, r->p99, r->min);
        output_print(", \"ratio\": ");
        if (r->ratio > 0)
            output_print("%.4f}", r->ratio);
        else
            output_print("null}");
    }
    output_print("\n]}\n");
}

enum { LEFT = 300, WIDTH = 560, LINE = 18, TOP = 40 };

/* A decade is a quarter of the width; 10 us are at the left. */
static double
place(double ms)
{
    double x = (log10(ms > 0.01 ? ms : 0.01) + 2) / 5 * WIDTH;
    return x < WIDTH ? x : WIDTH;
}

static size_t
count_timed(const struct rows *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++)
        n += rows->v[i].n > 0 && rows->v[i].unit == NULL;
    return n;
}

/* One bar a row, from min to p99, with a mark at p50; the scale is
 * logarithmic. */
int
rows_draw(const struct rows *rows, const char *path, struct err *err)
{
    FILE *f = fopen(path, "we");
    if (f == NULL)
        return err_set(err, ERR_USAGE, errno, "--svg: can't write \"%s\"",
                       path);
    int y = TOP, bottom = TOP + LINE * (int)count_timed(rows);
    fprintf(f,
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' "
            "font-family='monospace' font-size='12'>\n"
            "<rect width='100%%' height='100%%' fill='white'/>\n",
            LEFT + WIDTH + 20, bottom + 10);
    for (int decade = -2; decade <= 3; decade++) {
        double x = LEFT + place(pow(10, decade));
        fprintf(f,
                "<path d='M%.1f %d V%d' stroke='#ddd'/><text x='%.1f' "
                "y='%d'>%g ms</text>\n",
                x, TOP - 8, bottom, x - 20, TOP - 14, pow(10, decade));
    }
    for (size_t i = 0; i < rows->n; i++) {
        const struct row *r = &rows->v[i];
        if (r->n == 0 || r->unit != NULL)
            continue;
        double from = place(r->min), to = place(r->p99);
        fprintf(f,
                "<text x='%d' y='%d' text-anchor='end'>%s</text><rect "
                "x='%.1f' y='%d' width='%.1f' height='8' fill='#8ac'/><rect "
                "x='%.1f' y='%d' width='2' height='12' fill='#024'/>\n",
                LEFT - 8, y + 12, r->name, LEFT + from, y + 4, to - from + 1,
                LEFT + place(r->p50), y + 2);
        y += LINE;
    }
    fprintf(f, "</svg>\n");
    if (fclose(f) != 0)
        return err_set(err, ERR_SYSTEM, errno, "write \"%s\"", path);
    return 0;
}
