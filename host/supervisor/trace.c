#include "host/supervisor/trace.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

int
trace_seize(pid_t pid, struct err *err)
{
    long options = PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) != 0)
        return err_set(err, ERR_WALL, errno,
                       "trace the guest (ptrace is how immure learns what "
                       "the wall killed it for; kernel.yama.ptrace_scope "
                       "must be under 3)");
    return 0;
}

#if defined(__x86_64__)
static int
syscall_number(pid_t pid)
{
    errno = 0;
    long nr = ptrace(PTRACE_PEEKUSER, pid,
                     (void *)offsetof(struct user_regs_struct, orig_rax),
                     NULL);
    return errno == 0 ? (int)nr : -1;
}
#elif defined(__aarch64__)
static int
syscall_number(pid_t pid)
{
    int nr;
    struct iovec iov = {&nr, sizeof nr};
    if (ptrace(PTRACE_GETREGSET, pid, (void *)0x404L /* NT_ARM_SYSTEM_CALL */,
               &iov) != 0)
        return -1;
    return nr;
}
#else
#error "trace.c: say where this machine keeps the system call's number"
#endif

static void
note_exit(pid_t pid, int *out_syscall)
{
    unsigned long status;
    if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &status) != 0)
        return;
    if (WIFSIGNALED((int)status) && WTERMSIG((int)status) == SIGSYS)
        *out_syscall = syscall_number(pid);
}

/* A request to a tracee that has just been killed fails with ESRCH: its end
 * comes as the next wait status. */
void
trace_continue(pid_t pid, int wait_status, int *out_syscall)
{
    int event = wait_status >> 16;
    if (event == PTRACE_EVENT_EXIT) {
        note_exit(pid, out_syscall);
        (void)ptrace(PTRACE_CONT, pid, NULL, NULL);
    } else if (event == PTRACE_EVENT_STOP) {
        int sig = WSTOPSIG(wait_status);
        bool group_stop = sig == SIGSTOP || sig == SIGTSTP ||
                          sig == SIGTTIN || sig == SIGTTOU;
        (void)ptrace(group_stop ? PTRACE_LISTEN : PTRACE_CONT, pid, NULL,
                     NULL);
    } else {
        (void)ptrace(PTRACE_CONT, pid, NULL,
                     (void *)(long)WSTOPSIG(wait_status));
    }
}
