/* Look-ups in the generated tables. */
#include "jailmod/lists.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_COMPARED 64

static int
compare_row(const void *key, const void *row)
{
    return strcmp(key, ((const struct list_row *)row)->name);
}

static int
compare_module(const void *key, const void *row)
{
    return strcmp(key, ((const struct module_row *)row)->name);
}

const struct list_row *
list_find(const struct list_table *table, const char *name)
{
    return bsearch(name, table->rows, table->count, sizeof *table->rows,
                   compare_row);
}

const struct module_row *
list_find_module(const char *name)
{
    return bsearch(name, list_modules, list_modules_count,
                   sizeof *list_modules, compare_module);
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

unsigned
list_distance(const char *left, const char *right, unsigned limit)
{
    size_t width = strlen(right);
    size_t height = strlen(left);
    unsigned row[LONGEST_COMPARED + 1];

    if (width > LONGEST_COMPARED || height > LONGEST_COMPARED)
        return limit + 1;
    for (size_t x = 0; x <= width; x++)
        row[x] = (unsigned)x;
    for (size_t y = 1; y <= height; y++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)y;
        for (size_t x = 1; x <= width; x++) {
            unsigned above = row[x];
            unsigned swap = left[y - 1] == right[x - 1] ? 0 : 1;
            row[x] = least(above + 1, row[x - 1] + 1, diagonal + swap);
            diagonal = above;
        }
    }
    return row[width];
}
