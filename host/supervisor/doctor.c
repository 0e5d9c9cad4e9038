#include "host/supervisor/doctor.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/supervisor/trace.h"
#include "host/wall/probe.h"
#include "host/wall/uids.h"
#include "host/wire/control.h"

enum { STATUS_BROKEN = 125, SECONDS = 60 };

/* --- one guest behind the whole wall ------------------------------------ */

struct report {
    bool up;
    unsigned held;
    int landlock_abi;
    struct err err; /* where it is not up */
};

static const struct wall_guest_limits limits = {
    .data_bytes = 1ull << 46,
    .cpu_seconds = 10,
    .stack_bytes = 8 << 20,
    .nofile = GUEST_FD_COUNT,
};

/* A wall of everything that can be had, and then a call that is not in the
 * table.  Returns only as a failure. */
static int
guest(struct wall *wall, uid_t uid, int sock, struct report *report)
{
    char byte = HELLO_BORN;
    struct fd_message answer;
    struct wall_guest_limits own = limits;
    own.uid = uid;
    if (wall_enter_namespaces(wall, &report->err) != 0 ||
        wall_close_root(wall, &report->err) != 0)
        return -1;
    pid_t pid = fork();
    if (pid != 0) {
        while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        _exit(0);
    }
    if (fd_send(sock, &byte, 1, NULL, 0, &report->err) != 0 ||
        fd_recv(sock, &byte, 1, &answer, &report->err) != 0 ||
        wall_guest(wall, &own, &report->err) != 0 ||
        wall_seal(wall, &report->err) != 0)
        return -1;
    report->up = true;
    report->held = wall->held;
    report->landlock_abi = wall->landlock_abi;
    (void)!write(sock, report, sizeof *report);
    syscall(SYS_getppid);
    return 0;
}

static _Noreturn void
guest_main(int sock, const struct wall_uids *uids, uid_t uid)
{
    struct wall wall = {.uids = *uids};
    struct report report = {0};
    if (dup2(sock, GUEST_FD_REPORT) < 0)
        _exit(STATUS_BROKEN);
    if (guest(&wall, uid, GUEST_FD_REPORT, &report) != 0)
        (void)!write(GUEST_FD_REPORT, &report, sizeof report);
    _exit(STATUS_BROKEN);
}

struct whole {
    struct report report;
    bool traced, named;
};

/* The number that the kernel has for what the guest died of. */
static void
watch(pid_t pid, struct whole *whole)
{
    struct trace_call call = {0};
    int status, end;
    while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
        if (trace_is_exit(status))
            (void)trace_read_exit(pid, &end, &call);
        trace_continue(pid, status, &call);
    }
    whole->named = call.known && call.number == SYS_getppid;
}

static int
serve(int sock, struct whole *whole, struct err *err)
{
    struct fd_message message;
    union {
        char byte;
        struct report report;
    } in;
    pid_t pid = 0;
    whole->report = (struct report){0};
    err_set(&whole->report.err, ERR_GONE, 0,
            "the guest died before it was sealed");
    while (fd_recv(sock, &in, sizeof in, &message, NULL) == 0 &&
           message.len > 0) {
        char go = HELLO_GO;
        if (message.len == sizeof in.report) {
            whole->report = in.report;
            break;
        }
        pid = message.pid;
        if (trace_seize(pid, &whole->traced, err) != 0 ||
            fd_send(sock, &go, 1, NULL, 0, err) != 0)
            return -1;
    }
    if (pid > 0 && whole->traced)
        watch(pid, whole);
    return 0;
}

static int
put_up_whole(struct whole *whole, struct err *err)
{
    int pair[2], on = 1;
    struct uids *uids;
    uid_t uid = 0;
    *whole = (struct whole){0};
    if (fd_seqpacket_pair(pair, err) != 0)
        return -1;
    OWNED_FD ours = pair[0], theirs = pair[1];
    if (setsockopt(ours, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
        return err_set(err, ERR_SYSTEM, errno, "ask for credentials");
    if (uids_find(&uids, NULL, err) != 0)
        return -1;
    if (uids != NULL && uids_take(uids, &uid, err) != 0) {
        uids_free(uids);
        return -1;
    }
    const struct wall_uids range = uids_range(uids);
    pid_t pid = fork();
    if (pid == 0)
        guest_main(theirs, &range, uid);
    close(take_fd(&theirs));
    int done = pid < 0 ? err_set(err, ERR_SYSTEM, errno, "fork a guest")
                       : serve(ours, whole, err);
    uids_free(uids);
    close(take_fd(&ours));
    while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR)
        continue;
    return done;
}

/* --- the report --------------------------------------------------------- */

static json_t *
outcome(int value)
{
    if (value == PROBE_UNTRIED)
        return json_null();
    if (value == PROBE_DIED)
        return json_string("killed");
    return json_string(value == 0 ? "works" : strerror(value));
}

static json_t *
layer_object(enum wall_layer layer, const struct probe_result *p)
{
    static const char *const states[] = {[PROBE_HOLDS] = "holds",
                                         [PROBE_ABSENT] = "absent",
                                         [PROBE_NO_EFFECT] = "no effect"};
    static const char *const floors[] = {[WALL_BEYOND] = "beyond",
                                         [WALL_NEEDED] = "needed",
                                         [WALL_ONE_OF] = "one of"};
    const struct wall_layer_info *info = &wall_layers[layer];
    const char *why = p->detail;
    if (p->state == PROBE_ABSENT && p->missing != 0 && why[0] == '\0')
        why = strerror(p->missing);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s}", "name", info->name,
        "state", states[p->state], "floor", floors[wall_floor_of(layer)],
        "stops", info->stops, "get", info->get, "tries", probe_tries(layer),
        "before", outcome(p->before), "after", outcome(p->after), "why", why);
}

static int
add_layers(json_t *layers, unsigned *out_outside, struct err *err)
{
    struct outside *outside;
    if (outside_new(&outside, err) != 0)
        return -1;
    int done = 0;
    for (int i = 0; i < WALL_LAYER_COUNT && done == 0; i++) {
        struct probe_result result;
        done = probe_layer(outside, (enum wall_layer)i, &result, err);
        if (i == WALL_CGROUP && result.state == PROBE_HOLDS)
            *out_outside = WALL_BIT(WALL_CGROUP);
        if (done == 0)
            json_array_append_new(layers,
                                  layer_object((enum wall_layer)i, &result));
    }
    outside_free(outside);
    return done;
}

static json_t *
trace_object(const struct whole *whole)
{
    const char *state = whole->named    ? "holds"
                        : whole->traced ? "no effect"
                                        : "absent";
    return json_pack("{s:s}", "state", whole->report.up ? state : "untried");
}

static json_t *
examine(struct err *err)
{
    struct utsname name;
    struct whole whole;
    unsigned outside = 0;
    json_t *layers = json_array();
    if (uname(&name) != 0 || add_layers(layers, &outside, err) != 0 ||
        put_up_whole(&whole, err) != 0) {
        json_decref(layers);
        return NULL;
    }
    const struct report *r = &whole.report;
    char names[512];
    const struct wall held = {.held = r->up ? r->held | outside : 0};
    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:i, s:o, s:o}", "kernel",
                     name.release, "machine", name.machine, "runs", r->up,
                     "refusal", r->up ? "" : r->err.msg, "held",
                     wall_held_names(&held, names, sizeof names),
                     "landlock_abi", r->landlock_abi, "trace",
                     trace_object(&whole), "layers", layers);
}

int
doctor_main(void)
{
    struct err err = {0};
    signal(SIGCHLD, SIG_DFL);
    alarm(SECONDS); /* no probe waits that long for anything */
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        err_set(&err, ERR_SYSTEM, errno, "become a subreaper");
    json_t *report = err.code == 0 ? examine(&err) : NULL;
    if (report == NULL) {
        fprintf(stderr, "%s\n", err.msg[0] ? err.msg : "out of memory");
        return STATUS_BROKEN;
    }
    int failed = json_dumpf(report, stdout, JSON_ENSURE_ASCII);
    json_decref(report);
    return failed != 0 || fflush(stdout) != 0 ? STATUS_BROKEN : 0;
}
