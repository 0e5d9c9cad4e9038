/* A guest from outside: what its tracer learns, and that no way to get memory
 * goes past its limits. */
#include <check.h>
#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fd.h"
#include "tests/wall/confined.h"

enum { STATUS_BAD = 1, MEGABYTE = 1 << 20 };

/* What a guest of the supervisor's does: it says that it is born, waits to be
 * seized, seals itself and makes a call that kills it. */
static _Noreturn void
traced_guest(int sock)
{
    struct wall wall = {0};
    struct err err;
    char byte = 'b';
    if (wall_enter_namespaces(&wall, &err) != 0 ||
        wall_close_root(&wall, &err) != 0)
        _exit(STATUS_BAD);
    confined_fork();
    if (write(sock, &byte, 1) != 1 || read(sock, &byte, 1) != 1 ||
        dup2(sock, 3) < 0 || wall_guest(&wall, &confined_limits, &err) != 0 ||
        wall_seal(&wall, &err) != 0)
        _exit(STATUS_BAD);
    (void)!write(3, &byte, 1);
    syscall(SYS_socket, 1, 1, 0);
    _exit(STATUS_BAD);
}

/* The number of the call that a tracee is dying of, by NT_PRSTATUS. */
static long
dying_call(pid_t pid)
{
    long request = NT_PRSTATUS;
    unsigned long regs[64] = {0};
    struct iovec iov = {regs, sizeof regs};
    if (ptrace(PTRACE_GETREGSET, pid, (void *)request, &iov) != 0)
        return -1;
#ifdef __x86_64__
    return (long)regs[15]; /* orig_rax */
#else
    return (long)regs[8];
#endif
}

static int
trace_one(void)
{
    const long options = PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;
    int pair[2], on = 1, status;
    struct fd_message m;
    char byte;
    if (fd_seqpacket_pair(pair, NULL) != 0 ||
        setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
        return 1;
    pid_t launcher = fork();
    if (launcher == 0)
        traced_guest(pair[1]);
    close(pair[1]);
    if (fd_recv(pair[0], &byte, 1, &m, NULL) != 0 || m.len != 1)
        return 2;
    if (ptrace(PTRACE_SEIZE, m.pid, NULL, (void *)options) != 0)
        return 3;
    if (write(pair[0], &byte, 1) != 1 || read(pair[0], &byte, 1) != 1)
        return 4;
    /* Sealed: nobody else can look into it now. */
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)m.pid);
    if (geteuid() != 0 && access(path, R_OK) == 0)
        return 5;
    if (waitpid(m.pid, &status, __WALL) != m.pid || !WIFSTOPPED(status) ||
        status >> 16 != PTRACE_EVENT_EXIT)
        return 6;
    if (dying_call(m.pid) != SYS_socket)
        return 7;
    ptrace(PTRACE_CONT, m.pid, NULL, NULL);
    if (waitpid(m.pid, &status, __WALL) != m.pid || !WIFSIGNALED(status) ||
        WTERMSIG(status) != SIGSYS)
        return 8;
    confined_reap(&status);
    return 0;
}

START_TEST(the_tracer_learns_the_call)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        if (_i == AS_NOBODY)
            confined_become_nobody();
        _exit(trace_one());
    }
    waitpid(pid, &status, 0);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* Ways to get memory; each must be bounded by what the limits allow. */
static size_t
take_plain(void)
{
    size_t n = 0;
    while (mmap(NULL, MEGABYTE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                0) != MAP_FAILED)
        n++;
    return n;
}

/* RLIMIT_DATA counts only what is writable. */
static size_t
take_read_only(void)
{
    size_t n = 0;
    while (mmap(NULL, MEGABYTE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED)
        n++;
    return n;
}

static size_t
take_then_open(void)
{
    size_t n = 0;
    for (;;) {
        void *p = mmap(NULL, MEGABYTE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
                       -1, 0);
        if (p == MAP_FAILED ||
            mprotect(p, MEGABYTE, PROT_READ | PROT_WRITE) != 0)
            return n;
        n++;
    }
}

/* The stack's mapping is not data: the kernel lets mremap grow it.  A page of
 * it far from where we run moves away and takes the rest of the space. */
static size_t
take_by_stack(void)
{
    volatile char deep[256 << 10];
    deep[0] = 1;
    char *page = (char *)(((uintptr_t)deep + 8192) & ~(uintptr_t)4095);
    size_t best = 0;
    for (size_t n = 1; n < 1u << 20; n *= 2) {
        void *p = mremap(page, 4096, n * MEGABYTE, MREMAP_MAYMOVE);
        if (p == MAP_FAILED)
            return best;
        best = n;
        page = mremap(p, n * MEGABYTE, 4096, 0);
    }
    return best;
}

static const struct {
    const char *name;
    size_t (*take)(void);
    bool counted; /* by RLIMIT_DATA itself */
} ways[] = {
    {"plain", take_plain, true},
    {"reserved, then opened", take_then_open, true},
    {"read-only", take_read_only, false},
    {"the stack's mapping", take_by_stack, false},
};

/* Bytes that RLIMIT_DATA counts now. */
static uint64_t
data_used(void)
{
    struct rlimit old;
    uint64_t low = 0, high = 1ull << 46;
    getrlimit(RLIMIT_DATA, &old);
    while (high - low > 4096) {
        const uint64_t middle = low + (high - low) / 2;
        const struct rlimit with = {middle, old.rlim_max};
        setrlimit(RLIMIT_DATA, &with);
        void *p = mmap(NULL, 1, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        setrlimit(RLIMIT_DATA, &old);
        if (p == MAP_FAILED) {
            low = middle;
            continue;
        }
        munmap(p, 1);
        high = middle;
    }
    return high;
}

static int
take_in_guest(size_t (*take)(void), size_t allowed)
{
    struct wall wall = {.skip = WALL_BIT(WALL_SECCOMP)};
    struct err err;
    struct wall_guest_limits limits = confined_limits;
    if (wall_enter_namespaces(&wall, &err) != 0 ||
        wall_close_root(&wall, &err) != 0)
        return 101;
    confined_fork();
    limits.data_bytes = data_used() + 64ull * MEGABYTE;
    if (wall_guest(&wall, &limits, &err) != 0 || wall_seal(&wall, &err) != 0)
        return 102;
    return take() <= allowed ? 0 : 103;
}

START_TEST(memory_is_bounded)
{
    /* 64 MB of data; and, where RLIMIT_AS has to do it: what the zygote holds
       twice, the stack and the slack. */
    const size_t used = (size_t)(data_used() / MEGABYTE);
    const size_t allowed = ways[_i].counted ? 64 : 64 + used + 8 + 16 + 64;
    int status;
    if (!ways[_i].counted && used > 1 << 20)
        return; /* ASan: terabytes of its own make RLIMIT_AS as wide */
    pid_t pid = fork();
    if (pid == 0)
        _exit(take_in_guest(ways[_i].take, allowed));
    confined_reap(&status);
    ck_assert_msg(status == 0, "%s: status %x", ways[_i].name,
                  (unsigned)status);
}
END_TEST

static int
run_in_real_time(bool in_place)
{
    const struct sched_param first = {.sched_priority = 1};
    struct wall wall = {0};
    struct err err;
    if (sched_setscheduler(0, SCHED_RR, &first) != 0)
        return 0; /* not for this user, or kernel */
    if (in_place)
        return wall_in_place(&wall, &confined_limits, &err) != 0 ||
               sched_getscheduler(0) != SCHED_OTHER;
    if (wall_enter_namespaces(&wall, &err) != 0 ||
        sched_getscheduler(0) != SCHED_OTHER)
        _exit(STATUS_BAD);
    return 0;
}

START_TEST(no_guest_runs_in_real_time)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(run_in_real_time(_i));
    confined_reap(&status);
    ck_assert_int_eq(status, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("wall guest");
    TCase *t = tcase_create("wall guest");
    tcase_add_loop_test(t, the_tracer_learns_the_call, AS_STARTED,
                        AS_NOBODY + 1);
    tcase_add_loop_test(t, memory_is_bounded, 0, sizeof ways / sizeof ways[0]);
    tcase_add_loop_test(t, no_guest_runs_in_real_time, 0, 2);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
