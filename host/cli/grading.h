/* One submission, marked: two guests, and calls carried between them.
 *
 *     grader's guest  --test, ask-->  here  --answer to next-->  student's
 *                     <--answer-----        <--next------------  guest
 *
 * The grader's guest runs the tests.  Each test is a step of a session of the
 * student's (grade/immure_student.py), with limits of its own, in which the
 * submission is loaded anew; its guest asks for the next question and so gives
 * the answer to the last.  A step that did not end well is the session's last:
 * a fresh guest takes the next test.  What the two say to each other passes
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
    bool handed;                        /* and its question was handed over */
    bool waits;  /* the student's guest for a question */
    bool ending; /* that guest was told to end its test */
    bool used;   /* that guest has had a test before this one */
    bool unruly; /* and asks for more */
    bool guest_over, grader_over;
    uint32_t ask, next;       /* their serials */
    uint64_t begun_ms;        /* when the test began */
    uint64_t test_ms;         /* 0: as the policy has it */
    uint64_t call_ms, due_ms; /* of a call; when it is too late; 0: none */
    char *question;           /* owned: for a guest that begins */
    size_t question_len;
    char verdict[16]; /* of a student's guest that ended */
    json_t *plan;     /* array, as told */
    json_t *marked;   /* {place in the plan: what was told} */
};

int grading_start(struct grading *g, const struct grade_exam *exam,
                  const struct grade_text *student, struct immure_err *err);

/* After each immure_dispatch(): true when it is over. */
bool grading_turn(struct grading *g);

/* Milliseconds until grading_turn() has something to do at the latest; -1: it
 * has not. */
int grading_patience(const struct grading *g);

/* How numbers are written: short, and as others write them (Python, for one,
 * who checks a signature). */
#define GRADING_NUMBERS JSON_REAL_PRECISION(15)

/* {"student", "id", "tests", "score", "max"}, a new reference.  ERR_POLICY
 * when the tests themselves are wrong; ERR_SYSTEM when immure has failed, so
 * that nothing is known of the submission. */
int grading_result(struct grading *g, json_t **out, struct err *err);

void grading_clear(struct grading *g);

/* The policy with the modules of both guests, which the zygote carries
 * (grade/ *.py); malloc'd. */
char *grading_policy(const char *json, struct err *err);

#endif
