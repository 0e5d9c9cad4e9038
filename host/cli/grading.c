#include "host/cli/grading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"

enum {
    FILES_MAX = 8,
    CALLS_MAX = 1000000, /* of one grader's guest, or a student's */
    TESTS_MAX = 10000,
    TEST_MS_MAX = 600000,
};

#define BYTES_MAX (1024u << 20)

static const char tests_name[] = "tests.py";

/* Of the grader's guest, which waits for the student's most of its time. */
static const struct immure_limits grader_limits = {
    .cpu_ms = 120000,
    .wall_ms = 3600000,
    .memory = 512u << 20,
    .output = 1u << 20,
    .files = 16u << 20,
};

static const struct immure_grant grader_grants[] = {
    {"open", CALLS_MAX, BYTES_MAX},
    {"ask", CALLS_MAX, BYTES_MAX},
    {"tell", TESTS_MAX + 1, BYTES_MAX},
};

static const struct immure_grant student_grants[] = {
    {"next", CALLS_MAX, BYTES_MAX},
};

static void
answer(struct immure_call *call, uint32_t serial, const void *data, size_t len)
{
    (void)immure_answer(call, serial, IMMURE_ANSWER_VALUE, data, len, NULL);
}

/* The grader's question will have no answer: what became of the student's
 * guest stands in its place. */
static void
answer_died(struct grading *g)
{
    g->asked = false;
    (void)immure_answer(g->grader, g->ask, IMMURE_ANSWER_ERROR, g->verdict,
                        strlen(g->verdict), NULL);
}

/* Our Python files, and one of the caller's under a name of ours. */
static size_t
fill_files(struct immure_file files[FILES_MAX], const char *name,
           const struct grade_text *own)
{
    size_t n = 0;
    for (; n < grade_file_count; n++)
        files[n] = (struct immure_file){
            grade_files[n].name,
            {grade_files[n].text, strlen(grade_files[n].text)}};
    files[n++] = (struct immure_file){name, {own->data, own->len}};
    return n;
}

static int start_guest(struct grading *g, uint64_t ms, struct immure_err *err);

/* A guest of the test before ends here, whatever it does. */
static void
on_open(struct grading *g, const char *data, size_t len)
{
    char text[16] = "";
    struct immure_err err;
    snprintf(text, sizeof text, "%.*s", (int)len, data);
    unsigned long ms = strtoul(text, NULL, 10);
    immure_free(g->guest);
    g->guest = NULL;
    g->waits = g->guest_over = false;
    if (start_guest(g, ms < TEST_MS_MAX ? ms : TEST_MS_MAX, &err) == 0)
        return;
    strcpy(g->verdict, "internal");
    answer_died(g);
}

/* A guest that does not wait has ended: grading_turn() says of what. */
static void
on_ask(struct grading *g, const void *data, size_t len)
{
    if (g->guest == NULL) {
        answer_died(g);
    } else if (g->waits) {
        g->waits = false;
        answer(g->guest, g->next, data, len);
    }
}

static void
on_tell(struct grading *g, const void *data, size_t len)
{
    json_t *told = json_loadb(data, len, 0, NULL);
    const char *what = json_string_value(json_array_get(told, 0));
    json_t *facts = json_array_get(told, 1);
    json_t *tests = json_object_get(facts, "tests");
    if (what != NULL && strcmp(what, "plan") == 0 && g->plan == NULL &&
        json_is_array(tests))
        g->plan = json_incref(tests);
    else if (g->plan != NULL && json_is_object(facts))
        json_array_append(g->marked, facts);
    json_decref(told);
    answer(g->grader, g->ask, "", 0);
}

static void
on_grader(void *arg, struct immure_call *call, const char *function,
          uint32_t serial, const void *data, size_t len)
{
    struct grading *g = arg;
    (void)call;
    g->ask = serial;
    g->asked = strcmp(function, "tell") != 0;
    if (strcmp(function, "open") == 0)
        on_open(g, data, len);
    else if (strcmp(function, "ask") == 0)
        on_ask(g, data, len);
    else
        on_tell(g, data, len);
}

/* The answer to the question that is open, and the wait for the next.  What
 * comes when nobody has asked is nobody's. */
static void
on_student(void *arg, struct immure_call *call, const char *function,
           uint32_t serial, const void *data, size_t len)
{
    struct grading *g = arg;
    (void)function;
    if (call != g->guest)
        return;
    g->next = serial;
    g->waits = true;
    if (!g->asked)
        return;
    g->asked = false;
    answer(g->grader, g->ask, data, len);
}

static void
on_guest_done(void *arg, struct immure_call *call)
{
    struct grading *g = arg;
    if (call == g->guest)
        g->guest_over = true;
}

static void
on_grader_done(void *arg, struct immure_call *call)
{
    struct grading *g = arg;
    (void)call;
    g->grader_over = true;
}

static int
start_guest(struct grading *g, uint64_t ms, struct immure_err *err)
{
    static const char code[] =
        "import immure_student\nimmure_student.main('submission.py')\n";
    struct immure_file files[FILES_MAX];
    const struct immure_events events = {
        .called = on_student, .done = on_guest_done, .arg = g};
    struct immure_job job = {
        .code = {code, sizeof code - 1},
        .files = files,
        .nfiles = fill_files(files, "submission.py", g->student),
        .filename = "grade",
        .grants = student_grants,
        .ngrants = 1,
        .limits = g->exam->limits,
    };
    if (ms > 0)
        job.limits.wall_ms = job.limits.cpu_ms = ms;
    return immure_submit(g->exam->im, g->exam->policy, &job, &events,
                         &g->guest, err);
}

int
grading_start(struct grading *g, const struct grade_exam *exam,
              const struct grade_text *student, struct immure_err *err)
{
    static const char code[] =
        "import immure_runner\nimmure_runner.main('tests.py')\n";
    struct immure_file files[FILES_MAX];
    const struct immure_events events = {
        .called = on_grader, .done = on_grader_done, .arg = g};
    const struct immure_job job = {
        .code = {code, sizeof code - 1},
        .files = files,
        .nfiles = fill_files(files, tests_name, &exam->tests),
        .filename = "grade",
        .grants = grader_grants,
        .ngrants = sizeof grader_grants / sizeof *grader_grants,
        .limits = grader_limits,
    };
    *g = (struct grading){
        .exam = exam, .student = student, .marked = json_array()};
    return immure_submit(exam->im, exam->policy, &job, &events, &g->grader,
                         err);
}

/* What the test is told of a student's guest that ended. */
static void
take_guest(struct grading *g)
{
    struct immure_result result = {0};
    const char *word = "internal";
    g->guest_over = g->waits = false;
    if (immure_wait(g->guest, &result, NULL) == 0)
        word = result.verdict == IMMURE_OK
                   ? "exit"
                   : immure_verdict_name(result.verdict);
    snprintf(g->verdict, sizeof g->verdict, "%s", word);
    immure_result_clear(&result);
    immure_free(g->guest);
    g->guest = NULL;
    if (g->asked)
        answer_died(g);
}

bool
grading_turn(struct grading *g)
{
    if (g->guest_over)
        take_guest(g);
    return g->grader_over;
}

static void
set_text(json_t *object, const char *key, const json_t *text)
{
    const char *s = json_string_value(text);
    json_object_set_new(object, key, json_string(s ? s : ""));
}

/* A test of the plan, and what was told of it, if anything was. */
static json_t *
mark(const json_t *planned, const json_t *told, const char *grader)
{
    json_t *test = json_object();
    double max = json_number_value(json_object_get(planned, "max"));
    double points = json_number_value(json_object_get(told, "points"));
    points = points < 0 ? 0 : points > max ? max : points;
    set_text(test, "name", json_object_get(planned, "name"));
    json_object_set_new(test, "passed", json_boolean(told && points == max));
    json_object_set_new(test, "points", json_real(points));
    json_object_set_new(test, "max", json_real(max));
    json_object_set_new(
        test, "hidden",
        json_boolean(json_is_true(json_object_get(planned, "hidden"))));
    set_text(test, "verdict", json_object_get(told, "verdict"));
    if (told == NULL)
        json_object_set_new(test, "verdict",
                            json_sprintf("tests: %s", grader));
    set_text(test, "message", json_object_get(told, "message"));
    set_text(test, "output", json_object_get(told, "output"));
    return test;
}

static json_t *
sum_up(const struct grading *g, const json_t *facts, const char *grader)
{
    double score = 0, max = 0;
    size_t i;
    json_t *planned, *tests = json_array();
    json_array_foreach(g->plan, i, planned) {
        json_t *test = mark(planned, json_array_get(g->marked, i), grader);
        score += json_number_value(json_object_get(test, "points"));
        max += json_number_value(json_object_get(test, "max"));
        json_array_append_new(tests, test);
    }
    return json_pack("{s:s, s:O, s:o, s:f, s:f}", "student", g->student->name,
                     "id", json_object_get(facts, "id"), "tests", tests,
                     "score", score, "max", max);
}

/* The innermost line of the tests in a traceback; 0: none. */
static int
line_of(const json_t *exception)
{
    size_t i;
    json_t *frame;
    json_int_t line = 0;
    json_array_foreach(json_object_get(exception, "frames"), i, frame) {
        const char *file = json_string_value(json_object_get(frame, "file"));
        if (file != NULL && strcmp(file, "/job/tests.py") == 0)
            line = json_integer_value(json_object_get(frame, "line"));
    }
    return (int)line;
}

/* The tests did not get as far as their plan. */
static int
fail_tests(const struct grading *g, const json_t *facts, const char *verdict,
           struct err *err)
{
    const json_t *exception = json_object_get(facts, "exception");
    const char *type = json_string_value(json_object_get(exception, "type"));
    const char *text =
        json_string_value(json_object_get(exception, "message"));
    return err_set(err, ERR_POLICY, 0,
                   "%.100s, line %d: the tests ended with %s: %.60s: %.200s",
                   g->exam->tests.name, line_of(exception), verdict,
                   type ? type : "no exception", text ? text : "");
}

int
grading_result(struct grading *g, json_t **out, struct err *err)
{
    struct immure_result result = {0};
    struct immure_err failed;
    if (immure_wait(g->grader, &result, &failed) != 0)
        return err_set(err, (enum err_code)failed.code, 0, "%s", failed.msg);
    const char *verdict = immure_verdict_name(result.verdict);
    json_t *facts = json_loads(result.json, 0, NULL);
    immure_result_clear(&result);
    int done = 0;
    if (g->plan == NULL)
        done = fail_tests(g, facts, verdict, err);
    else if ((*out = sum_up(g, facts, verdict)) == NULL)
        done = err_set(err, ERR_MEMORY, 0, "out of memory");
    json_decref(facts);
    return done;
}

void
grading_clear(struct grading *g)
{
    immure_free(g->guest);
    immure_free(g->grader);
    json_decref(g->plan);
    json_decref(g->marked);
    *g = (struct grading){0};
}
