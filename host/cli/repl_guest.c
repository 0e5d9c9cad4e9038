#include "host/cli/repl_guest.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/say.h"
#include "host/policy/policy.h"

/* How long a question may take until it is interrupted, and until its guest
 * is stopped by its limit. */
enum { QUESTION_MS = 300, QUESTION_LIMIT_MS = 1000, GUESTS = 8 };

enum { OUTCOME_TEXT = 512, PRINTED_TEXT = 200 };

static int
fail(const struct immure_err *from, struct err *err)
{
    err_set(err, (enum err_code)from->code, 0, "%s", from->msg);
    err->sys_errno = from->sys_errno;
    return -1;
}

static void
on_output(void *arg, struct immure_call *call, int fd, const void *data,
          size_t len)
{
    struct repl_guest *g = arg;
    if (!g->quiet && call == g->session)
        (void)say_bytes(fd, data, len);
}

static void
on_denied(void *arg, struct immure_call *call, const void *json, size_t len)
{
    struct repl_guest *g = arg;
    if (g->quiet || call != g->session || g->denied == NULL)
        return;
    json_t *denial = json_loadb(json, len, JSON_ALLOW_NUL, NULL);
    if (denial != NULL)
        g->denied(g->denied_arg, denial);
    json_decref(denial);
}

int
guest_open(struct repl_guest *g, int signals, const char *zygote,
           const char *const *zygote_args, struct err *err)
{
    struct immure_err why;
    const struct immure_config config = {
        .guests = GUESTS, .zygote_path = zygote, .zygote_args = zygote_args};
    *g = (struct repl_guest){.signals = signals};
    return immure_open(&config, &g->im, &why) == 0 ? 0 : fail(&why, err);
}

static void
drop_sessions(struct repl_guest *g)
{
    immure_free(g->session);
    immure_free(g->helper);
    g->session = g->helper = NULL;
}

static void
forget_inputs(struct repl_guest *g)
{
    for (size_t i = 0; i < g->ninputs; i++) {
        free(g->inputs[i].code);
        free(g->inputs[i].outcome);
    }
    free(g->inputs);
    g->inputs = NULL;
    g->ninputs = 0;
}

void
guest_close(struct repl_guest *g)
{
    drop_sessions(g);
    forget_inputs(g);
    immure_close(g->im);
    *g = (struct repl_guest){0};
}

int
guest_use(struct repl_guest *g, const char *policy_json, struct err *err)
{
    OWNED_POLICY policy = {0};
    struct immure_err why;
    if (policy_parse(&policy, policy_json, err) != 0)
        return -1;
    drop_sessions(g);
    if (g->open)
        (void)immure_policy_close(g->im, g->policy, NULL);
    g->open = false;
    const struct policy_value *l = policy.limits;
    g->limits = (struct immure_limits){
        l[POLICY_CPU].value,    l[POLICY_WALL].value,
        l[POLICY_MEMORY].value, l[POLICY_OUTPUT].value,
        l[POLICY_FILES].value,  l[POLICY_FUEL_LIMIT].value};
    if (immure_policy_open(g->im, policy_json, &g->policy, &why) != 0)
        return fail(&why, err);
    g->open = true;
    return 0;
}

static int
need(struct repl_guest *g, struct immure_call **session, struct err *err)
{
    const struct immure_events events = {
        .output = on_output, .denied = on_denied, .arg = g};
    struct immure_err why;
    if (*session != NULL ||
        immure_session(g->im, g->policy, &events, session, &why) == 0)
        return 0;
    return fail(&why, err);
}

/* Let things happen until the step is over; ^C, or the time, interrupts it.
 * Returns whether ^C came. */
static bool
attend(struct repl_guest *g, struct immure_call *call, int ms)
{
    bool interrupted = false;
    while (!immure_is_done(call)) {
        struct pollfd p[2] = {{.fd = immure_fd(g->im), .events = POLLIN},
                              {.fd = g->signals, .events = POLLIN}};
        struct signalfd_siginfo info;
        int n = poll(p, 2, ms);
        bool signaled = n > 0 && p[1].revents != 0 &&
                        read(g->signals, &info, sizeof info) > 0;
        interrupted = interrupted || signaled;
        if (n == 0 || signaled)
            (void)immure_interrupt(call, NULL);
        if (n == 0)
            ms = -1; /* its limits are next */
        if (immure_dispatch(g->im, 0, NULL) != 0)
            break;
    }
    return interrupted;
}

static int
step(struct repl_guest *g, struct immure_call *call,
     const struct immure_job *job, int ms, struct immure_result *out,
     bool *out_interrupted, struct immure_err *why)
{
    if (immure_step(call, job, why) != 0)
        return -1;
    *out_interrupted = attend(g, call, ms);
    return immure_wait(call, out, why);
}

/* A limit that stopped the process, a signal, or an exit: nothing of the guest
 * is left.  sys.exit(0) looks like any end; the next step meets it. */
static bool
is_deadly(const struct immure_result *result)
{
    return result->signal != 0 || result->verdict == IMMURE_EXIT ||
           result->verdict == IMMURE_KILLED ||
           result->verdict == IMMURE_CRASHED ||
           result->verdict == IMMURE_INTERNAL ||
           result->verdict == IMMURE_OUTPUT ||
           result->verdict == IMMURE_MEMORY;
}

static const char *
text(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : "";
}

/* In quotes, control characters escaped; malloc'd or NULL. */
static char *
quoted(const char *s)
{
    json_t *value = json_string(s);
    char *out = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    json_decref(value);
    return out;
}

/* "denied by rule posix.system", "ok, printed \"2\\n\"". */
static char *
outcome_of(const struct immure_result *result)
{
    char out[OUTCOME_TEXT];
    json_t *root = json_loads(result->json, JSON_ALLOW_NUL, NULL);
    const json_t *exception = json_object_get(root, "exception");
    json_t *denials = json_object_get(root, "denials");
    const json_t *denial =
        json_array_get(denials, json_array_size(denials) - 1);
    size_t n = (size_t)snprintf(out, sizeof out, "%s",
                                immure_verdict_name(result->verdict));
    if (result->verdict == IMMURE_DENIED && denial != NULL)
        n += (size_t)snprintf(out + n, sizeof out - n, " by rule %.100s",
                              text(denial, "rule"));
    else if (json_is_object(exception))
        n += (size_t)snprintf(out + n, sizeof out - n, ": %.40s: %.100s",
                              text(exception, "type"),
                              text(exception, "message"));
    OWNED_STR printed = quoted(text(root, "stdout"));
    if (printed != NULL && printed[2] != '\0')
        snprintf(out + n, sizeof out - n, ", printed %.*s", PRINTED_TEXT,
                 printed);
    json_decref(root);
    return strdup(out);
}

static int
add_input(struct repl_guest *g, const char *code, bool program,
          struct err *err)
{
    struct input *grown = realloc(g->inputs, (g->ninputs + 1) * sizeof *grown);
    if (grown == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    g->inputs = grown;
    g->inputs[g->ninputs++] =
        (struct input){.code = strdup(code), .program = program};
    return 0;
}

static int
run_input(struct repl_guest *g, const struct input *input, size_t number,
          struct immure_result *out, bool *out_interrupted,
          struct immure_err *why)
{
    char name[32];
    snprintf(name, sizeof name, "<input %zu>", number);
    const struct immure_job job = {.code = {input->code, strlen(input->code)},
                                   .filename = name,
                                   .limits = g->limits,
                                   .interactive = !input->program};
    return step(g, g->session, &job, -1, out, out_interrupted, why);
}

int
guest_run(struct repl_guest *g, const char *code, bool program, bool keep,
          struct immure_result *out, bool *out_dead, struct err *err)
{
    struct immure_err why;
    bool interrupted;
    const struct input given = {.code = (char *)(uintptr_t)code,
                                .program = program};
    if (need(g, &g->session, err) != 0)
        return -1;
    if (run_input(g, &given, g->ninputs + 1, out, &interrupted, &why) != 0) {
        immure_free(g->session);
        g->session = NULL;
        return fail(&why, err);
    }
    *out_dead = is_deadly(out);
    if (*out_dead) {
        immure_free(g->session);
        g->session = NULL;
    }
    if (!keep)
        return 0;
    if (add_input(g, code, program, err) != 0)
        return -1;
    g->inputs[g->ninputs - 1].outcome = outcome_of(out);
    g->inputs[g->ninputs - 1].deadly = *out_dead;
    return 0;
}

bool
guest_mark_last(struct repl_guest *g, size_t end)
{
    for (size_t i = end; i-- > 0;)
        if (!g->inputs[i].deadly) {
            g->inputs[i].deadly = true;
            return true;
        }
    return false;
}

/* Another guest, in the state before input `end`. */
static int replay_to(struct repl_guest *g, size_t end, bool all,
                     guest_changed *changed, void *arg, bool *out_stopped,
                     struct err *err);

static int
go_back(struct repl_guest *g, size_t end, bool *out_stopped, struct err *err)
{
    immure_free(g->session);
    g->session = NULL;
    return replay_to(g, end, false, NULL, NULL, out_stopped, err);
}

/* From the first to `end`, of those that may run. */
static int
replay_to(struct repl_guest *g, size_t end, bool all, guest_changed *changed,
          void *arg, bool *out_stopped, struct err *err)
{
    struct immure_err why;
    for (size_t i = 0; i < end && !*out_stopped; i++) {
        struct input *input = &g->inputs[i];
        struct immure_result result;
        if (input->deadly && !all)
            continue;
        if (need(g, &g->session, err) != 0)
            return -1;
        if (run_input(g, input, i + 1, &result, out_stopped, &why) != 0) {
            if (why.code != IMMURE_ERR_GONE || !guest_mark_last(g, i))
                return fail(&why, err);
            if (go_back(g, i, out_stopped, err) != 0)
                return -1;
            i--;
            continue;
        }
        char *now = outcome_of(&result);
        input->deadly = is_deadly(&result);
        immure_result_clear(&result);
        if (changed != NULL && now != NULL && input->outcome != NULL &&
            strcmp(now, input->outcome) != 0)
            changed(arg, i + 1, input->outcome, now, input->code);
        free(input->outcome);
        input->outcome = now;
        if (!input->deadly)
            continue;
        if (go_back(g, i, out_stopped, err) != 0)
            return -1;
    }
    return 0;
}

int
guest_replay(struct repl_guest *g, bool all, guest_changed *changed, void *arg,
             bool *out_stopped, struct err *err)
{
    immure_free(g->session);
    g->session = NULL;
    *out_stopped = false;
    g->quiet = true;
    int done = replay_to(g, g->ninputs, all, changed, arg, out_stopped, err);
    g->quiet = false;
    return done;
}

int
guest_reset(struct repl_guest *g, struct err *err)
{
    immure_free(g->session);
    g->session = NULL;
    forget_inputs(g);
    return need(g, &g->session, err);
}

/* exec(QUESTION, {"_given": GIVEN, "_space": globals()}): no name of it stays
 * in the guest. */
static char *
question_code(const char *question, const char *given)
{
    OWNED_STR asked = quoted(question);
    OWNED_STR word = quoted(given);
    char *code = NULL;
    if (asked == NULL || word == NULL ||
        asprintf(&code, "exec(%s, {'_given': %s, '_space': globals()})", asked,
                 word) < 0)
        return NULL;
    return code;
}

int
guest_ask(struct repl_guest *g, bool session, const char *question,
          const char *given, char **out, struct err *err)
{
    struct immure_call **call = session ? &g->session : &g->helper;
    OWNED_STR code = question_code(question, given);
    struct immure_result result;
    struct immure_err why;
    bool interrupted, quiet = g->quiet;
    *out = strdup("");
    if (code == NULL || *out == NULL || need(g, call, err) != 0)
        return 0;
    struct immure_job job = {.code = {code, strlen(code)},
                             .filename = "<question>",
                             .limits = g->limits};
    job.limits.wall_ms = QUESTION_LIMIT_MS;
    g->quiet = true;
    int done = step(g, *call, &job, QUESTION_MS, &result, &interrupted, &why);
    g->quiet = quiet;
    bool dead = done != 0 || is_deadly(&result);
    if (done == 0 && result.verdict == IMMURE_OK) {
        json_t *root = json_loads(result.json, JSON_ALLOW_NUL, NULL);
        free(*out);
        *out = strdup(text(root, "stdout"));
        json_decref(root);
    }
    if (done == 0)
        immure_result_clear(&result);
    if (dead && !session) { /* the session's own death is told by its step */
        immure_free(*call);
        *call = NULL;
    }
    return 0;
}
