#include "host/cli/grading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/cleanup.h"

enum {
    CALLS_MAX = 1000000, /* of one grader's guest, or a student's test */
    TESTS_MAX = 10000,
    TEST_MS_MAX = 600000,
    POINTS_MAX = 1000000,
};

#define BYTES_MAX (1024u << 20)

static const char tests_name[] = "tests.py";
static const char student_name[] = "submission.py";
static const char end_question[] = "{\"op\": \"end\"}";

/* Of the grader's guest, which waits for the student's most of its time. */
static const struct immure_limits grader_limits = {
    .cpu_ms = 120000,
    .wall_ms = 3600000,
    .memory = 512u << 20,
    .output = 1u << 20,
    .files = 16u << 20,
};

static const struct immure_grant grader_grants[] = {
    {"test", TESTS_MAX, BYTES_MAX},
    {"ask", CALLS_MAX, BYTES_MAX},
    {"tell", TESTS_MAX, BYTES_MAX},
};

static const struct immure_grant student_grants[] = {
    {"next", CALLS_MAX, BYTES_MAX},
};

/* Python that the zygote of a grading policy has imported. */
static const char *const modules[] = {"immure_data", "immure_grade",
                                      "immure_runner", "immure_student",
                                      "immure_traces"};

static uint64_t
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

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
    g->asked = g->handed = false;
    g->due_ms = 0;
    (void)immure_answer(g->grader, g->ask, IMMURE_ANSWER_ERROR, g->verdict,
                        strlen(g->verdict), NULL);
}

/* The student's guest ends here, whatever it does. */
static void
drop_guest(struct grading *g)
{
    immure_free(g->guest);
    free(g->question);
    g->guest = NULL;
    g->question = NULL;
    g->waits = g->guest_over = g->ending = g->unruly = g->handed = false;
    g->due_ms = 0;
}

/* The test is lost. */
static void
lose_guest(struct grading *g, const char *verdict)
{
    snprintf(g->verdict, sizeof g->verdict, "%s", verdict);
    drop_guest(g);
    if (g->asked)
        answer_died(g);
}

static void start_test(struct grading *g);

static void
hand_over(struct grading *g, const void *data, size_t len)
{
    g->waits = false;
    g->handed = true;
    answer(g->guest, g->next, data, len);
}

/* What came of a test, by the grader's guest; how long it took, by us. */
static void
take_told(struct grading *g, json_t *told)
{
    char at[32];
    json_t *place = json_object_get(told, "at");
    if (g->plan == NULL || !json_is_integer(place))
        return;
    snprintf(at, sizeof at, "%lld", (long long)json_integer_value(place));
    json_object_set_new(told, "ms",
                        json_integer((json_int_t)(now_ms() - g->begun_ms)));
    json_object_set(g->marked, at, told);
}

/* {"ms", "fresh", "told"}: a test begins, and what came of the one before. */
static void
on_test(struct grading *g, const void *data, size_t len)
{
    json_t *head = json_loadb(data, len, 0, NULL);
    json_t *told = json_object_get(head, "told");
    json_int_t ms = json_integer_value(json_object_get(head, "ms"));
    take_told(g, told);
    g->begun_ms = now_ms();
    g->test_ms = ms < 0 ? 0 : ms < TEST_MS_MAX ? (uint64_t)ms : TEST_MS_MAX;
    snprintf(g->verdict, sizeof g->verdict, "internal");
    if (g->waits && !json_is_true(json_object_get(head, "fresh"))) {
        g->ending = true;
        hand_over(g, end_question, sizeof end_question - 1);
        g->handed = false;
    } else {
        drop_guest(g);
        start_test(g);
    }
    json_decref(head);
    answer(g->grader, g->ask, "", 0);
}

/* MS, a line feed, and the question. */
static void
on_ask(struct grading *g, const char *data, size_t len)
{
    const char *line = memchr(data, '\n', len);
    g->asked = true;
    if (g->guest == NULL || line == NULL) {
        answer_died(g);
        return;
    }
    const char *question = line + 1;
    size_t left = len - (size_t)(question - data);
    g->call_ms = strtoul(data, NULL, 10);
    g->due_ms = g->call_ms > 0 ? now_ms() + g->call_ms : 0;
    if (g->waits) {
        hand_over(g, question, left);
        return;
    }
    free(g->question);
    g->question = malloc(left + 1);
    g->question_len = left;
    if (g->question == NULL)
        lose_guest(g, "internal");
    else
        memcpy(g->question, question, left);
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
    else
        take_told(g, facts);
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
    if (strcmp(function, "test") == 0)
        on_test(g, data, len);
    else if (strcmp(function, "ask") == 0)
        on_ask(g, data, len);
    else
        on_tell(g, data, len);
}

/* The answer to the question that was handed over, and the wait for the next.
 * What comes when nobody has asked is nobody's. */
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
    if (g->ending) {
        g->unruly = true;
    } else if (g->handed) {
        g->asked = g->handed = false;
        g->due_ms = 0;
        answer(g->grader, g->ask, data, len);
    } else if (g->question != NULL) {
        hand_over(g, g->question, g->question_len);
        free(g->question);
        g->question = NULL;
    }
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

/* One test: a step of the session that is there, or of a new one. */
static int
step(struct grading *g)
{
    static const char code[] =
        "import immure_student\nimmure_student.serve('submission.py')\n";
    const struct immure_events events = {
        .called = on_student, .done = on_guest_done, .arg = g};
    const struct immure_file file = {student_name,
                                     {g->student->data, g->student->len}};
    struct immure_job job = {
        .code = {code, sizeof code - 1},
        .files = &file,
        .nfiles = g->guest == NULL,
        .filename = "grade",
        .grants = student_grants,
        .ngrants = 1,
        .limits = g->exam->limits,
    };
    /* A machine that is busy with others must cost nobody marks. */
    g->used = g->guest != NULL;
    if (g->test_ms > 0) {
        job.limits.cpu_ms = g->test_ms;
        job.limits.wall_ms = 2 * g->test_ms + 1000;
    }
    if (g->guest == NULL && immure_session(g->exam->im, g->exam->policy,
                                           &events, &g->guest, NULL) != 0)
        return -1;
    return immure_step(g->guest, &job, NULL);
}

static void
start_test(struct grading *g)
{
    if (step(g) == 0)
        return;
    /* The session that was there is over. */
    immure_free(g->guest);
    g->guest = NULL;
    if (step(g) != 0)
        lose_guest(g, "internal");
}

int
grading_start(struct grading *g, const struct grade_exam *exam,
              const struct grade_text *student, struct immure_err *err)
{
    static const char code[] =
        "import immure_runner\nimmure_runner.main('tests.py')\n";
    const struct immure_file file = {tests_name,
                                     {exam->tests.data, exam->tests.len}};
    const struct immure_events events = {
        .called = on_grader, .done = on_grader_done, .arg = g};
    const struct immure_job job = {
        .code = {code, sizeof code - 1},
        .files = &file,
        .nfiles = 1,
        .filename = "grade",
        .grants = grader_grants,
        .ngrants = sizeof grader_grants / sizeof *grader_grants,
        .limits = grader_limits,
    };
    *g = (struct grading){
        .exam = exam, .student = student, .marked = json_object()};
    return immure_submit(exam->im, exam->policy, &job, &events, &g->grader,
                         err);
}

/* A step of the student's is over: as it was told, or by what its guest did;
 * only the first may leave the guest to another test. */
static void
take_guest(struct grading *g)
{
    struct immure_result result = {0};
    const char *word = "internal";
    bool ending = g->ending, well = false, told = false;
    g->guest_over = g->waits = g->ending = false;
    if (immure_wait(g->guest, &result, NULL) == 0) {
        told = true;
        well = result.verdict == IMMURE_OK;
        word = well ? "exit" : immure_verdict_name(result.verdict);
    }
    immure_result_clear(&result);
    /* A guest can end itself between two tests: that costs it neither. */
    bool between = !told && g->used && !g->handed;
    if (!ending && !between) {
        lose_guest(g, word);
        return;
    }
    if (!well) {
        immure_free(g->guest);
        g->guest = NULL;
    }
    start_test(g);
}

bool
grading_turn(struct grading *g)
{
    if (g->unruly) {
        char *question = g->question; /* the next test's already, */
        uint64_t due_ms = g->due_ms;  /* whose time has begun */
        g->question = NULL;
        drop_guest(g);
        g->question = question;
        g->due_ms = due_ms;
        start_test(g);
    }
    if (g->guest_over)
        take_guest(g);
    if (g->due_ms > 0 && g->due_ms <= now_ms())
        lose_guest(g, "wall");
    return g->grader_over;
}

int
grading_patience(const struct grading *g)
{
    uint64_t now = now_ms();
    if (g->due_ms == 0)
        return -1;
    return g->due_ms > now ? (int)(g->due_ms - now) : 0;
}

static void
set_text(json_t *object, const char *key, const json_t *text)
{
    const char *s = json_string_value(text);
    json_object_set_new(object, key, json_string(s ? s : ""));
}

/* To four places: what is written of it is what it is. */
static double
points_of(const json_t *object, const char *key, double most)
{
    double points = json_number_value(json_object_get(object, key));
    points = points > 0 ? points < most ? points : most : 0;
    return (double)(uint64_t)(points * 10000 + 0.5) / 10000;
}

/* A test of the plan, and what was told of it, if anything was. */
static json_t *
mark(const json_t *planned, const json_t *told, const char *grader)
{
    json_t *test = json_object();
    double max = points_of(planned, "max", POINTS_MAX);
    double points = points_of(told, "points", max);
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
    json_object_set_new(
        test, "ms",
        json_integer(json_integer_value(json_object_get(told, "ms"))));
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
        char at[32];
        snprintf(at, sizeof at, "%zu", i);
        json_t *test = mark(planned, json_object_get(g->marked, at), grader);
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
    int line = line_of(exception);
    char where[32] = "";
    if (line > 0)
        snprintf(where, sizeof where, ", line %d", line);
    return err_set(err, ERR_POLICY, 0,
                   "%.100s%s: the tests ended with %s: %.60s: %.200s",
                   g->exam->tests.name, where, verdict,
                   type ? type : "no exception", text ? text : "");
}

/* A test that was lost by immure's own doing is no mark. */
static int
check_marks(const struct grading *g, const char *verdict, struct err *err)
{
    const char *at;
    json_t *told;
    bool failed = strcmp(verdict, "internal") == 0;
    json_object_foreach(g->marked, at, told) {
        const char *word = json_string_value(json_object_get(told, "verdict"));
        failed |= word != NULL && strcmp(word, "internal") == 0;
    }
    return failed ? err_set(err, ERR_SYSTEM, 0, "\"%.100s\": a guest was lost",
                            g->student->name)
                  : 0;
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
    else if (check_marks(g, verdict, err) != 0)
        done = -1;
    else if ((*out = sum_up(g, facts, verdict)) == NULL)
        done = err_set(err, ERR_MEMORY, 0, "out of memory");
    json_decref(facts);
    return done;
}

void
grading_clear(struct grading *g)
{
    drop_guest(g);
    immure_free(g->grader);
    json_decref(g->plan);
    json_decref(g->marked);
    *g = (struct grading){0};
}

char *
grading_policy(const char *json, struct err *err)
{
    json_t *policy = json_loads(json, 0, NULL);
    json_t *allow =
        json_object_get(json_object_get(policy, "modules"), "allow");
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        (void)json_array_append_new(allow, json_string(modules[i]));
    char *text = json_dumps(policy, 0);
    json_decref(policy);
    if (text == NULL)
        err_set(err, ERR_MEMORY, 0, "out of memory");
    return text;
}
