#include "host/wall/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/wall/attempts.h"
#include "host/wall/layers.h"
#include "host/wall/probe_cgroup.h"
#include "host/wall/rlimits.h"
#include "host/wall/uids.h"

enum { STATUS_BROKEN = 125 };

/* From the confined process, one a packet. */
struct report {
    enum { REPORT_FAILED, REPORT_UP, REPORT_ASK, REPORT_DONE } kind;
    unsigned held;  /* REPORT_UP */
    int missing;    /* REPORT_UP: of the layer in question */
    int value;      /* REPORT_ASK: a place; REPORT_DONE: the outcome */
    struct err err; /* REPORT_FAILED */
};

static void
tell(const struct report *report)
{
    (void)fd_send(PROBE_SOCK, report, sizeof *report, NULL, 0, NULL);
}

bool
probe_ask_changed(unsigned place)
{
    const struct report ask = {.kind = REPORT_ASK, .value = (int)place};
    char answer = 0;
    tell(&ask);
    return read(PROBE_SOCK, &answer, 1) == 1 && answer != 0;
}

/* --- the confined process ----------------------------------------------- */

static _Noreturn void
fail(const struct err *err)
{
    const struct report report = {.kind = REPORT_FAILED, .err = *err};
    tell(&report);
    _exit(STATUS_BROKEN);
}

/* Go on in a fork, as a guest does; the zygote waits for it. */
static void
fork_guest(void)
{
    pid_t pid = fork();
    if (pid == 0)
        return;
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    _exit(0);
}

/* Plain system calls at the end: the seal lets through neither sendmsg(2), nor
 * what exit(3) does. */
static _Noreturn void
confined(const struct outside *outside, enum wall_layer layer, unsigned layers)
{
    const unsigned at_seal = WALL_BIT(WALL_SECCOMP) | WALL_BIT(WALL_DUMPABLE);
    struct wall wall = {.skip = ~layers, .uids = uids_range(outside->uids)};
    struct wall_guest_limits limits = probe_limits;
    struct err err;
    limits.uid = outside->uid;
    if (wall_enter_namespaces(&wall, &err) != 0 ||
        wall_close_root(&wall, &err) != 0)
        fail(&err);
    fork_guest();
    if (wall_guest(&wall, &limits, &err) != 0)
        fail(&err);
    if ((layers & at_seal) != 0 && wall_seal(&wall, &err) != 0)
        fail(&err);
    struct report report = {
        .kind = REPORT_UP, .held = wall.held, .missing = wall.missing[layer]};
    (void)!write(PROBE_SOCK, &report, sizeof report);
    report.kind = REPORT_DONE;
    report.value = attempt_rows[layer].attempt(outside, &wall);
    (void)!write(PROBE_SOCK, &report, sizeof report);
    _exit(0);
}

/* --- outside ------------------------------------------------------------ */

struct tried {
    bool failed; /* the layers did not go up: */
    struct err err;
    bool up;
    unsigned held;
    int missing;
    int value; /* as probe_result's before and after */
};

struct devices {
    dev_t of[PROBE_PLACES];
};

static struct devices
look(void)
{
    struct devices now = {{0}};
    struct stat st;
    for (unsigned i = 0; i < PROBE_PLACES; i++)
        now.of[i] = stat(probe_places[i], &st) == 0 ? st.st_dev : 0;
    return now;
}

static void
take(struct tried *tried, int sock, const struct report *report,
     const struct devices *before)
{
    switch (report->kind) {
    case REPORT_FAILED:
        tried->failed = true;
        tried->err = report->err;
        return;
    case REPORT_UP:
        tried->up = true;
        tried->held = report->held;
        tried->missing = report->missing;
        return;
    case REPORT_ASK: {
        const struct devices now = look();
        unsigned i = (unsigned)report->value % PROBE_PLACES;
        char changed = now.of[i] != before->of[i];
        (void)!write(sock, &changed, 1);
        return;
    }
    case REPORT_DONE:
        tried->value = report->value;
        return;
    }
}

static void
reap_all(void)
{
    while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR)
        continue;
}

/* Put up these layers in a child, as far as they can be had, and try what
 * `layer` stops. */
static int
try_layer(const struct outside *outside, enum wall_layer layer,
          unsigned layers, struct tried *out, struct err *err)
{
    int pair[2];
    if (fd_seqpacket_pair(pair, err) != 0)
        return -1;
    OWNED_FD ours = pair[0], theirs = pair[1];
    const struct devices before = look();
    struct report report;
    struct fd_message message;
    *out = (struct tried){.value = PROBE_DIED};
    pid_t pid = fork();
    if (pid < 0)
        return err_set(err, ERR_SYSTEM, errno, "fork a probe");
    if (pid == 0) {
        close(take_fd(&ours));
        if (dup2(theirs, PROBE_FD) < 0 || dup2(PROBE_FD, PROBE_SOCK) < 0)
            _exit(STATUS_BROKEN);
        confined(outside, layer, layers);
    }
    close(take_fd(&theirs));
    while (fd_recv(ours, &report, sizeof report, &message, NULL) == 0 &&
           message.len == sizeof report)
        take(out, ours, &report, &before);
    close(take_fd(&ours));
    reap_all();
    return 0;
}

static void
judge(const struct tried *tried, enum wall_layer layer,
      struct probe_result *out)
{
    out->after = tried->value;
    out->missing = tried->missing;
    if (tried->failed || !tried->up) {
        out->state = PROBE_NO_EFFECT;
        out->after = PROBE_UNTRIED;
        snprintf(out->detail, sizeof out->detail, "%s",
                 tried->failed ? tried->err.msg
                               : "the process that put it up died");
    } else if ((tried->held & WALL_BIT(layer)) == 0) {
        out->state = PROBE_ABSENT;
        out->after = PROBE_UNTRIED;
    } else {
        out->state = tried->value == 0 ? PROBE_NO_EFFECT : PROBE_HOLDS;
    }
}

int
probe_layer(const struct outside *outside, enum wall_layer layer,
            struct probe_result *out, struct err *err)
{
    const struct attempt_row *row = &attempt_rows[layer];
    struct tried tried;
    if (layer == WALL_CGROUP)
        return probe_cgroup(out, err);
    *out = (struct probe_result){.before = PROBE_UNTRIED};
    if (!row->harms) {
        if (try_layer(outside, layer, row->needs, &tried, err) != 0)
            return -1;
        out->before = tried.up ? tried.value : PROBE_UNTRIED;
    }
    if (try_layer(outside, layer, row->needs | WALL_BIT(layer), &tried, err) !=
        0)
        return -1;
    judge(&tried, layer, out);
    if (layer == WALL_OWN_UID && outside->uids == NULL)
        snprintf(out->detail, sizeof out->detail, "%s", outside->uids_why.msg);
    return 0;
}

const char *
probe_tries(enum wall_layer layer)
{
    return attempt_rows[layer].tries;
}

/* --- what is outside ---------------------------------------------------- */

static int
listen_at(int family, const void *address, socklen_t len)
{
    OWNED_FD fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, address, len) != 0 || listen(fd, 64) != 0)
        return -1;
    return take_fd(&fd);
}

static void
open_sockets(struct outside *o)
{
    socklen_t len = sizeof o->tcp;
    o->tcp = (struct sockaddr_in){.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    o->tcp_fd = listen_at(AF_INET, &o->tcp, sizeof o->tcp);
    if (o->tcp_fd >= 0)
        (void)getsockname(o->tcp_fd, (struct sockaddr *)&o->tcp, &len);
    /* Bound to no name: the kernel gives it an abstract one. */
    o->abstract.sun_family = AF_UNIX;
    o->abstract_fd = listen_at(AF_UNIX, &o->abstract, sizeof(sa_family_t));
    o->abstract_len = sizeof o->abstract;
    if (o->abstract_fd >= 0)
        (void)getsockname(o->abstract_fd, (struct sockaddr *)&o->abstract,
                          &o->abstract_len);
}

int
outside_new(struct outside **out, struct err *err)
{
    struct outside *o = calloc(1, sizeof *o);
    struct utsname name;
    struct timespec up;
    if (o == NULL || setenv("IMMURE_PROBE", "secret", 1) != 0) {
        free(o);
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    o->secret = getenv("IMMURE_PROBE");
    o->pid = getpid();
    open_sockets(o);
    /* Gone with the last process that has it attached. */
    o->shm_id = shmget(IPC_PRIVATE, 4096, 0666);
    o->shm = o->shm_id < 0 ? (void *)-1 : shmat(o->shm_id, NULL, 0);
    if (o->shm_id >= 0)
        (void)shmctl(o->shm_id, IPC_RMID, NULL);
    if (uname(&name) == 0)
        snprintf(o->node, sizeof o->node, "%s", name.nodename);
    if (clock_gettime(CLOCK_BOOTTIME, &up) == 0)
        o->up = up.tv_sec;
    *out = o;
    if (rlimits_end_real_time(NULL, err) != 0 ||
        uids_find(&o->uids, &o->uids_why, err) != 0 ||
        (o->uids != NULL && uids_take(o->uids, &o->uid, err) != 0)) {
        outside_free(o);
        return -1;
    }
    return 0;
}

void
outside_free(struct outside *o)
{
    if (o == NULL)
        return;
    cleanup_fd(&o->tcp_fd);
    cleanup_fd(&o->abstract_fd);
    if (o->shm != (void *)-1)
        shmdt(o->shm);
    uids_free(o->uids);
    free(o);
}
