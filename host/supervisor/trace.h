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

/* Whether a wait status is the stop at the tracee's exit.  From there no code
 * of its own runs any more, its memory still stands, and its exit status is
 * decided: exit_group(2) and fatal signals set it once (kernel/exit.c,
 * do_group_exit), for a process of one thread. */
bool trace_is_exit(int wait_status);

/* At that stop: *out_status is what wait(2) will say in the end.  After
 * SIGSYS *out_call becomes the call it died for.  -1: it is gone already, and
 * its end comes as the next wait status. */
int trace_read_exit(pid_t pid, int *out_status, struct trace_call *out_call);

/* Let a stopped tracee go on, signals forwarded; one that is SIGSYS is noted
 * in *call. */
void trace_continue(pid_t pid, int wait_status, struct trace_call *call);

#endif
