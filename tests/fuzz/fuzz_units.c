/* Times and sizes; what is read must be shown and read back as the same. */
#include "host/policy/units.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[64], shown[UNITS_TEXT];
    if (size == 0 || size > sizeof text)
        return 0;
    const struct policy_limit_row *row =
        &policy_limit_rows[data[0] % POLICY_LIMIT_COUNT];
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    struct err err = {0};
    uint64_t value = 0, again = 0;
    if (units_parse(text, row, &value, &err) != 0) {
        if (err.msg[0] == '\0')
            abort();
        return 0;
    }
    if (value < row->lowest || value > row->highest)
        abort();
    units_show(value, row->unit, shown);
    if (value != 0 &&
        (units_parse(shown, row, &again, &err) != 0 || again != value))
        abort();
    return 0;
}
