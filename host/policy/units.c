#include "host/policy/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    enum policy_unit kind;
    uint64_t factor;
};

/* clang-format off */
static const struct unit units[] = {   /* the largest of a kind first */
    {"m",  POLICY_TIME, 60000},
    {"s",  POLICY_TIME, 1000},
    {"ms", POLICY_TIME, 1},
    {"G",  POLICY_SIZE, 1u << 30},
    {"M",  POLICY_SIZE, 1u << 20},
    {"K",  POLICY_SIZE, 1u << 10},
    {"G",  POLICY_FUEL, 1000000000},
    {"M",  POLICY_FUEL, 1000000},
    {"K",  POLICY_FUEL, 1000},
};

static const struct {
    const char *word, *names;
} kinds[] = {
    [POLICY_TIME] = {"time", "ms, s, m"},
    [POLICY_SIZE] = {"size", "K, M, G"},
    [POLICY_FUEL] = {"fuel", "K, M, G"},
};
/* clang-format on */

enum { UNIT_COUNT = sizeof units / sizeof *units, DIGITS_MAX = 15 };

static const struct unit *
find_unit(const char *name, enum policy_unit kind)
{
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (units[i].kind == kind && strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

const char *
units_show(uint64_t value, enum policy_unit unit, char buf[UNITS_TEXT])
{
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (units[i].kind == unit && value >= units[i].factor &&
            value % units[i].factor == 0) {
            snprintf(buf, UNITS_TEXT, "%" PRIu64 "%s", value / units[i].factor,
                     units[i].name);
            return buf;
        }
    snprintf(buf, UNITS_TEXT, "%" PRIu64 "%s", value,
             unit == POLICY_TIME   ? "ms"
             : value == 0          ? "K"
             : unit == POLICY_SIZE ? " bytes"
                                   : " steps");
    return buf;
}

static int
out_of_range(const char *text, const struct policy_limit_row *row,
             struct err *err)
{
    char low[UNITS_TEXT], high[UNITS_TEXT];
    return err_set(err, ERR_USAGE, 0,
                   "--%s %s is out of range: write %s to %s", row->name, text,
                   units_show(row->lowest, row->unit, low),
                   units_show(row->highest, row->unit, high));
}

int
units_parse(const char *text, const struct policy_limit_row *row,
            uint64_t *out, struct err *err)
{
    size_t digits = strspn(text, "0123456789");
    const char *name = text + digits;
    const struct unit *unit = find_unit(name, row->unit);
    if (digits == 0 || (unit == NULL && strspn(name, ".,-+ ") > 0))
        return err_set(err, ERR_USAGE, 0,
                       "--%s \"%s\" is not a whole number with a unit (%s): "
                       "write, for example, --%s %s",
                       row->name, text, kinds[row->unit].names, row->name,
                       row->example);
    if (unit == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "--%s \"%s\" has no unit%s%s (%s): write, for "
                       "example, --%s %s",
                       row->name, text, *name ? " of " : "",
                       *name ? kinds[row->unit].word : "",
                       kinds[row->unit].names, row->name, row->example);
    if (digits > DIGITS_MAX)
        return out_of_range(text, row, err);
    uint64_t number = 0;
    for (size_t i = 0; i < digits; i++)
        number = 10 * number + (uint64_t)(text[i] - '0');
    if (number > UINT64_MAX / unit->factor ||
        number * unit->factor < row->lowest ||
        number * unit->factor > row->highest)
        return out_of_range(text, row, err);
    *out = number * unit->factor;
    return 0;
}
