/* Times and sizes as people write them: 500ms 2s 1m, 64K 256M 1G (binary).
 * A number without a unit is refused: 256 could be bytes, kilobytes or a
 * typing error. */
#ifndef IMMURE_UNITS_H
#define IMMURE_UNITS_H

#include "host/policy/policy.h"

enum { UNITS_TEXT = 32 };

/* Read one limit and check its range; the message says what to write. */
int units_parse(const char *text, const struct policy_limit_row *row,
                uint64_t *out, struct err *err);

/* The largest unit that leaves a whole number: 1M, 1500ms.  Returns buf. */
const char *units_show(uint64_t value, enum policy_unit unit,
                       char buf[UNITS_TEXT]);

#endif
