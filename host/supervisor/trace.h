/* The tracer: which system call the wall killed a guest for.
 *
 * SECCOMP_RET_KILL leaves only SIGSYS; the number is read from the registers
 * at the exit event, where the guest can no longer change them.  Nothing else
 * of ptrace(2) is used: no system call stops, so a guest runs at full speed.
 * PTRACE_O_EXITKILL ends the guest with its supervisor. */
#ifndef IMMURE_TRACE_H
#define IMMURE_TRACE_H

#include <sys/types.h>

#include "host/err.h"

/* Attach to a guest that is still dumpable.  The caller must be its
 * ancestor (Yama 1). */
int trace_seize(pid_t pid, struct err *err);

/* Let a stopped tracee go on, signals forwarded.  If it is on its way out by
 * SIGSYS, *out_syscall becomes the number it died for. */
void trace_continue(pid_t pid, int wait_status, int *out_syscall);

#endif
