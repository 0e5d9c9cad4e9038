/* Many submissions, a few at a time. */
#ifndef IMMURE_GRADE_BATCH_H
#define IMMURE_GRADE_BATCH_H

#include "host/cli/grading.h"

struct grade_key {
    const char *data; /* borrowed */
    size_t len;       /* 0: no key, no signature */
};

/* Mark every *.py of a folder, each once: results are lines of `out`, each
 * written by one write(2).  Those that are there already are kept, and a line
 * that a crash has cut short is cut off.  Prints a summary. */
int grade_batch(const struct grade_exam *exam, const struct grade_key *key,
                const char *folder, const char *out, unsigned jobs,
                struct err *err);

/* Of grade.c: a whole file, as text of ours. */
int grade_read(const char *path, struct grade_text *out, struct err *err);

/* Of grade.c: give a result its signature, or null. */
int grade_sign(json_t *result, const struct grade_key *key, struct err *err);

#endif
