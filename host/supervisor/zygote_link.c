#include "host/supervisor/zygote_link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"

static const char *const clean_environment[] = {"TZ=UTC0", "NO_COLOR=1", NULL};

struct start {
    int program, control, policy;
    int folders, given; /* or -1 */
    char *const *argv;
    char *const *environment;
};

/* A descriptor above those that dup2 will write; -1 becomes that of null. */
static int
move_up(int fd, int null)
{
    return fd < 0 ? null : fcntl(fd, F_DUPFD_CLOEXEC, 16);
}

static _Noreturn void
become_zygote(const struct start *s, pid_t supervisor)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    OWNED_FD opened = fd_null(NULL);
    int null = move_up(opened, -1);
    int program = move_up(s->program, -1);
    int control = move_up(s->control, -1);
    int policy = move_up(s->policy, -1);
    int folders = move_up(s->folders, null);
    int given = move_up(s->given, null);
    if (program < 0 || control < 0 || policy < 0 || null < 0 || folders < 0 ||
        given < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
        dup2(control, CONTROL_FD) < 0 || dup2(policy, CONTROL_FD_POLICY) < 0 ||
        dup2(folders, CONTROL_FD_PACKAGES) < 0 ||
        dup2(given, CONTROL_FD_GIVEN) < 0)
        _exit(125);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != supervisor)
        _exit(125);
    /* By descriptor: the kernel puts the path of execve(2) on the new stack
     * (AT_EXECFN), where a guest could read it. */
    syscall(SYS_execveat, program, "", s->argv, s->environment, AT_EMPTY_PATH);
    _exit(125);
}

static int
memory_file(const void *data, size_t len, struct err *err)
{
    OWNED_FD fd = memfd_create("policy", MFD_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_SYSTEM, errno, "make a memory file");
    if (fd_write_all(fd, data, len, err) != 0)
        return -1;
    if (lseek(fd, 0, SEEK_SET) != 0)
        return err_set(err, ERR_SYSTEM, errno, "rewind a memory file");
    return take_fd(&fd);
}

int
zygote_link_start(struct zygote_link *link, char *const *argv,
                  char *const *environment, const struct policy_parts *policy,
                  struct err *err)
{
    const struct buf *folders = &policy->folders;
    const char *json = policy->zygote_json;
    int pair[2];
    OWNED_FD program = open(argv[0], O_RDONLY | O_CLOEXEC);
    if (program < 0)
        return err_set(err, ERR_SYSTEM, errno, "open %s", argv[0]);
    OWNED_FD memory = memory_file(json, strlen(json), err);
    OWNED_FD packages =
        folders->len > 0 ? memory_file(folders->data, folders->len, err) : -1;
    if (memory < 0 || (folders->len > 0 && packages < 0) ||
        fd_seqpacket_pair(pair, err) != 0)
        return -1;
    OWNED_FD mine = pair[0], theirs = pair[1];
    int on = 1;
    if (setsockopt(mine, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
        return err_set(err, ERR_SYSTEM, errno, "ask for credentials");
    const struct start s = {
        .program = program,
        .control = theirs,
        .policy = memory,
        .folders = packages,
        .given = policy->given,
        .argv = argv + 1,
        .environment = environment
                           ? environment
                           : (char *const *)(uintptr_t)clean_environment,
    };
    pid_t self = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return err_set(err, ERR_SYSTEM, errno, "fork the zygote");
    if (pid == 0)
        become_zygote(&s, self);
    link->launcher = pid;
    link->control = take_fd(&mine);
    return 0;
}

int
zygote_link_read(struct zygote_link *link, struct control_reply *out,
                 struct err *err)
{
    struct fd_message message;
    if (fd_recv(link->control, out, sizeof *out, &message, err) != 0)
        return -1;
    fd_message_clear(&message);
    if (message.len != sizeof *out)
        return err_set(err, ERR_GONE, 0, "the zygote ended");
    link->pid = message.pid;
    if (out->kind == CONTROL_READY) {
        link->ready = true;
        link->wall_held = out->wall_held;
        link->data_used = out->data_used;
        memcpy(link->engine, out->engine, sizeof link->engine);
        link->engine[sizeof link->engine - 1] = '\0';
    }
    return 0;
}

int
zygote_link_spawn(struct zygote_link *link, const struct control_spawn *spawn,
                  const int *fds, size_t nfds, struct err *err)
{
    return fd_send(link->control, spawn, sizeof *spawn, fds, nfds, err);
}

bool
zygote_link_is_closed(const struct zygote_link *link)
{
    struct pollfd end = {.fd = link->control, .events = POLLRDHUP};
    return link->control < 0 || poll(&end, 1, 0) != 0;
}

void
zygote_link_end(struct zygote_link *link)
{
    if (link->control >= 0)
        close(take_fd(&link->control));
    if (link->pid > 0)
        kill(link->pid, SIGKILL);
    if (link->launcher > 0)
        kill(link->launcher, SIGKILL);
}
