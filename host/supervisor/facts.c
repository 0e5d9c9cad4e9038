#include "host/supervisor/facts.h"

#include <signal.h>
#include <sys/wait.h>

/* clang-format off */
static const struct {
    const char *text;
    enum immure_verdict verdict;
} limits[] = {
    [LIMIT_NONE]   = {"",       IMMURE_OK},
    [LIMIT_CPU]    = {"cpu",    IMMURE_CPU},
    [LIMIT_WALL]   = {"wall",   IMMURE_WALL},
    [LIMIT_MEMORY] = {"memory", IMMURE_MEMORY},
    [LIMIT_OUTPUT] = {"output", IMMURE_OUTPUT},
    [LIMIT_REPORT] = {"report", IMMURE_OUTPUT},
};

/* What an END frame may claim, and the exit status that must go with it. */
static const struct {
    enum immure_verdict verdict;
    int status_min, status_max;
} ends[END_COUNT] = {
    [END_OK]     = {IMMURE_OK,     0,   0},
    [END_EXIT]   = {IMMURE_EXIT,   1,   255},
    [END_ERROR]  = {IMMURE_ERROR,  1,   1},
    [END_DENIED] = {IMMURE_DENIED, 126, 126},
    [END_FUEL]   = {IMMURE_FUEL,   124, 124},
};
/* clang-format on */

const char *
limit_name_text(enum limit_name name)
{
    return limits[name].text;
}

/* SIGXCPU is RLIMIT_CPU's, the backstop behind the supervisor's own timer. */
static enum immure_verdict
verdict_of_signal(int sig)
{
    if (sig == SIGSYS || sig == SIGKILL)
        return IMMURE_KILLED;
    if (sig == SIGXCPU)
        return IMMURE_CPU;
    return IMMURE_CRASHED;
}

static enum immure_verdict
verdict_of_exit(int status, const struct claims *claims)
{
    if (!claims->ended || claims->status != status ||
        status < ends[claims->end].status_min ||
        status > ends[claims->end].status_max)
        return IMMURE_ERROR; /* it ended without, or against, its report */
    return ends[claims->end].verdict;
}

enum immure_verdict
facts_verdict(const struct facts *facts, const struct claims *claims,
              int *out_exit, int *out_signal)
{
    *out_exit = -1;
    *out_signal = 0;
    if (WIFSIGNALED(facts->wait_status))
        *out_signal = WTERMSIG(facts->wait_status);
    else
        *out_exit = WEXITSTATUS(facts->wait_status);
    if (facts->host_failed)
        return IMMURE_INTERNAL;
    if (facts->limit != LIMIT_NONE)
        return limits[facts->limit].verdict;
    if (facts->protocol_broken)
        return IMMURE_KILLED;
    if (*out_signal != 0)
        return verdict_of_signal(*out_signal);
    enum immure_verdict v = verdict_of_exit(*out_exit, claims);
    if (v == IMMURE_ERROR && *out_exit == 0)
        *out_exit = 1; /* silence is never success */
    return v;
}
