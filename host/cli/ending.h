/* From a result to an exit status, and to lines for people. */
#ifndef IMMURE_ENDING_H
#define IMMURE_ENDING_H

#include "host/lib/immure.h"

int ending_status(const struct immure_result *result);

/* One line on stderr for what is not the program's own doing: a limit, a
 * kill, a crash. */
void ending_say(const struct immure_result *result);

/* --explain: each denial with its line, rule and fix, on stderr. */
void ending_explain(const struct immure_result *result);

#endif
