/* JSON as text of ASCII. */
#ifndef IMMURE_JSON_TEXT_H
#define IMMURE_JSON_TEXT_H

#include <jansson.h>

#include "host/buf.h"

/* Append what json_dumps() writes with JSON_ENSURE_ASCII and
 * JSON_REAL_PRECISION(6).  Ours because that calls snprintf(3) for each
 * character beyond ASCII: half a second for an output of 16 MB. */
int json_text_add(struct buf *out, const json_t *value, struct err *err);

#endif
