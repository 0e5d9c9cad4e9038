/* immure grade --report: a class at a glance, one HTML page. */
#ifndef IMMURE_GRADE_REPORT_H
#define IMMURE_GRADE_REPORT_H

#include "host/cli/grade_tally.h"

/* Write the page to path, in the place of what is there.  It needs nothing
 * from elsewhere and runs no script; what comes from submissions is text in
 * it, whatever it says. */
int grade_report(const struct tally *t, const char *tests, const char *path,
                 struct err *err);

#endif
