/* A result in the form that a system for courses wants. */
#ifndef IMMURE_GRADE_SHOW_H
#define IMMURE_GRADE_SHOW_H

#include <jansson.h>

#include "host/err.h"

/* ERR_USAGE, with the names there are, for one that is none of them. */
int grade_format_check(const char *format, struct err *err);

/* Print it; of hidden tests no form but json has message or output. */
int grade_show(const char *format, const char *tests, const json_t *result,
               struct err *err);

#endif
