/* Look-ups in the generated tables. */
#include "jailmod/lists.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_COMPARED 64

static int
compare_entry(const void *key, const void *entry)
{
    return strcmp(key, list_texts + ((const struct list_entry *)entry)->name);
}

static int
compare_module(const void *key, const void *row)
{
    return strcmp(key, ((const struct module_row *)row)->name);
}

struct list_row
list_at(const struct list_table *table, size_t i)
{
    const struct list_entry *entry = &table->entries[i];

    return (struct list_row){.name = list_texts + entry->name,
                             .what = list_texts + entry->what,
                             .reason = list_texts + entry->reason,
                             .fix = list_texts + entry->fix,
                             .rule = list_texts + entry->rule,
                             .where = list_texts + entry->where,
                             .stand = entry->stand};
}

bool
list_find(const struct list_table *table, const char *name,
          struct list_row *out_row)
{
    const struct list_entry *found =
        bsearch(name, table->entries, table->count, sizeof *table->entries,
                compare_entry);

    if (found == NULL)
        return false;
    *out_row = list_at(table, (size_t)(found - table->entries));
    return true;
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
