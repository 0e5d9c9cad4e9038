#include "host/zygote/host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/zygote/guest.h"
#include "host/zygote/interp.h"
#include "host/zygote/packages.h"
#include "host/zygote/policy.h"

enum {
    STATUS_BROKEN = 125,
    POLICY_MAX = 4 << 20,
    HELLO_FD = 4,
    ANSWERS_FD = 5
};

struct host {
    struct wall wall;
    struct packages packages;
    struct given given;
    struct control_spawn spawn;
};

static int
hello(void *arg, struct err *err)
{
    char go; /* a direct child of the supervisor: it needs no keeper */
    (void)arg;
    return guest_hello(HELLO_FD, &go, err);
}

/* Its stdin may be a terminal or a file of the operator's.  In the jail, as in
 * any guest, that descriptor has the answers to calls. */
static int
drop_stdin(struct err *err)
{
    if (dup2(ANSWERS_FD, STDIN_FILENO) < 0)
        return err_set(err, ERR_SYSTEM, errno, "replace stdin");
    close(ANSWERS_FD);
    return 0;
}

static int
close_wall(void *arg, struct err *err)
{
    struct host *host = arg;
    struct wall_guest_limits limits =
        guest_limits(&host->spawn, guest_data_used());
    if (drop_stdin(err) != 0 || wall_in_place(&host->wall, &limits, err) != 0)
        return -1;
    return wall_seal(&host->wall, err);
}

/* The same request a zygote gets, but its descriptors are this process's own
 * from now on: 0, 1, 2 and the report; the hand-shake waits at HELLO_FD. */
static int
take_request(struct host *host, struct err *err)
{
    struct fd_message message;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return err_set(err, ERR_SYSTEM, errno, "follow the supervisor");
    if (fd_recv(CONTROL_FD, &host->spawn, sizeof host->spawn, &message, err) !=
        0)
        return -1;
    if (message.len != sizeof host->spawn)
        return err_set(err, ERR_GONE, 0, "the supervisor is gone");
    close(CONTROL_FD);
    if (guest_take_descriptors(&message, err) != 0)
        return -1;
    if (message.nfds != CONTROL_SPAWN_ANSWERS + 1)
        return err_set(err, ERR_PROTO, 0, "no pipe for answers");
    if (dup3(message.fds[CONTROL_SPAWN_HELLO], HELLO_FD, O_CLOEXEC) < 0 ||
        dup3(message.fds[CONTROL_SPAWN_ANSWERS], ANSWERS_FD, O_CLOEXEC) < 0 ||
        fcntl(GUEST_FD_REPORT, F_SETFD, FD_CLOEXEC) != 0)
        return err_set(err, ERR_SYSTEM, errno, "place the hand-shake");
    fd_message_clear(&message);
    return 0;
}

static int
run(struct host *host, char **argv, const char *policy, struct err *err)
{
    struct report report = {.fd = GUEST_FD_REPORT};
    const struct interp_host steps = {.hello = hello,
                                      .wall = close_wall,
                                      .arg = host,
                                      .report = &report,
                                      .answers = ANSWERS_FD,
                                      .policy_json = policy,
                                      .given = &host->given,
                                      .folders = host->packages.paths,
                                      .nfolders = host->packages.count};
    struct interp *in;
    bool jailed = false;
    if (policy_required_layers(policy, &host->wall.require, err) != 0 ||
        interp_new(INTERP_HOST, &in, err) != 0)
        return -1;
    int status = interp_run_program(in, argv, &steps, &jailed, err);
    if (status < 0)
        return -1;
    if (jailed)
        _exit(status);
    if (status == 0)
        return err_set(err, ERR_USAGE, 0,
                       "%s ended without calling sys.enter_jail(): nothing "
                       "of it was confined",
                       argv[0]);
    return err_set(err, ERR_USAGE, 0, "%s failed before sys.enter_jail()",
                   argv[0]);
}

int
host_main(char **argv, const struct layers *layers)
{
    struct host host = {.wall.skip = layers->wall_skip};
    struct err err = {0};
    OWNED_STR policy = NULL;
    size_t len;
    if (fd_read_all(CONTROL_FD_POLICY, POLICY_MAX, &policy, &len, &err) != 0)
        return STATUS_BROKEN;
    close(CONTROL_FD_POLICY);
    if (packages_read(&host.packages, &err) != 0 ||
        given_map(&host.given, &err) != 0 || take_request(&host, &err) != 0)
        return STATUS_BROKEN;
    if (run(&host, argv, policy, &err) != 0)
        report_broken(GUEST_FD_REPORT, &err);
    return STATUS_BROKEN;
}
