/* immure grade: tests in one guest, the submission in another. */
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/cli.h"
#include "host/cli/grade_batch.h"
#include "host/cli/grade_show.h"
#include "host/cli/grading.h"
#include "host/cli/help.h"
#include "host/cli/output.h"
#include "host/cli/say.h"
#include "host/cli/signing.h"
#include "host/cli/slurp.h"
#include "host/cli/tool.h"

enum {
    TEXT_MAX = 4 << 20,
    KEY_MAX = 4096,
    KEY_MIN = 16,
    JOBS = 2,
    JOBS_MAX = 256
};

struct settings {
    const char *tests, *student, *policy, *format, *key, *batch, *out, *jobs;
    const char *report;
    const char *verify; /* a result's file */
    bool points, help;
};

struct option_text {
    const char *name;
    size_t field; /* offset of a const char * */
};

#define TEXT(name, field)                                                     \
    {                                                                         \
        name, offsetof(struct settings, field)                                \
    }
static const struct option_text texts[] = {
    TEXT("--tests", tests),   TEXT("--student", student),
    TEXT("--policy", policy), TEXT("--format", format),
    TEXT("--key", key),       TEXT("--batch", batch),
    TEXT("--out", out),       TEXT("--jobs", jobs),
    TEXT("--report", report),
};

static const char usage[] =
    "immure grade --tests FILE --student FILE [--format F] [--key FILE], "
    "immure grade --tests FILE --batch DIR --out FILE, or immure grade verify "
    "--key FILE RESULT";

static const char **
find_text(struct settings *set, const char *name)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].name, name) == 0)
            return (const char **)(void *)((char *)set + texts[i].field);
    return NULL;
}

static int
parse(const struct cli *cli, struct settings *out, struct err *err)
{
    int i = 1;
    bool verify = cli->argc > 1 && strcmp(cli->argv[1], "verify") == 0;
    *out = (struct settings){0};
    for (i += verify; i < cli->argc; i++) {
        const char *arg = cli->argv[i];
        const char **text = find_text(out, arg);
        if (text != NULL && *text != NULL)
            return err_set(err, ERR_USAGE, 0, "immure grade: %s twice", arg);
        if (text != NULL && i + 1 < cli->argc)
            *text = cli->argv[++i];
        else if (strcmp(arg, "--points") == 0)
            out->points = true;
        else if (strcmp(arg, "--help") == 0)
            out->help = true;
        else if (verify && arg[0] != '-' && out->verify == NULL)
            out->verify = arg;
        else
            return err_set(err, ERR_USAGE, 0,
                           "immure grade: \"%.100s\" is no option here; "
                           "write %s",
                           arg, usage);
    }
    return 0;
}

/* What belongs together, and what has no effect together. */
static int
check(const struct settings *set, bool verify, struct err *err)
{
    if (verify && (set->key == NULL || set->verify == NULL))
        return err_set(err, ERR_USAGE, 0,
                       "immure grade verify: write immure grade verify --key "
                       "FILE RESULT");
    if (verify)
        return 0;
    if (set->tests == NULL || (set->student == NULL) == (set->batch == NULL))
        return err_set(err, ERR_USAGE, 0, "immure grade: write %s", usage);
    if ((set->batch == NULL) != (set->out == NULL) ||
        (set->batch == NULL && (set->jobs != NULL || set->report != NULL)))
        return err_set(err, ERR_USAGE, 0,
                       "immure grade: --batch DIR and --out FILE go together, "
                       "and --jobs and --report with them");
    if (set->points + (set->format != NULL) + (set->batch != NULL) > 1)
        return err_set(err, ERR_USAGE, 0,
                       "immure grade: --points, --format and --batch have no "
                       "effect together");
    return set->format ? grade_format_check(set->format, err) : 0;
}

int
grade_read(const char *path, struct grade_text *out, struct err *err)
{
    const struct slurp what = {.path = path,
                               .fd = -1,
                               .label = "immure grade: ",
                               .max = TEXT_MAX,
                               .too_large = "over 4M"};
    const char *slash = strrchr(path, '/');
    out->name = slash ? slash + 1 : path;
    json_t *name = json_string(out->name);
    if (name == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "immure grade: \"%.200s\": a name that is not UTF-8 "
                       "can't be in a result: name it otherwise",
                       path);
    json_decref(name);
    return slurp_read(&what, &out->data, &out->len, err);
}

static int
read_key(const char *path, char **out, size_t *out_len, struct err *err)
{
    const struct slurp what = {.path = path,
                               .fd = -1,
                               .label = "immure grade: --key ",
                               .max = KEY_MAX,
                               .too_large = "over 4K"};
    if (slurp_read(&what, out, out_len, err) != 0)
        return -1;
    if (*out_len < KEY_MIN)
        return err_set(err, ERR_USAGE, 0,
                       "immure grade: --key \"%s\" has %zu bytes; a key has "
                       "at least %d (head -c 32 /dev/urandom)",
                       path, *out_len, KEY_MIN);
    return 0;
}

static int
verify(const struct settings *set, int *out_status, struct err *err)
{
    OWNED_STR key = NULL;
    size_t key_len;
    struct grade_text result = {0};
    if (read_key(set->key, &key, &key_len, err) != 0 ||
        grade_read(set->verify, &result, err) != 0)
        return -1;
    json_error_t where;
    json_t *object = json_loadb(result.data, result.len, 0, &where);
    free(result.data);
    if (object == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "immure grade: \"%s\" is not JSON: "
                       "line %d: %s",
                       set->verify, where.line, where.text);
    bool right = signing_verify(object, key, key_len);
    json_decref(object);
    output_print("%s: %s\n", set->verify,
                 right ? "the signature is right" : "NOT SIGNED by this key");
    *out_status = right ? 0 : 1;
    return output_flush(out_status);
}

static int
failed(struct err *err, const struct immure_err *from)
{
    err_set(err, (enum err_code)from->code, 0, "%s", from->msg);
    err->sys_errno = from->sys_errno;
    return -1;
}

static int
set_up(const struct settings *set, struct grade_exam *out, struct err *err)
{
    OWNED_POLICY policy = {0};
    OWNED_STR json = NULL;
    struct immure_err why;
    if (grade_read(set->tests, &out->tests, err) != 0 ||
        tool_policy(set->policy ? set->policy : "grader", NULL, &policy,
                    err) != 0 ||
        (json = grading_policy(policy.json, err)) == NULL)
        return -1;
    const struct policy_value *limits = policy.limits;
    out->limits = (struct immure_limits){
        .cpu_ms = limits[POLICY_CPU].value,
        .wall_ms = limits[POLICY_WALL].value,
        .memory = limits[POLICY_MEMORY].value,
        .output = limits[POLICY_OUTPUT].value,
        .files = limits[POLICY_FILES].value,
        .fuel = limits[POLICY_FUEL_LIMIT].value,
    };
    if (immure_open(NULL, &out->im, &why) != 0 ||
        immure_policy_open(out->im, json, &out->policy, &why) != 0)
        return failed(err, &why);
    return 0;
}

int
grade_sign(json_t *result, const struct grade_key *key, struct err *err)
{
    char text[SIGNATURE_TEXT];
    if (key->len == 0)
        return json_object_set_new(result, "signature", json_null());
    if (signing_sign(result, key->data, key->len, text) != 0)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return json_object_set_new(result, "signature", json_string(text));
}

static int
grade_one(const struct settings *set, const struct grade_exam *exam,
          const struct grade_key *key, struct err *err)
{
    struct grade_text student = {0};
    struct grading g;
    struct immure_err why;
    json_t *result = NULL;
    if (grade_read(set->student, &student, err) != 0)
        return -1;
    int done = grading_start(&g, exam, &student, &why);
    while (done == 0 && !grading_turn(&g))
        done = immure_dispatch(exam->im, grading_patience(&g), &why);
    if (done != 0)
        failed(err, &why);
    else
        done = grading_result(&g, &result, err);
    grading_clear(&g);
    if (done == 0)
        done = grade_sign(result, key, err);
    if (done == 0 && set->points)
        output_print("%g/%g\n",
                     json_number_value(json_object_get(result, "score")),
                     json_number_value(json_object_get(result, "max")));
    else if (done == 0)
        done = grade_show(set->format ? set->format : "json", exam->tests.name,
                          result, err);
    json_decref(result);
    free(student.data);
    return done;
}

static int
read_jobs(const char *text, unsigned *out, struct err *err)
{
    char *end = NULL;
    unsigned long jobs = text ? strtoul(text, &end, 10) : JOBS;
    if (jobs < 1 || jobs > JOBS_MAX || (end != NULL && *end != '\0'))
        return err_set(err, ERR_USAGE, 0,
                       "immure grade: --jobs \"%.50s\" is not from 1 to %d",
                       text, JOBS_MAX);
    *out = (unsigned)jobs;
    return 0;
}

static int
run(const struct settings *set, const struct grade_exam *exam, int *out_status,
    struct err *err)
{
    OWNED_STR data = NULL;
    struct grade_key key = {0};
    if (set->key != NULL && read_key(set->key, &data, &key.len, err) != 0)
        return -1;
    key.data = data;
    *out_status = 0;
    if (set->batch == NULL) {
        if (grade_one(set, exam, &key, err) != 0)
            return -1;
        return output_flush(out_status);
    }
    struct grade_options options = {set->batch, set->out, set->report, 0};
    size_t failed;
    if (read_jobs(set->jobs, &options.jobs, err) != 0 ||
        grade_batch(exam, &key, &options, &failed, err) != 0)
        return -1;
    *out_status = failed > 0;
    return output_flush(out_status);
}

int
cmd_grade(const struct cli *cli, int *out_status, struct err *err)
{
    struct settings set;
    struct grade_exam exam = {0};
    bool verifies = cli->argc > 1 && strcmp(cli->argv[1], "verify") == 0;
    if (parse(cli, &set, err) != 0)
        return -1;
    if (set.help) {
        *out_status = help_grade();
        return 0;
    }
    if (check(&set, verifies, err) != 0)
        return -1;
    if (verifies)
        return verify(&set, out_status, err);
    int done = set_up(&set, &exam, err);
    if (done == 0)
        done = run(&set, &exam, out_status, err);
    immure_close(exam.im);
    free(exam.tests.data);
    return done;
}
