/* Which modules a job is going to import, read from its text.
 *
 * A hint saves time and decides nothing: a zygote that makes one guest imports
 * what is hinted before its jail closes, and the rest of the library when it
 * is asked for.  What comes out are names of the whitelist, each once and in
 * the list's order: nothing of the job's text goes to a zygote. */
#ifndef IMMURE_LIB_HINTS_H
#define IMMURE_LIB_HINTS_H

#include "host/lib/immure.h"

struct err;

/* Names that guests may import, sorted; generated from modules.list. */
extern const char *const hint_names[];
extern const size_t hint_names_count;

/* "json,math" for the code of job and its files that are Python; malloc'd, ""
 * for none.  NULL: it has means to import by a text that it makes, so that
 * everything may be wanted. */
int hints_find(const struct immure_job *job, char **out, struct err *err);

#endif
