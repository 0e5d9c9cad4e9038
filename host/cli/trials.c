#include "host/cli/trials.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/cleanup.h"
#include "host/lib/immure.h"
#include "host/policy/policy.h"

/* More are under way than run, so that none is waited for. */
enum { AT_ONCE = 2, UNDER_WAY = 8, WHY_TEXT = 512 };
enum { ATTACK_CPU_MS = 2000, ATTACK_WALL_MS = 5000 };

static const char *
text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* --- judging -------------------------------------------------------------- */

static bool
is_denied_by(const json_t *result, const char *rule)
{
    size_t i;
    json_t *denial;
    json_array_foreach(json_object_get(result, "denials"), i, denial)
        if (strcmp(text(denial, "rule"), rule) == 0)
            return true;
    return false;
}

static bool
assertion_holds(const json_t *c, const json_t *result, char why[WHY_TEXT])
{
    const char *verdict = text(c, "verdict"), *rule = text(c, "rule");
    const char *output = text(c, "output"), *got = text(result, "verdict");
    const char *printed = text(result, "stdout");
    if (rule != NULL && !is_denied_by(result, rule)) {
        snprintf(why, WHY_TEXT, "%s was not denied: the verdict is %s", rule,
                 got);
        return false;
    }
    if (verdict != NULL && strcmp(verdict, got) != 0) {
        snprintf(why, WHY_TEXT, "the verdict is %s, not %s", got, verdict);
        return false;
    }
    if (output == NULL || strcmp(output, printed ? printed : "") == 0)
        return true;
    snprintf(why, WHY_TEXT, "it printed \"%.200s\", not \"%.200s\"",
             printed ? printed : "", output);
    return false;
}

/* The line of the output that begins with one of the effects, or NULL. */
static const char *
find_effect(const json_t *effects, const char *output)
{
    size_t i;
    json_t *effect;
    for (const char *line = output; line != NULL && *line != '\0';) {
        const char *at = line + strspn(line, " \t");
        json_array_foreach(effects, i, effect) {
            const char *head = json_string_value(effect);
            if (strncmp(at, head, strlen(head)) == 0)
                return at;
        }
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return NULL;
}

static bool
attack_fails(const json_t *c, const json_t *result, char why[WHY_TEXT])
{
    const json_t *effects = json_object_get(c, "effects");
    const char *had = find_effect(effects, text(result, "stdout"));
    if (had == NULL)
        had = find_effect(effects, text(result, "stderr"));
    if (had != NULL) {
        snprintf(why, WHY_TEXT, "it had its effect: %.*s",
                 (int)strcspn(had, "\n"), had);
        return false;
    }
    if (!json_is_true(json_object_get(c, "sound")) ||
        strcmp(text(result, "verdict"), "crashed") != 0)
        return true;
    snprintf(why, WHY_TEXT, "it made memory unsound: the guest crashed");
    return false;
}

static bool
is_attack(const json_t *c)
{
    return strcmp(text(c, "kind"), "attack") == 0;
}

static bool
holds(const json_t *c, const json_t *result, char why[WHY_TEXT])
{
    return is_attack(c) ? attack_fails(c, result, why)
                        : assertion_holds(c, result, why);
}

/* --- running -------------------------------------------------------------- */

struct trials {
    const json_t *cases;
    struct immure *im;
    unsigned policy;
    struct immure_limits limits;
    struct immure_call *calls[UNDER_WAY]; /* of case i: at i % UNDER_WAY */
    size_t submitted;
};

static void
trials_clear(struct trials *t)
{
    for (size_t i = 0; i < UNDER_WAY; i++)
        immure_free(t->calls[i]);
    immure_close(t->im);
}

static int
failed(struct err *err, const struct immure_err *why)
{
    return err_set(err, ERR_WALL, 0, "%s", why->msg);
}

static uint64_t
lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static struct immure_limits
limits_for(const struct trials *t, const json_t *c)
{
    struct immure_limits limits = t->limits;
    if (is_attack(c)) {
        limits.cpu_ms = lesser(limits.cpu_ms, ATTACK_CPU_MS);
        limits.wall_ms = lesser(limits.wall_ms, ATTACK_WALL_MS);
    }
    return limits;
}

static int
submit(struct trials *t, struct err *err)
{
    const json_t *c = json_array_get(t->cases, t->submitted);
    const char *code = text(c, "code");
    const struct immure_job job = {.code = {code, strlen(code)},
                                   .limits = limits_for(t, c)};
    struct immure_err why;
    if (immure_submit(t->im, t->policy, &job, NULL,
                      &t->calls[t->submitted % UNDER_WAY], &why) != 0)
        return failed(err, &why);
    t->submitted++;
    return 0;
}

static int
judge(struct trials *t, size_t i, trials_told *tell, void *arg,
      bool *out_goes_on, struct err *err)
{
    const json_t *c = json_array_get(t->cases, i);
    struct immure_call **call = &t->calls[i % UNDER_WAY];
    struct immure_result result;
    struct immure_err cause;
    char why[WHY_TEXT] = "its result is no JSON";
    if (immure_wait(*call, &result, &cause) != 0)
        return failed(err, &cause);
    json_t *root = json_loads(result.json, JSON_ALLOW_NUL, NULL);
    bool held = root != NULL && holds(c, root, why);
    *out_goes_on = tell(arg, i, c, held ? NULL : why);
    json_decref(root);
    immure_result_clear(&result);
    immure_free(*call);
    *call = NULL;
    return 0;
}

/* What attacks look for in the environment of those who run them. */
static int
set_canary(struct err *err)
{
    char canary[32];
    unsigned long random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        return err_set(err, ERR_SYSTEM, errno, "draw a random number");
    snprintf(canary, sizeof canary, "canary-%016lx", random);
    if (setenv("JAIL_CANARY", canary, 1) != 0)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return 0;
}

static int
start(struct trials *t, const char *policy_json, struct err *err)
{
    const struct immure_config config = {.guests = AT_ONCE};
    struct immure_err why;
    OWNED_POLICY policy = {0};
    if (policy_parse(&policy, policy_json, err) != 0 || set_canary(err) != 0)
        return -1;
    const struct policy_value *l = policy.limits;
    t->limits = (struct immure_limits){
        l[POLICY_CPU].value,    l[POLICY_WALL].value,
        l[POLICY_MEMORY].value, l[POLICY_OUTPUT].value,
        l[POLICY_FILES].value,  l[POLICY_FUEL_LIMIT].value};
    if (immure_open(&config, &t->im, &why) != 0 ||
        immure_policy_open(t->im, policy_json, &t->policy, &why) != 0)
        return failed(err, &why);
    return 0;
}

int
trials_run(const char *policy_json, const json_t *cases, trials_told *tell,
           void *arg, struct err *err)
{
    __attribute__((cleanup(trials_clear))) struct trials t = {.cases = cases};
    size_t n = json_array_size(cases);
    bool goes_on = true;
    if (start(&t, policy_json, err) != 0)
        return -1;
    for (size_t i = 0; i < n && goes_on; i++) {
        while (t.submitted < n && t.submitted < i + UNDER_WAY)
            if (submit(&t, err) != 0)
                return -1;
        if (judge(&t, i, tell, arg, &goes_on, err) != 0)
            return -1;
    }
    return 0;
}
