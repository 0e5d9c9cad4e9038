/* immure-supervisor [--host] ZYGOTE NAME [ARGS...]
 * immure-supervisor --doctor
 *
 * Descriptor 3 is the client.  One policy and one job come in; output, and
 * then one result or one failure, go out.  It never runs Python, and is the
 * tracer and an ancestor of every guest.  When the client is gone, so is all
 * of this: nothing outlives it. */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/supervisor/client_link.h"
#include "host/supervisor/doctor.h"
#include "host/supervisor/policy.h"
#include "host/supervisor/run.h"
#include "host/supervisor/trace.h"

enum { STATUS_USAGE = 125, LOST_ZYGOTE_MS = 200 };

extern char **environ;

struct supervisor {
    struct event_base *base;
    struct client_link client;
    struct zygote_link zygote;
    struct event *zygote_event, *child_event, *end_events[3], *lost_timer;
    struct run run;
    bool host;    /* an operator's program in place of a zygote */
    bool running; /* run_start() was called */
    bool answered;
    pid_t group; /* of an operator's program */
    char *const *zygote_argv;
    char *policy_hash;
};

static void
answer_failure(void *arg, const struct err *cause)
{
    struct supervisor *s = arg;
    uint8_t payload[1 + sizeof cause->msg] = {(uint8_t)cause->code};
    size_t len = strnlen(cause->msg, sizeof cause->msg);
    if (s->answered)
        return;
    s->answered = true;
    memcpy(payload + 1, cause->msg, len);
    client_link_send(&s->client, FRAME_FAILURE, payload, 1 + len);
    client_link_last(&s->client);
}

static void
answer_result(void *arg, struct run *run)
{
    struct supervisor *s = arg;
    struct err err;
    OWNED_STR text = NULL;
    const struct job_limits *l = &run->limits;
    const struct immure_limits limits = {l->cpu_ms, l->wall_ms, l->memory,
                                         l->output, l->files};
    const struct result_input in = {
        .facts = &run->facts,
        .claims = &run->claims,
        .out = &run->capture[0],
        .errs = &run->capture[1],
        .limits = &limits,
        .policy = s->policy_hash ? s->policy_hash : "",
        .engine = s->zygote.engine[0] ? s->zygote.engine : "cpython"};
    if (s->answered)
        return;
    if (result_text(&in, &text, &err) != 0) {
        answer_failure(s, &err);
        return;
    }
    s->answered = true;
    client_link_send(&s->client, FRAME_RESULT, text, strlen(text));
    client_link_last(&s->client);
}

static void
on_over(void *arg, struct run *run)
{
    struct supervisor *s = arg;
    int status = run->facts.wait_status;
    bool unexplained = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL &&
                       run->facts.limit == LIMIT_NONE &&
                       !run->facts.protocol_broken && !run->facts.host_failed;
    if (unexplained && s->lost_timer != NULL && !s->host) {
        /* Its zygote may be dying: a pid namespace takes its processes
         * first.  Wait a moment for that news. */
        const struct timeval t = {0, LOST_ZYGOTE_MS * 1000};
        evtimer_add(s->lost_timer, &t);
        return;
    }
    answer_result(s, run);
}

static void
on_lost_timer(evutil_socket_t fd, short what, void *arg)
{
    struct supervisor *s = arg;
    (void)fd;
    (void)what;
    answer_result(s, &s->run);
}

static void
on_guest_output(void *arg, int fd, const void *data, size_t len)
{
    struct supervisor *s = arg;
    client_link_send(&s->client, fd == 1 ? FRAME_STDOUT : FRAME_STDERR, data,
                     len);
}

static void
start_run(struct supervisor *s)
{
    struct err err;
    bool can = s->client.complete && (s->zygote.ready || s->host);
    if (!can || s->running)
        return;
    s->running = true;
    s->run.limits = s->client.limits;
    s->run.job = s->client.job;
    s->client.job = (struct buf){0};
    if (run_start(&s->run, &s->zygote, STDIN_FILENO, &err) != 0)
        answer_failure(s, &err);
}

static void
zygote_gone(struct supervisor *s, const struct err *cause)
{
    if (s->zygote_event != NULL)
        event_free(s->zygote_event);
    s->zygote_event = NULL;
    if (s->host)
        return; /* it closes its end by itself */
    if (!s->running) {
        answer_failure(s, cause);
        return;
    }
    run_lost_zygote(&s->run);
    if (s->run.over)
        answer_result(s, &s->run);
}

static void
on_zygote(evutil_socket_t fd, short what, void *arg)
{
    struct supervisor *s = arg;
    struct control_reply reply;
    struct err err;
    (void)fd;
    (void)what;
    if (zygote_link_read(&s->zygote, &reply, &err) != 0) {
        zygote_gone(s, &err);
        return;
    }
    switch ((enum control_kind)reply.kind) {
    case CONTROL_READY:
        start_run(s);
        return;
    case CONTROL_FAILED:
    case CONTROL_SPAWN_FAILED:
        reply.err.msg[sizeof reply.err.msg - 1] = '\0';
        answer_failure(s, &reply.err);
        return;
    }
}

static void
on_policy(void *arg, const char *json)
{
    struct supervisor *s = arg;
    struct err err;
    OWNED_STR stripped = NULL;
    if (s->zygote.control >= 0)
        return;
    if (policy_for_zygote(json, &stripped, &s->policy_hash, &err) != 0 ||
        zygote_link_start(&s->zygote, s->zygote_argv, s->host ? environ : NULL,
                          stripped, &err) != 0) {
        answer_failure(s, &err);
        return;
    }
    s->group = s->zygote.launcher;
    s->zygote_event = event_new(s->base, s->zygote.control,
                                EV_READ | EV_PERSIST, on_zygote, s);
    if (s->zygote_event == NULL || event_add(s->zygote_event, NULL) != 0) {
        err_set(&err, ERR_MEMORY, 0, "watch the zygote");
        answer_failure(s, &err);
    }
}

static void
on_job(void *arg)
{
    struct supervisor *s = arg;
    struct err err;
    s->run.queued_ns = run_now_ns();
    if (!s->client.has_limits) {
        err_set(&err, ERR_PROTO, 0, "a job without limits");
        answer_failure(s, &err);
        return;
    }
    start_run(s);
}

static void
stop(void *arg)
{
    struct supervisor *s = arg;
    event_base_loopbreak(s->base);
}

static void
on_end_signal(evutil_socket_t sig, short what, void *arg)
{
    (void)sig;
    (void)what;
    stop(arg);
}

static void
child_ended(struct supervisor *s, pid_t pid, int status,
            const struct rusage *usage)
{
    bool guest = s->host ? pid == s->zygote.launcher : pid == s->run.pid;
    if (guest && pid != 0) {
        if (s->host)
            s->zygote.launcher = 0;
        run_exited(&s->run, status, usage);
    } else if (pid == s->zygote.launcher) {
        s->zygote.launcher = 0;
    } else if (pid == s->zygote.pid) {
        s->zygote.pid = 0;
    }
}

static void
on_child(evutil_socket_t sig, short what, void *arg)
{
    struct supervisor *s = arg;
    int status;
    struct rusage usage;
    pid_t pid;
    (void)sig;
    (void)what;
    while ((pid = wait4(-1, &status, WNOHANG | __WALL, &usage)) > 0) {
        if (!WIFSTOPPED(status))
            child_ended(s, pid, status, &usage);
        else if (pid == s->run.pid)
            run_stopped(&s->run, status);
    }
}

static int
watch_signals(struct supervisor *s, struct err *err)
{
    static const int ends[] = {SIGTERM, SIGINT, SIGHUP};
    signal(SIGPIPE, SIG_IGN);
    s->child_event = evsignal_new(s->base, SIGCHLD, on_child, s);
    s->lost_timer = evtimer_new(s->base, on_lost_timer, s);
    if (s->child_event == NULL || s->lost_timer == NULL ||
        evsignal_add(s->child_event, NULL) != 0)
        return err_set(err, ERR_MEMORY, 0, "watch for children");
    for (int i = 0; i < 3; i++) {
        s->end_events[i] = evsignal_new(s->base, ends[i], on_end_signal, s);
        if (s->end_events[i] == NULL ||
            evsignal_add(s->end_events[i], NULL) != 0)
            return err_set(err, ERR_MEMORY, 0, "watch for signals");
    }
    return 0;
}

static struct event_base *
new_base(void)
{
    /* Timers to the microsecond (timerfd), not to the millisecond. */
    struct event_config *config = event_config_new();
    if (config == NULL)
        return NULL;
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

/* Nothing of the caller's process state reaches further: a blocked SIGCHLD
 * would leave guests stopped at their exit event for ever, and a descriptor
 * that was left open would come as far as the zygote. */
static int
forget_caller(struct err *err)
{
    sigset_t none;
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) != 0)
        return err_set(err, ERR_SYSTEM, errno, "unblock signals");
    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL); /* fails where it may, as for SIGKILL */
    if (close_range(CLIENT_FD + 1, ~0u, 0) != 0)
        return err_set(err, ERR_SYSTEM, errno, "close the caller's files");
    return 0;
}

static int
set_up(struct supervisor *s, struct err *err)
{
    const struct client_events client = {.policy = on_policy,
                                         .job = on_job,
                                         .gone = stop,
                                         .sent = stop,
                                         .arg = s};
    const struct run_events run = {.output = on_guest_output,
                                   .over = on_over,
                                   .failed = answer_failure,
                                   .arg = s};
    /* A session of its own: ^C is for the program in front. */
    (void)setsid();
    if (forget_caller(err) != 0)
        return -1;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return err_set(err, ERR_SYSTEM, errno, "become a subreaper");
    s->base = new_base();
    if (s->base == NULL)
        return err_set(err, ERR_MEMORY, 0, "make an event loop");
    if (watch_signals(s, err) != 0 ||
        client_link_init(&s->client, s->base, &client, err) != 0)
        return -1;
    return run_init(&s->run, s->host ? RUN_HOST : RUN_JOB, s->base, &run, err);
}

static void
wait_for(pid_t pid)
{
    int status;
    struct trace_call call;
    while (pid > 0 && waitpid(pid, &status, __WALL) == pid &&
           WIFSTOPPED(status)) /* once more, at its exit event */
        trace_continue(pid, status, &call);
}

/* Kill all that was started, and wait until it is gone.  What an operator's
 * program under immure host left in its process group goes with it; what it
 * moved out of that group is its own. */
static void
end_children(struct supervisor *s)
{
    pid_t guest = s->run.exited ? 0 : s->run.pid;
    pid_t launcher = s->zygote.launcher, zygote = s->zygote.pid;
    if (guest > 0)
        kill(guest, SIGKILL);
    if (s->host && s->group > 0)
        kill(-s->group, SIGKILL);
    zygote_link_end(&s->zygote);
    wait_for(guest);
    wait_for(launcher);
    wait_for(zygote);
}

static void
free_event(struct event **event)
{
    if (*event != NULL)
        event_free(*event);
    *event = NULL;
}

static void
tear_down(struct supervisor *s)
{
    end_children(s);
    run_clear(&s->run);
    client_link_clear(&s->client);
    free_event(&s->zygote_event);
    free_event(&s->child_event);
    free_event(&s->lost_timer);
    for (int i = 0; i < 3; i++)
        free_event(&s->end_events[i]);
    event_base_free(s->base);
    free(s->policy_hash);
}

int
main(int argc, char **argv)
{
    struct supervisor s = {.zygote.control = -1};
    struct err err = {0};
    int at = 1;
    if (argc == 2 && strcmp(argv[1], "--doctor") == 0)
        return doctor_main();
    if (at < argc && strcmp(argv[at], "--host") == 0) {
        s.host = true;
        at++;
    }
    if (at + 1 >= argc) {
        fprintf(stderr, "immure-supervisor: started by immure, not by "
                        "hand\n");
        return STATUS_USAGE;
    }
    s.zygote_argv = argv + at;
    if (set_up(&s, &err) != 0) {
        fprintf(stderr, "immure-supervisor: %s\n", err.msg);
        return STATUS_USAGE;
    }
    event_base_dispatch(s.base);
    tear_down(&s);
    return 0;
}
