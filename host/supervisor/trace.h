/* The tracer: which system call the wall killed a guest for.
 *
 * SECCOMP_RET_KILL leaves only SIGSYS; the number is read from the registers
 * at the exit event, where the guest can no longer change them.  Nothing else
 * of ptrace(2) is used: no system call stops, so a guest runs at full speed.
 * PTRACE_O_EXITKILL ends the guest with its supervisor. */
#ifndef IMMURE_TRACE_H
#define IMMURE_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/err.h"

/* The same number is another call on another architecture: int 0x80 with 3 is
 * i386's read, not x86-64's close (tests/wall/attacks/05). */
struct trace_call {
    bool known;
    bool sent; /* a SIGSYS came from another process: no call is to blame */
    int number;
    uint32_t arch; /* AUDIT_ARCH_* */
};

/* Attach to a guest that is still dumpable.  The caller must be its
 * ancestor (Yama 1).  *out_traced is false where this machine refuses
 * ptrace(2): Yama 3, or a container's filter. */
int trace_seize(pid_t pid, bool *out_traced, struct err *err);

/* Let a stopped tracee go on, signals forwarded.  If it is on its way out by
 * SIGSYS, *out_call becomes what it died for. */
void trace_continue(pid_t pid, int wait_status, struct trace_call *out_call);

#endif
