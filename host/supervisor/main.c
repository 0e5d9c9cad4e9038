/* immure-supervisor [--host | --once] [--guests N] [--audit FILE]
 *                   ZYGOTE NAME [ARGS...]
 * immure-supervisor --doctor
 *
 * Descriptor 3 is the client.  Policies and jobs come in; output, and then
 * one result or one failure for each job, go out (docs/protocol.md).  It
 * never runs Python, and is the tracer and an ancestor of every guest.  When
 * the client is gone, so is all of this: nothing outlives it.
 *
 * --once: a guest is asked for when there is a job, and none waits. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/supervisor/audit.h"
#include "host/supervisor/doctor.h"
#include "host/supervisor/front.h"
#include "host/supervisor/front_calls.h"
#include "host/supervisor/trace.h"
#include "host/wall/uids.h"

enum {
    STATUS_USAGE = 125,
    GUESTS_MAX = 64,
    GUESTS_MOST = 10000,
    BROKER_LOOK_MS = 1,
};

struct supervisor {
    struct event_base *base;
    struct front front;
    struct guests guests;
    struct audit audit;
    const char *audit_path;  /* or NULL */
    int signals, client_pid; /* descriptors, owned; -1 */
    struct event *signal_event, *client_event, *tick;
};

static void
stop(struct supervisor *s)
{
    s->front.over = true;
    event_base_loopbreak(s->base);
}

static void
on_client_end(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    stop(arg);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct supervisor *s = arg;
    struct pool *pool;
    (void)fd;
    (void)what;
    front_check_brokers(&s->front, run_now_ns());
    if (s->front.once || s->front.host)
        return;
    TAILQ_FOREACH(pool, &s->guests.pools, entry)
    pool_tick(pool);
}

static void
reap_children(struct supervisor *s)
{
    int status;
    struct rusage usage;
    pid_t pid;
    while ((pid = wait4(-1, &status, WNOHANG | __WALL, &usage)) > 0 ||
           (pid < 0 && errno == EINTR)) {
        if (pid < 0)
            continue;
        struct guest *guest = guests_find(&s->guests, pid);
        if (guest != NULL)
            run_waited(&guest->run, status, &usage);
        struct pool *pool;
        if (!WIFSTOPPED(status))
            TAILQ_FOREACH(pool, &s->guests.pools, entry)
        if (zygotes_reaped(&pool->zygotes, pid) ||
            broker_link_reaped(pool->broker, pid))
            break;
    }
}

/* One read for all signals that are pending. */
static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
    struct supervisor *s = arg;
    struct signalfd_siginfo info[4];
    (void)what;
    ssize_t n = read(fd, info, sizeof info);
    for (size_t i = 0; n > 0 && i < (size_t)n / sizeof *info; i++)
        if (info[i].ssi_signo != SIGCHLD) {
            stop(s);
            return;
        }
    reap_children(s);
}

static int
watch(struct supervisor *s, struct event **event, int fd,
      event_callback_fn callback, struct err *err)
{
    *event = event_new(s->base, fd, EV_READ | EV_PERSIST, callback, s);
    if (*event == NULL || event_add(*event, NULL) != 0)
        return err_set(err, ERR_MEMORY, 0, "watch descriptor %d", fd);
    return 0;
}

static int
watch_signals(struct supervisor *s, struct err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_SETMASK, &set, NULL) != 0)
        return err_set(err, ERR_SYSTEM, errno, "block signals");
    s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->signals < 0)
        return err_set(err, ERR_SYSTEM, errno, "make a signalfd");
    return watch(s, &s->signal_event, s->signals, on_signal, err);
}

/* The socket ends with the last process that holds it, which may be a child
 * that the client forked and forgot: so its own end is watched as well. */
static int
watch_client(struct supervisor *s, struct err *err)
{
    struct ucred client;
    socklen_t len = sizeof client;
    if (getsockopt(CLIENT_FD, SOL_SOCKET, SO_PEERCRED, &client, &len) != 0)
        return err_set(err, ERR_SYSTEM, errno, "ask for the client's pid");
    s->client_pid = (int)syscall(SYS_pidfd_open, client.pid, 0);
    if (s->client_pid < 0) { /* refused, or it is gone: then nobody asks */
        s->front.over = errno == ESRCH;
        return 0;
    }
    return watch(s, &s->client_event, s->client_pid, on_client_end, err);
}

static int
start_tick(struct supervisor *s, struct err *err)
{
    const struct timeval second = {1, 0};
    s->tick = event_new(s->base, -1, EV_PERSIST, on_tick, s);
    if (s->tick == NULL || event_add(s->tick, &second) != 0)
        return err_set(err, ERR_MEMORY, 0, "set a timer");
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
static void
forget_caller(void)
{
    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL); /* fails where it may, as for SIGKILL */
    fd_close_from(CLIENT_FD + 1, fd_can_close_range() ? 0 : fd_highest());
}

/* Each guest takes four descriptors here. */
static void
raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int
set_up(struct supervisor *s, unsigned guests, struct err *err)
{
    /* A session of its own: ^C is for the program in front. */
    (void)setsid();
    forget_caller();
    raise_descriptors();
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return err_set(err, ERR_SYSTEM, errno, "become a subreaper");
    s->base = new_base();
    if (s->base == NULL)
        return err_set(err, ERR_MEMORY, 0, "make an event loop");
    guests_init(&s->guests, s->base, guests);
    s->guests.audit = &s->audit;
    if (s->audit_path != NULL &&
        audit_open(&s->audit, s->audit_path, err) != 0)
        return -1;
    if (cgroups_find(&s->guests.cgroups, &s->guests.cgroups_why, err) != 0 ||
        uids_find(&s->guests.uids, NULL, err) != 0)
        return -1;
    if (watch_signals(s, err) != 0 || watch_client(s, err) != 0 ||
        start_tick(s, err) != 0)
        return -1;
    return front_init(&s->front, &s->guests, err);
}

/* What an operator's program under immure host left in its process group goes
 * with it; what it moved out of that group is its own. */
static void
end_program(struct supervisor *s)
{
    const struct pool *pool = TAILQ_FIRST(&s->guests.pools);
    const struct zygote *program =
        pool ? TAILQ_FIRST(&pool->zygotes.all) : NULL;
    if (s->front.host && program != NULL)
        (void)kill(-program->group, SIGKILL);
}

static bool
all_gone(const struct supervisor *s)
{
    const struct pool *pool;
    TAILQ_FOREACH(pool, &s->guests.pools, entry)
    if (!pool_is_gone(pool))
        return false;
    return true;
}

/* Whether one is alive, and has not had the time that it may take. */
static bool
any_broker(struct supervisor *s)
{
    struct pool *pool;
    bool any = false;
    TAILQ_FOREACH(pool, &s->guests.pools, entry)
    if (pool->broker != NULL) {
        broker_link_end_late(pool->broker, run_now_ns());
        any = any || !broker_link_is_gone(pool->broker);
    }
    return any;
}

/* Kill all that was started, and wait until it is gone. */
static void
tear_down(struct supervisor *s)
{
    struct pool *pool;
    TAILQ_FOREACH(pool, &s->guests.pools, entry)
    pool_close(pool);
    end_program(s);
    while (!all_gone(s)) {
        siginfo_t info;
        /* A broker that ends by itself is looked after. */
        bool brokers = any_broker(s);
        if (waitid(P_ALL, 0, &info,
                   WEXITED | WSTOPPED | WNOWAIT | __WALL |
                       (brokers ? WNOHANG : 0)) != 0)
            break; /* ECHILD */
        reap_children(s);
        if (brokers)
            (void)poll(NULL, 0, BROKER_LOOK_MS);
    }
    front_clear(&s->front);
    while ((pool = TAILQ_FIRST(&s->guests.pools)) != NULL) {
        TAILQ_REMOVE(&s->guests.pools, pool, entry);
        pool_free(pool);
    }
    guests_clear(&s->guests);
    audit_close(&s->audit);
    cgroups_free(s->guests.cgroups);
    uids_free(s->guests.uids);
    struct event *const events[] = {s->signal_event, s->client_event, s->tick};
    for (int i = 0; i < 3; i++)
        if (events[i] != NULL)
            event_free(events[i]);
    event_base_free(s->base);
}

static int
read_arguments(struct supervisor *s, int argc, char **argv, unsigned *guests)
{
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        char *end;
        if (strcmp(argv[at], "--host") == 0) {
            s->front.host = true;
        } else if (strcmp(argv[at], "--once") == 0) {
            s->front.once = true;
        } else if (strcmp(argv[at], "--audit") == 0 && at + 1 < argc) {
            s->audit_path = argv[++at];
        } else if (strcmp(argv[at], "--guests") == 0 && at + 1 < argc) {
            unsigned long n = strtoul(argv[++at], &end, 10);
            if (*end != '\0' || n < 1 || n > GUESTS_MOST)
                return -1;
            *guests = (unsigned)n;
        } else {
            return -1;
        }
    }
    s->front.zygote_argv = argv + at;
    return at + 1 < argc ? 0 : -1;
}

int
main(int argc, char **argv)
{
    struct supervisor *s = calloc(1, sizeof *s);
    struct err err = {0};
    unsigned guests = GUESTS_MAX;
    if (argc == 2 && strcmp(argv[1], "--doctor") == 0) {
        free(s);
        return doctor_main();
    }
    if (s == NULL || read_arguments(s, argc, argv, &guests) != 0) {
        fprintf(stderr, "immure-supervisor: started by immure, not by "
                        "hand\n");
        free(s);
        return STATUS_USAGE;
    }
    s->signals = s->client_pid = s->audit.fd = -1;
    if (set_up(s, guests, &err) != 0) {
        fprintf(stderr, "immure-supervisor: %s\n", err.msg);
        free(s);
        return STATUS_USAGE;
    }
    while (!s->front.over && event_base_loop(s->base, EVLOOP_ONCE) == 0)
        front_balance(&s->front);
    tear_down(s);
    free(s);
    return 0;
}
