#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "tests/wall/probe.h"

enum { REPORT = 3, STATUS_BROKEN = 99, HUNG_MS = 2000 };

static const struct wall_guest_limits limits = {
    .data_bytes = 1ull << 46, /* sanitizers map terabytes */
    .cpu_seconds = 5,
    .stack_bytes = 8 << 20,
    .nofile = REPORT + 1,
};

#ifdef __x86_64__
static long
int80(const struct attempt *a)
{
    long r;
    __asm__ volatile("int $0x80"
                     : "=a"(r)
                     : "a"(a->nr), "b"(a->args[0]), "c"(a->args[1]),
                       "d"(a->args[2])
                     : "memory");
    return r;
}

/* gettimeofday, time and getcpu of old programs: nr is 0, 1 or 2. */
static long
vsyscall(const struct attempt *a)
{
    long (*entry)(unsigned long, unsigned long) =
        (long (*)(unsigned long, unsigned long))(
            0xffffffffff600000ul + 1024ul * (unsigned long)a->nr);
    return entry(a->args[0], a->args[1]);
}
#endif

static unsigned long
argument(unsigned long value)
{
    /* From the page below: the return address of the call itself, which is
       next to be used, may lie across the border. */
    if (value == STACK)
        return ((unsigned long)__builtin_frame_address(0) & ~0xffful) -
               PAGE_BYTES;
    if (value == TEXT)
        return (unsigned long)sealed_say & ~0xffful;
    return value;
}

static long
call(enum how how, const struct attempt *given)
{
    struct attempt made = *given;
    const struct attempt *a = &made;
    for (int i = 0; i < 6; i++)
        made.args[i] = argument(given->args[i]);
#ifdef __x86_64__
    if (how == HOW_INT80)
        return int80(a);
    if (how == HOW_VSYSCALL)
        return vsyscall(a);
#endif
    (void)how;
    return syscall(a->nr, a->args[0], a->args[1], a->args[2], a->args[3],
                   a->args[4], a->args[5]);
}

static _Noreturn void
guest(struct wall *wall, enum how how, const struct attempt *a)
{
    struct err err;
    if (wall_guest(wall, &limits, &err) != 0 || wall_seal(wall, &err) != 0) {
        (void)!write(STDERR_FILENO, err.msg, strlen(err.msg));
        _exit(STATUS_BROKEN);
    }
    errno = 0;
    long r = call(how, a);
    int e = r == -1 ? errno : 0;
    /* A second process is where a fork got through. */
    (void)!write(REPORT, &e, sizeof e);
    syscall(SYS_exit, 0); /* exit_group might be what is tried */
    __builtin_trap();
}

/* 0 reads one byte, 1 and 2 swallow what is written, 3 is the report. */
static void
place(const int in[2], const int sink[2], const int report[2])
{
    int from[] = {in[0], sink[1], sink[1], report[1]};
    for (int i = 0; i <= REPORT; i++)
        from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 32);
    for (int i = 0; i <= REPORT; i++)
        if (dup2(from[i], i) < 0)
            _exit(STATUS_BROKEN);
}

static struct outcome
judge(pid_t pid, int report)
{
    int value = 0, status = 0;
    struct pollfd end = {.fd = report, .events = POLLIN};
    bool hung = poll(&end, 1, HUNG_MS) == 0;
    if (hung)
        kill(pid, SIGKILL);
    bool told = !hung && read(report, &value, sizeof value) == sizeof value;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (hung)
        return (struct outcome){CAME_HUNG, 0};
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        return (struct outcome){CAME_KILLED, SIGSYS};
    if (WIFSIGNALED(status))
        return (struct outcome){CAME_DOWN, WTERMSIG(status)};
    if (WEXITSTATUS(status) == STATUS_BROKEN)
        return (struct outcome){CAME_BROKEN, 0};
    if (told)
        return (struct outcome){CAME_BACK, value};
    return (struct outcome){CAME_EXIT, WEXITSTATUS(status)};
}

struct outcome
sealed_try(struct wall *wall, enum how how, const struct attempt *attempt)
{
    const struct outcome broken = {CAME_BROKEN, 0};
    int in[2], sink[2], report[2];
    if (fd_pipe(in, NULL) != 0)
        return broken;
    OWNED_FD in0 = in[0], in1 = in[1];
    if (fd_pipe(sink, NULL) != 0)
        return broken;
    OWNED_FD sink0 = sink[0], sink1 = sink[1];
    if (fd_pipe(report, NULL) != 0 || write(in1, "", 1) != 1)
        return broken;
    OWNED_FD report0 = report[0], report1 = report[1];
    pid_t pid = fork();
    if (pid < 0)
        return broken;
    if (pid == 0) {
        place(in, sink, report);
        guest(wall, how, attempt);
    }
    close(take_fd(&report1));
    return judge(pid, report0);
}

const char *
sealed_say(const struct outcome *o, char buf[64])
{
    switch (o->came_to) {
    case CAME_BACK:
        snprintf(buf, 64, "came back: %s",
                 o->value ? strerror(o->value) : "success");
        break;
    case CAME_KILLED:
        snprintf(buf, 64, "killed by SIGSYS");
        break;
    case CAME_DOWN:
        snprintf(buf, 64, "died of signal %d", o->value);
        break;
    case CAME_EXIT:
        snprintf(buf, 64, "ended with status %d", o->value);
        break;
    case CAME_HUNG:
        snprintf(buf, 64, "hung");
        break;
    case CAME_BROKEN:
        snprintf(buf, 64, "no sealed guest");
        break;
    }
    return buf;
}
