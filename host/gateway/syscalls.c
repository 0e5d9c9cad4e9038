#include "host/gateway/syscalls.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define INT 0xffffffffu /* all bits of a C int */

#define ALLOW(name, reason)                                                   \
    {                                                                         \
#name, reason,                                                        \
        {                                                                     \
            {                                                                 \
                0, 0, 0                                                       \
            }                                                                 \
        }                                                                     \
    }
#define ALLOW_IF(name, reason, ...)                                           \
    {                                                                         \
#name, reason,                                                        \
        {                                                                     \
            __VA_ARGS__                                                       \
        }                                                                     \
    }
#define ARG_IS(i, value)                                                      \
    {                                                                         \
        i, INT, (uint64_t)(value)                                             \
    }
#define ARG_CLEAR(i, bits)                                                    \
    {                                                                         \
        i, (uint64_t)(bits), 0                                                \
    }
#define ARG_SET(i, bits)                                                      \
    {                                                                         \
        i, (uint64_t)(bits), (uint64_t)(bits)                                 \
    }
#define SOCKET(family, type, reason)                                          \
    ALLOW_IF(socket, reason, ARG_IS(0, family), {1, 0xf, type})

/* Not here: another program (execve), another process (fork, ptrace, kill,
 * process_vm_*), other privileges (set*id, capset, namespaces, mounts), raw
 * sockets, listening, memory that is written and run, devices, keys, bpf,
 * io_uring.  What is not here fails with ENOSYS and does not kill: a library
 * that tries a newer call, or one for speed, goes on without it, and one job's
 * request must not end the calls of all others. */

/* clang-format off */
const struct broker_rule broker_syscalls[] = {
    ALLOW   (access,            "libraries look for their files"),
    ALLOW   (bind,              "getaddrinfo asks which addresses there are "
                                "(netlink), and UDP sockets of resolvers"),
    ALLOW   (brk,               "malloc's heap"),
    ALLOW   (clock_getres,      "timers of libraries"),
    ALLOW   (clock_gettime,     "deadlines"),
    ALLOW   (clock_nanosleep,   "sqlite waits for a lock"),
    ALLOW_IF(clone,             "worker threads, never processes",
                                ARG_SET(0, CLONE_THREAD | CLONE_VM |
                                           CLONE_SIGHAND)),
    ALLOW   (close,             "descriptors"),
    ALLOW   (connect,           "servers of gateways"),
    ALLOW   (dup,               "libraries keep a descriptor"),
    ALLOW   (epoll_create1,     "event loops"),
    ALLOW   (epoll_ctl,         "event loops"),
    ALLOW   (epoll_pwait,       "event loops"),
    ALLOW   (epoll_wait,        "event loops"),
    ALLOW   (eventfd2,          "a worker's bell"),
    ALLOW   (exit,              "end of a worker"),
    ALLOW   (exit_group,        "end of the broker"),
    ALLOW   (faccessat,         "libraries look for their files"),
    ALLOW   (faccessat2,        "libraries look for their files"),
    ALLOW   (fallocate,         "sqlite makes room"),
    ALLOW   (fchmod,            "sqlite's journal has the mode of its file"),
    ALLOW   (fchown,            "and its owner"),
    ALLOW   (fcntl,             "flags of descriptors, and sqlite's locks"),
    ALLOW   (fdatasync,         "sqlite commits"),
    ALLOW   (fstat,             "sizes of files"),
    ALLOW   (fstatfs,           "sqlite asks what a file lies on"),
    ALLOW   (fsync,             "sqlite commits"),
    ALLOW   (ftruncate,         "sqlite ends a journal"),
    ALLOW   (futex,             "locks between workers and the loop"),
    ALLOW   (getcwd,            "sqlite makes paths whole"),
    ALLOW   (getdents64,        "folders of certificates"),
    ALLOW   (getegid,           "libraries ask whether they run set-id"),
    ALLOW   (geteuid,           "libraries ask whether they run set-id"),
    ALLOW   (getgid,            "libraries ask whether they run set-id"),
    ALLOW   (getpeername,       "to whom a socket is connected"),
    ALLOW   (getpid,            "seeds, names of temporary things"),
    ALLOW   (getppid,           "whether the supervisor is there"),
    ALLOW   (getrandom,         "TLS, handles"),
    ALLOW   (getresgid,         "libraries ask whether they run set-id"),
    ALLOW   (getresuid,         "libraries ask whether they run set-id"),
    ALLOW   (getrlimit,         "how many descriptors there are"),
    ALLOW   (getrusage,         "CPU time of its own"),
    ALLOW   (getsockname,       "sockets"),
    ALLOW   (getsockopt,        "whether connecting has failed"),
    ALLOW   (gettid,            "threads"),
    ALLOW   (gettimeofday,      "time where the vDSO cannot answer"),
    ALLOW   (getuid,            "libpq and libcurl look up their user"),
    ALLOW_IF(ioctl,             "how much there is to read",
                                ARG_IS(1, FIONREAD)),
    ALLOW_IF(ioctl,             "sockets that do not block",
                                ARG_IS(1, FIONBIO)),
    ALLOW   (lseek,             "files"),
    ALLOW   (lstat,             "sqlite follows links by itself"),
    ALLOW   (madvise,           "malloc and threads give pages back"),
    ALLOW   (membarrier,        "locks of libraries"),
    ALLOW_IF(mmap,              "memory for data",
                                ARG_CLEAR(2, PROT_EXEC)),
    ALLOW_IF(mmap,              "code of libraries that are loaded late "
                                "(names, logins): of files, never written",
                                {2, PROT_EXEC | PROT_WRITE, PROT_EXEC},
                                ARG_CLEAR(3, MAP_ANONYMOUS)),
    ALLOW_IF(mprotect,          "stacks, and tables of libraries; never "
                                "executable",
                                ARG_CLEAR(2, PROT_EXEC)),
    ALLOW   (mremap,            "realloc of big blocks"),
    ALLOW   (munmap,            "frees big blocks"),
    ALLOW   (nanosleep,         "sqlite waits for a lock"),
    ALLOW   (newfstatat,        "sizes of files"),
    ALLOW   (open,              "files, as far as Landlock lets it"),
    ALLOW   (openat,            "files, as far as Landlock lets it"),
    ALLOW   (pipe2,             "wake-ups of libraries"),
    ALLOW   (poll,              "sockets"),
    ALLOW   (ppoll,             "sockets"),
    ALLOW_IF(prctl,             "libraries name their threads",
                                ARG_IS(0, PR_SET_NAME)),
    ALLOW   (pread64,           "sqlite reads"),
    ALLOW_IF(prlimit64,         "how many descriptors there are",
                                ARG_IS(0, 0), {2, ~(uint64_t)0, 0}),
    ALLOW   (pselect6,          "sockets"),
    ALLOW   (pwrite64,          "sqlite writes"),
    ALLOW   (read,              "descriptors"),
    ALLOW   (readlink,          "libraries follow links"),
    ALLOW   (readlinkat,        "libraries follow links"),
    ALLOW   (readv,             "sockets"),
    ALLOW   (recvfrom,          "sockets"),
    ALLOW   (recvmmsg,          "resolvers"),
    ALLOW   (recvmsg,           "sockets"),
    ALLOW   (restart_syscall,   "a wait goes on after a signal"),
    ALLOW   (rseq,              "threads of glibc"),
    ALLOW   (rt_sigaction,      "libraries ignore SIGPIPE"),
    ALLOW   (rt_sigprocmask,    "threads begin with signals blocked"),
    ALLOW   (rt_sigreturn,      "returns from a handler"),
    ALLOW   (sched_getaffinity, "malloc asks how many processors there are"),
    ALLOW   (sched_yield,       "locks of libraries"),
    ALLOW   (select,            "sockets"),
    ALLOW   (sendmmsg,          "resolvers"),
    ALLOW   (sendmsg,           "sockets"),
    ALLOW   (sendto,            "sockets"),
    ALLOW   (set_robust_list,   "threads of glibc"),
    ALLOW   (setsockopt,        "time-outs and keep-alive of sockets"),
    ALLOW   (shutdown,          "sockets"),
    ALLOW   (sigaltstack,       "threads"),
    SOCKET  (AF_INET, SOCK_STREAM,  "servers"),
    SOCKET  (AF_INET, SOCK_DGRAM,   "names are looked up"),
    SOCKET  (AF_INET6, SOCK_STREAM, "servers"),
    SOCKET  (AF_INET6, SOCK_DGRAM,  "names are looked up"),
    SOCKET  (AF_UNIX, SOCK_STREAM,  "servers of this machine"),
    SOCKET  (AF_NETLINK, SOCK_RAW,  "getaddrinfo asks which addresses there "
                                    "are"),
    ALLOW_IF(socketpair,        "wake-ups of libraries",
                                ARG_IS(0, AF_UNIX)),
    ALLOW   (stat,              "sizes of files"),
    ALLOW   (statx,             "sizes of files"),
    ALLOW   (sysinfo,           "how much memory there is"),
    ALLOW   (time,              "time where the vDSO cannot answer"),
    ALLOW   (timerfd_create,    "precise timers of the event loop"),
    ALLOW   (timerfd_settime,   "precise timers of the event loop"),
    ALLOW   (uname,             "the resolver asks for the name of the host"),
    ALLOW   (unlink,            "sqlite removes a journal"),
    ALLOW   (write,             "descriptors"),
    ALLOW   (writev,            "sockets"),
};
/* clang-format on */

const size_t broker_syscalls_count =
    sizeof broker_syscalls / sizeof *broker_syscalls;
