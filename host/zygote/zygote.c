#include "host/zygote/zygote.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/wall/cgroup.h"
#include "host/zygote/given.h"
#include "host/zygote/guest.h"
#include "host/zygote/host.h"
#include "host/zygote/interp.h"
#include "host/zygote/keeper.h"
#include "host/zygote/packages.h"
#include "host/zygote/policy.h"

enum { STATUS_BROKEN = 125, POLICY_MAX = 4 << 20 };

struct zygote {
    struct wall wall;
    struct interp *interp;
    struct report report; /* each guest's own copy, after the fork */
    uint64_t data_used;
    bool warmed;
};

static int
reply(enum control_kind kind, uint32_t id, const struct zygote *z,
      const struct err *cause)
{
    struct control_reply r = {.kind = kind,
                              .id = id,
                              .wall_held = z->wall.held,
                              .data_used = z->data_used};
    interp_engine(r.engine, sizeof r.engine);
    if (cause != NULL)
        r.err = *cause;
    return fd_send(CONTROL_FD, &r, sizeof r, NULL, 0, NULL);
}

static int
take_begin(struct wall *wall, struct err *err)
{
    struct control_begin begin;
    struct fd_message message;
    if (fd_recv(CONTROL_FD, &begin, sizeof begin, &message, err) != 0)
        return -1;
    fd_message_clear(&message);
    if (message.len != sizeof begin)
        return err_set(err, ERR_GONE, 0, "the supervisor is gone");
    wall->uids = (struct wall_uids){begin.uids, begin.gids, begin.count};
    return 0;
}

/* Everything a fork inherits: namespaces, the imported library, the closed
 * gate, the empty root. */
static int
set_up(struct zygote *z, const struct layers *layers, const char *only,
       struct err *err)
{
    OWNED_STR policy = NULL;
    OWNED_PACKAGES packages = {0};
    struct given given;
    size_t len;
    /* The interpreter asks for the current folder at its start, and the path
     * stays on the stack that guests inherit (tests/crowd). */
    if (chdir("/") != 0)
        return err_set(err, ERR_SYSTEM, errno, "leave the current folder");
    if (fd_read_all(CONTROL_FD_POLICY, POLICY_MAX, &policy, &len, err) != 0 ||
        packages_read(&packages, err) != 0 || given_map(&given, err) != 0 ||
        take_begin(&z->wall, err) != 0)
        return -1;
    close(CONTROL_FD_POLICY);
    z->wall.skip = layers->wall_skip;
    if (policy_required_layers(policy, &z->wall.require, err) != 0 ||
        wall_enter_namespaces(&z->wall, err) != 0)
        return -1;
    /* The kill signal for a dead parent was armed in the new process; a
     * supervisor that died before that has closed its end. */
    struct pollfd parent = {.fd = CONTROL_FD, .events = 0};
    if (poll(&parent, 1, 0) != 0)
        return err_set(err, ERR_GONE, 0, "the supervisor is gone");
    if (packages_show(&packages, &z->wall, err) != 0)
        return -1;
    packages_clear(&packages);
    enum interp_kind kind = layers->gate ? INTERP_GUESTS : INTERP_PLAIN;
    if (interp_new(kind, &z->interp, err) != 0 ||
        interp_prepare(z->interp, policy, only, err) != 0)
        return -1;
    if (layers->gate && interp_give(&given, policy, err) != 0)
        return -1;
    if (layers->gate && interp_close_gate(z->interp, &z->report, err) != 0)
        return -1;
    packages_hide(&packages);
    if (only == NULL)
        interp_share_text();
    if (wall_close_root(&z->wall, err) != 0)
        return -1;
    z->data_used = guest_data_used();
    return 0;
}

/* Say hello, from a child of this process where the supervisor cannot trace:
 * then this process stays behind and never returns. */
static int
say_hello(struct zygote *z, int hello_fd, struct err *err)
{
    char answer;
    if (guest_hello(hello_fd, &answer, err) != 0)
        return -1;
    if (answer == HELLO_GO)
        return 0;
    if (keeper_begin(&z->wall, err) != 0)
        return -1;
    pid_t pid = fork();
    if (pid < 0)
        return err_set(err, ERR_SYSTEM, errno, "fork below the keeper");
    if (pid > 0)
        keeper_watch(pid, hello_fd);
    return guest_hello(hello_fd, &answer, err);
}

/* One job, or the steps of a session. */
static _Noreturn void
run_jobs(struct zygote *z)
{
    struct err err;
    struct buf bytes = {0};
    for (;;) {
        struct job job;
        interp_take_input(z->interp, &bytes);
        if (guest_read_job(&bytes, &err) != 0 ||
            job_parse(&bytes, &job, &err) != 0)
            _exit(STATUS_BROKEN);
        int status = interp_run_job(z->interp, &job, &z->report);
        if (!job.session || interp_is_over(z->interp))
            _exit(status);
        if (job.nfiles > 0)
            bytes = (struct buf){0}; /* the files are in there, for good */
        job_clear(&job);
        report_next_step(&z->report);
    }
}

static _Noreturn void
guest_main(struct zygote *z, const struct control_spawn *spawn,
           struct fd_message *message)
{
    struct err err = {0};
    struct wall_guest_limits limits = guest_limits(spawn, z->data_used);
    close(CONTROL_FD);
    if (guest_take_descriptors(message, &err) != 0) {
        report_broken(message->fds[CONTROL_SPAWN_REPORT], &err);
        _exit(STATUS_BROKEN);
    }
    z->report.fd = GUEST_FD_REPORT;
    if (say_hello(z, message->fds[CONTROL_SPAWN_HELLO], &err) != 0 ||
        cgroup_enter_by(message->fds + CONTROL_SPAWN_COUNT,
                        message->nfds - CONTROL_SPAWN_COUNT, &err) != 0 ||
        wall_guest(&z->wall, &limits, &err) != 0 ||
        wall_seal(&z->wall, &err) != 0) {
        report_broken(GUEST_FD_REPORT, &err);
        _exit(STATUS_BROKEN);
    }
    interp_begin_guest();
    report_sealed(&z->report);
    if (spawn->warm)
        interp_warm(z->interp, 1);
    interp_reseed(z->interp);
    run_jobs(z);
}

static void
spawn_guest(struct zygote *z, const struct control_spawn *spawn,
            struct fd_message *message)
{
    pid_t pid = fork();
    if (pid == 0) {
        guest_main(z, spawn, message);
    }
    int fork_errno = errno;
    if (pid < 0) {
        struct err err;
        err_set(&err, ERR_SYSTEM, fork_errno, "fork a guest");
        (void)reply(CONTROL_SPAWN_FAILED, spawn->id, z, &err);
    }
}

/* Once, and not for a single run: code that has been run some times has been
 * specialised, and no guest has to write that into pages of its own. */
static void
warm_up(struct zygote *z)
{
    if (z->warmed)
        return;
    z->warmed = true;
    interp_settle(z->interp);
    z->data_used = guest_data_used();
}

static int
serve(struct zygote *z)
{
    for (;;) {
        struct control_spawn spawn;
        struct fd_message message;
        struct err err;
        if (fd_recv(CONTROL_FD, &spawn, sizeof spawn, &message, &err) != 0)
            return STATUS_BROKEN;
        if (message.len == 0)
            return 0; /* the supervisor closed its end: no more guests */
        if (message.len == sizeof spawn && spawn.many)
            warm_up(z);
        if (message.len == sizeof spawn)
            spawn_guest(z, &spawn, &message);
        fd_message_clear(&message);
    }
}

static int
run_server(const struct layers *layers, const char *only)
{
    struct zygote z = {.report.fd = -1};
    struct err err = {0};
    if (set_up(&z, layers, only, &err) != 0) {
        (void)reply(CONTROL_FAILED, 0, &z, &err);
        return STATUS_BROKEN;
    }
    /* Guests are reaped by the tracer; nothing is left for this parent. */
    signal(SIGCHLD, SIG_IGN);
    if (reply(CONTROL_READY, 0, &z, NULL) != 0)
        return STATUS_BROKEN;
    return serve(&z);
}

static int
run_tool(char **argv)
{
    struct interp *in;
    struct err err = {0};
    signal(SIGPIPE, SIG_DFL); /* `| head` ends it, and is no exception */
    if (argv[0] == NULL || interp_new(INTERP_TOOL, &in, &err) != 0) {
        fprintf(stderr, "immure-zygote: %s\n",
                argv[0] ? err.msg : "--tool needs a name");
        return STATUS_BROKEN;
    }
    return interp_run_tool(in, argv[0], argv + 1);
}

int
zygote_main(int argc, char **argv, const struct layers *layers)
{
    if (argc >= 2 && strcmp(argv[1], "--serve") == 0)
        return run_server(layers, argv[2]);
    if (argc >= 3 && strcmp(argv[1], "--host") == 0)
        return host_main(argv + 2, layers);
    if (argc >= 3 && strcmp(argv[1], "--tool") == 0)
        return run_tool(argv + 2);
    fprintf(stderr, "immure-zygote: started by immure, not by hand\n");
    return STATUS_BROKEN;
}
