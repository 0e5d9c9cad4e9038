#include "host/cli/ending.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/cli/say.h"
#include "host/policy/units.h"

enum { OWN_MAX = 123 };

struct ending {
    int status; /* of immure; -1: the guest's own, -2: 128 and the signal */
    bool told;  /* gets a line on stderr */
};

enum { OWN = -1, SIGNALED = -2 };

/* clang-format off */
static const struct ending endings[] = {
    [IMMURE_OK]       = {0,              false},
    [IMMURE_EXIT]     = {OWN,            false},
    [IMMURE_ERROR]    = {1,              false},
    [IMMURE_DENIED]   = {STATUS_DENIED,  false},
    [IMMURE_CPU]      = {STATUS_LIMIT,   true},
    [IMMURE_WALL]     = {STATUS_LIMIT,   true},
    [IMMURE_MEMORY]   = {STATUS_LIMIT,   true},
    [IMMURE_OUTPUT]   = {STATUS_LIMIT,   true},
    [IMMURE_FUEL]     = {STATUS_LIMIT,   true},
    [IMMURE_KILLED]   = {SIGNALED,       true},
    [IMMURE_CRASHED]  = {SIGNALED,       true},
    [IMMURE_INTERNAL] = {STATUS_NOT_RUN, true},
};
/* clang-format on */

int
ending_status(const struct immure_result *result)
{
    int status = endings[result->verdict].status;
    int own = result->exit_code;
    if (status == OWN)
        return own > 0 && own <= OWN_MAX ? own : 1;
    /* Ended for breaking the protocol, not by a signal: the wall's own. */
    if (status == SIGNALED)
        return STATUS_SIGNAL + (result->signal ? result->signal : SIGSYS);
    return status;
}

static const char *
text(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : "";
}

static uint64_t
number(const json_t *object, const char *key)
{
    double value = json_number_value(json_object_get(object, key));
    return value > 0 ? (uint64_t)value : 0;
}

/* Times stay milliseconds: 500 and 501 are to be compared. */
static void
say_limit(const json_t *result, enum immure_verdict verdict)
{
    const json_t *limit = json_object_get(result, "limit");
    const char *name = immure_verdict_name(verdict);
    uint64_t value = number(limit, "value"), used = number(limit, "used");
    char size[UNITS_TEXT];
    units_show(value, POLICY_SIZE, size);
    if (!json_is_object(limit))
        say("%s limit reached", name);
    else if (verdict == IMMURE_CPU || verdict == IMMURE_WALL)
        say("%s limit of %llu ms reached after %llu ms", name,
            (unsigned long long)value, (unsigned long long)used);
    else if (verdict == IMMURE_OUTPUT)
        say("output limit of %s reached after %llu bytes", size,
            (unsigned long long)used);
    else if (verdict == IMMURE_FUEL)
        say("fuel limit of %s reached", units_show(value, POLICY_FUEL, size));
    else
        say("%s limit of %s reached", name, size);
}

static void
say_killed(const json_t *result)
{
    const json_t *call = json_object_get(result, "syscall");
    const char *why = text(result, "why");
    if (json_is_object(call))
        say("killed by the wall: system call %s (%d)", text(call, "name"),
            (int)json_number_value(json_object_get(call, "number")));
    else if (why[0])
        say("killed: %s", why);
    else
        say("killed by the wall, or by another process");
}

static void
say_crashed(const json_t *result, int sig)
{
    const char *name = sigdescr_np(sig);
    const char *why = text(result, "why");
    say("the interpreter crashed: signal %d (%s)%s%s", sig,
        name ? name : "unknown", why[0] ? ": " : "", why);
}

/* Only what is needed for a line; globals are the guest's, of any size, and
 * their numbers need not fit. */
static json_t *
parse(const struct immure_result *result)
{
    json_error_t where;
    return json_loads(result->json ? result->json : "{}",
                      JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &where);
}

void
ending_say(const struct immure_result *result)
{
    if (!endings[result->verdict].told)
        return;
    json_t *whole = parse(result);
    if (endings[result->verdict].status == STATUS_LIMIT)
        say_limit(whole, result->verdict);
    else if (result->verdict == IMMURE_KILLED)
        say_killed(whole);
    else if (result->verdict == IMMURE_CRASHED)
        say_crashed(whole, result->signal);
    else
        say("failed, and this is immure's fault, not the program's: %s",
            text(whole, "why"));
    json_decref(whole);
}

static void
explain_one(const json_t *denial)
{
    uint64_t line = number(denial, "line"), count = number(denial, "count");
    char where[64] = "", times[64] = "";
    if (line > 0)
        snprintf(where, sizeof where, "line %llu: ", (unsigned long long)line);
    if (count > 1)
        snprintf(times, sizeof times, ", %llu times",
                 (unsigned long long)count);
    say("%s%s was denied%s", where, text(denial, "what"), times);
    say_more("    by:  %s, rule %s", text(denial, "layer"),
             text(denial, "rule"));
    if (text(denial, "fix")[0])
        say_more("    fix: %s", text(denial, "fix"));
}

void
ending_explain(const struct immure_result *result)
{
    json_t *whole = parse(result);
    const json_t *denials = json_object_get(whole, "denials");
    size_t i;
    json_t *denial;
    if (json_array_size(denials) == 0)
        say("nothing was denied");
    json_array_foreach(denials, i, denial)
        explain_one(denial);
    json_decref(whole);
}
