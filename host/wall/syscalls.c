#include "host/wall/syscalls.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "host/wall/wall.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 0x08 /* Linux 6.11 */
#endif

enum { GUEST_IN = 0, GUEST_OUT = 1, GUEST_ERR = 2, GUEST_REPORT = 3 };

#define VALUES(...)                                                           \
    {                                                                         \
        __VA_ARGS__                                                           \
    }
#define COUNT(...) (sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* The argument is exactly one of these. */
#define ARG_IN(i, ...)                                                        \
    {                                                                         \
        i, COUNT(__VA_ARGS__), 0xffffffffu, VALUES(__VA_ARGS__)               \
    }
/* No bit but these may be set. */
#define ARG_ONLY(i, bits)                                                     \
    {                                                                         \
        i, 1, ~(uint32_t)(bits),                                              \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
/* One of these, with any of the optional bits. */
#define ARG_IN_WITH(i, optional, ...)                                         \
    {                                                                         \
        i, COUNT(__VA_ARGS__), ~(uint32_t)(optional), VALUES(__VA_ARGS__)     \
    }

#define ALLOW(name, reason)                                                   \
    {                                                                         \
#name, SYS_##name, 0, reason,                                         \
        {                                                                     \
            {                                                                 \
                0, 0, 0,                                                      \
                {                                                             \
                    0                                                         \
                }                                                             \
            }                                                                 \
        }                                                                     \
    }
#define ALLOW_IF(name, reason, ...)                                           \
    {                                                                         \
#name, SYS_##name, 0, reason,                                         \
        {                                                                     \
            __VA_ARGS__                                                       \
        }                                                                     \
    }
#define REFUSE(name, error, reason)                                           \
    {                                                                         \
#name, SYS_##name, error, reason,                                     \
        {                                                                     \
            {                                                                 \
                0, 0, 0,                                                      \
                {                                                             \
                    0                                                         \
                }                                                             \
            }                                                                 \
        }                                                                     \
    }

/* What mmap's conditions leave out, and why:
   - files, and memory shared with other processes: not MAP_ANONYMOUS with fd
     -1, or MAP_SHARED.  MAP_PRIVATE is not insisted on: glibc 2.41 maps the
     state of getrandom MAP_DROPPABLE, which is as private;
   - PROT_EXEC, here and in mprotect: no new code;
   - MAP_GROWSDOWN: such memory is counted as stack, not by RLIMIT_DATA;
   - MAP_HUGETLB: takes pages of a pool that the whole host shares;
   - MAP_LOCKED, MAP_POPULATE, MAP_32BIT, MAP_SYNC and what is yet to come:
     nothing in CPython or malloc wants them.
   mremap could still grow the stack's own mapping past RLIMIT_DATA:
   RLIMIT_AS bounds that (rlimits.c). */

/* clang-format off */
const struct sys_rule guest_syscalls[] = {
    ALLOW   (brk,             "malloc's heap; counted by RLIMIT_DATA"),
    ALLOW_IF(clock_gettime,   "time and monotonic where the vDSO cannot "
                              "answer; a negative id would read the CPU time "
                              "of another process",
             ARG_ONLY(0, 7)),
    ALLOW_IF(clock_nanosleep, "time.sleep and the event loop's timers",
             ARG_IN(0, CLOCK_REALTIME, CLOCK_MONOTONIC),
             ARG_ONLY(1, TIMER_ABSTIME)),
    REFUSE  (clone, EPERM,    "\"can't start new thread\" instead of death; "
                              "flags in memory cannot be judged anyway"),
    REFUSE  (clone3, ENOSYS,  "makes the C library fall back on clone"),
    ALLOW   (exit,            "end of the guest's only thread"),
    ALLOW   (exit_group,      "normal end of the guest"),
    ALLOW_IF(futex,           "locks of the interpreter, private to this "
                              "process; no requeue, no priority inheritance",
             ARG_IN(1, FUTEX_WAIT_PRIVATE, FUTEX_WAKE_PRIVATE,
                       FUTEX_WAIT_BITSET_PRIVATE, FUTEX_WAKE_BITSET_PRIVATE,
                       FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME)),
    ALLOW   (getrandom,       "seeds of random, hashes and secrets"),
    ALLOW_IF(madvise,         "malloc gives freed pages back",
             ARG_IN(2, MADV_DONTNEED)),
    ALLOW_IF(mmap,            "memory for objects: private, anonymous, never "
                              "executable",
             ARG_ONLY(2, PROT_READ | PROT_WRITE),
             ARG_IN_WITH(3, MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_NORESERVE |
                            MAP_STACK,
                         MAP_ANONYMOUS | MAP_PRIVATE,
                         MAP_ANONYMOUS | MAP_DROPPABLE),
             ARG_IN(4, 0xffffffffu)),
    ALLOW_IF(mprotect,        "malloc opens reserved memory; never executable",
             ARG_ONLY(2, PROT_READ | PROT_WRITE)),
    ALLOW_IF(mremap,          "realloc of big blocks, where they are or moved",
             ARG_ONLY(3, MREMAP_MAYMOVE)),
    ALLOW   (munmap,          "frees big blocks"),
    ALLOW_IF(read,            "the job's frames, then its stdin",
             ARG_IN(0, GUEST_IN)),
    ALLOW   (restart_syscall, "a sleep goes on after a signal"),
    ALLOW   (rt_sigreturn,    "returns from the handler of the soft limits"),
    ALLOW_IF(write,           "standard output and error, and the report",
             ARG_IN(0, GUEST_OUT, GUEST_ERR, GUEST_REPORT)),
};
/* clang-format on */

const size_t guest_syscalls_count =
    sizeof guest_syscalls / sizeof guest_syscalls[0];

const char *
wall_syscall_name(size_t i, const char **out_reason, int *out_errno)
{
    if (i >= guest_syscalls_count)
        return NULL;
    *out_errno = guest_syscalls[i].refuse_errno;
    *out_reason = guest_syscalls[i].reason;
    return guest_syscalls[i].name;
}

bool
wall_is_syscall(const char *name)
{
    return seccomp_syscall_resolve_name(name) >= 0;
}
