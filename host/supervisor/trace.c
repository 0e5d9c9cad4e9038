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
trace_seize(pid_t pid, bool *out_traced, struct err *err)
{
    long options = PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;
    *out_traced = ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) == 0;
    if (*out_traced || errno == EPERM || errno == EACCES || errno == ENOSYS)
        return 0;
    return err_set(err, ERR_WALL, errno, "trace the guest");
}

#if defined(__x86_64__)
static bool
syscall_number(pid_t pid, int *out)
{
    errno = 0;
    long nr =
        ptrace(PTRACE_PEEKUSER, pid,
               (void *)offsetof(struct user_regs_struct, orig_rax), NULL);
    *out = (int)nr;
    return errno == 0;
}
#elif defined(__aarch64__)
static bool
syscall_number(pid_t pid, int *out)
{
    struct iovec iov = {out, sizeof *out};
    return ptrace(PTRACE_GETREGSET, pid,
                  (void *)0x404L /* NT_ARM_SYSTEM_CALL */, &iov) == 0;
}
#else
#error "trace.c: say where this machine keeps the system call's number"
#endif

/* ptrace(2): PTRACE_GET_SYSCALL_INFO gives the architecture at any stop.
 * Its struct is <linux/ptrace.h>'s, which can't stand beside glibc's. */
static uint32_t
syscall_arch(pid_t pid)
{
    struct {
        uint8_t op, pad[3];
        uint32_t arch;
        uint64_t rest[10];
    } info = {0};
    if (ptrace((enum __ptrace_request)PTRACE_GET_SYSCALL_INFO, pid,
               (void *)sizeof info, &info) < 0)
        return 0;
    return info.arch;
}

bool
trace_is_exit(int wait_status)
{
    return WIFSTOPPED(wait_status) && wait_status >> 16 == PTRACE_EVENT_EXIT;
}

int
trace_read_exit(pid_t pid, int *out_status, struct trace_call *out_call)
{
    unsigned long status;
    if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &status) != 0)
        return -1;
    *out_status = (int)status;
    if (!out_call->sent && WIFSIGNALED((int)status) &&
        WTERMSIG((int)status) == SIGSYS)
        out_call->known = syscall_number(pid, &out_call->number);
    if (out_call->known)
        out_call->arch = syscall_arch(pid);
    return 0;
}

/* A request to a tracee that has just been killed fails with ESRCH: its end
 * comes as the next wait status. */
void
trace_continue(pid_t pid, int wait_status, struct trace_call *call)
{
    int event = wait_status >> 16, sig = WSTOPSIG(wait_status);
    bool group_stop =
        event == PTRACE_EVENT_STOP &&
        (sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU);
    long forward = event == 0 ? sig : 0;
    /* The kernel's own SIGSYS, of a filter that kills, never stops here
     * (SA_IMMUTABLE, or straight to the exit before Linux 5.16). */
    call->sent |= forward == SIGSYS;
    (void)ptrace(group_stop ? PTRACE_LISTEN : PTRACE_CONT, pid, NULL,
                 (void *)forward);
}
