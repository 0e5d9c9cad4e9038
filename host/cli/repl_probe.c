/* :probe, immure's own attacks against guests of the policy in effect. */
#include <jansson.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/output.h"
#include "host/cli/repl.h"
#include "host/cli/trials.h"

struct probe {
    const struct repl *repl;
    size_t tried, had_effect;
    bool stopped;
};

static bool
tell(void *arg, size_t i, const json_t *c, const char *why)
{
    struct probe *p = arg;
    struct signalfd_siginfo info;
    char line[640];
    p->tried = i + 1;
    if (why != NULL) {
        p->had_effect++;
        snprintf(line, sizeof line, "%s: %s",
                 json_string_value(json_object_get(c, "name")), why);
        repl_print_head(p->repl, line);
    }
    p->stopped = read(p->repl->signals, &info, sizeof info) == sizeof info;
    return !p->stopped;
}

int
repl_probe(struct repl *r, const char **words, struct err *err)
{
    static const char *const question[] = {"attacks", NULL};
    struct probe probe = {.repl = r};
    OWNED_ANSWER answer = {0};
    char line[160];
    (void)words;
    if (desk_ask(&r->desk, question, &answer, err) != 0)
        return -1;
    json_t *cases = json_loads(answer.text, 0, NULL);
    size_t n = json_array_size(cases);
    snprintf(line, sizeof line, "%zu attacks; ^C stops", n);
    repl_print(r, line);
    int done = trials_run(r->policy, cases, tell, &probe, err);
    json_decref(cases);
    if (done != 0)
        return -1;
    snprintf(line, sizeof line, "%s%zu of %zu tried, %zu had an effect",
             probe.stopped ? "stopped: " : "", probe.tried, n,
             probe.had_effect);
    repl_print(r, line);
    return 0;
}
