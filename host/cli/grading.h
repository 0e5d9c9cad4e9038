/* One submission, marked: two guests, and calls carried between them.
 *
 *     grader's guest  --open, ask-->  here  --answer to next-->  student's
 *                     <--answer-----        <--next------------  guest
 *
 * The grader's guest runs the tests; each test gets a fresh guest with the
 * student's code (grade/immure_student.py), which asks for its next question
 * and so gives the answer to the last.  What they say to each other passes
 * through unread.  Marks are what the grader's guest tells. */
#ifndef IMMURE_GRADING_H
#define IMMURE_GRADING_H

#include <jansson.h>
#include <stdbool.h>

#include "host/err.h"
#include "host/lib/immure.h"

struct grade_text {
    const char *name; /* of the file, without folders */
    char *data;       /* malloc'd */
    size_t len;
};

/* What all submissions have in common. */
struct grade_exam {
    struct immure *im;
    unsigned policy;
    struct immure_limits limits; /* of the student's code in one test */
    struct grade_text tests;
};

struct grading {
    const struct grade_exam *exam;
    const struct grade_text *student;
    struct immure_call *grader, *guest; /* owned; guest: the student's */
    bool asked;                         /* the grader waits for an answer */
    bool waits; /* the student's guest for a question */
    bool guest_over, grader_over;
    uint32_t ask, next;    /* their serials */
    char verdict[16];      /* of a student's guest that ended */
    json_t *plan, *marked; /* arrays: as told */
};

int grading_start(struct grading *g, const struct grade_exam *exam,
                  const struct grade_text *student, struct immure_err *err);

/* After each immure_dispatch(): true when it is over. */
bool grading_turn(struct grading *g);

/* {"student", "id", "tests", "score", "max"}, a new reference.  ERR_POLICY
 * when the tests themselves are wrong. */
int grading_result(struct grading *g, json_t **out, struct err *err);

void grading_clear(struct grading *g);

/* host/cli/grade/ *.py, made into C by the build. */
struct grade_file {
    const char *name, *text;
};
extern const struct grade_file grade_files[];
extern const size_t grade_file_count;

#endif
