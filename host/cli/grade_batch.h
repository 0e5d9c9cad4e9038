/* Many submissions, a few at a time. */
#ifndef IMMURE_GRADE_BATCH_H
#define IMMURE_GRADE_BATCH_H

#include "host/cli/grading.h"

struct grade_key {
    const char *data; /* borrowed */
    size_t len;       /* 0: no key, no signature */
};

struct grade_options {
    const char *folder, *out;
    const char *report; /* or NULL */
    unsigned jobs;
};

/* Mark every *.py of a folder, each once: results are lines of `out`, each
 * written by one write(2).  Those that are there already are kept, and a line
 * that a crash has cut short is cut off.  Prints a summary, and writes the
 * report.  *out_failed: submissions that have no line, each of them told. */
int grade_batch(const struct grade_exam *exam, const struct grade_key *key,
                const struct grade_options *options, size_t *out_failed,
                struct err *err);

/* Of grade.c: a whole file, as text of ours. */
int grade_read(const char *path, struct grade_text *out, struct err *err);

/* Of grade.c: give a result its signature, or null. */
int grade_sign(json_t *result, const struct grade_key *key, struct err *err);

#endif
