/* What many results have in common: pass rates, times, errors. */
#ifndef IMMURE_GRADE_TALLY_H
#define IMMURE_GRADE_TALLY_H

#include <jansson.h>
#include <stddef.h>

#include "host/err.h"

enum { TALLY_SLOWEST = 15 };

struct tally {
    size_t count; /* of results */
    double score, max;
    /* Arrays, in the order of coming:
     * {"name", "max", "points", "seen", "passed", "verdicts": {word: number},
     *  "ms": [number]}
     * {"name", "score", "max", "tests": [{"name", "verdict", "part"}]} */
    json_t *tests, *students;
    json_t *names;  /* {name of a test: its place} */
    json_t *errors; /* {text: {"count", "tests": {name: number}, "student"}} */
    json_t
        *slowest; /* [{"student", "test", "verdict", "ms"}], slowest first */
};

/* ERR_MEMORY. */
int tally_init(struct tally *t, struct err *err);

/* Count a result of immure grade. */
void tally_add(struct tally *t, const json_t *result);

/* The table of tests, on stdout. */
void tally_print(const struct tally *t);

/* The word for most of a test's failures, or "". */
const char *tally_most(const json_t *test);

void tally_clear(struct tally *t);

#endif
