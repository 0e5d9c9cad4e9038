#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "tests/wall/probe.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define P FUTEX_PRIVATE_FLAG
#define RT FUTEX_CLOCK_REALTIME
#define NOFD (-1ul)
/* Garbage above an int: the kernel does not look at it. */
#define HIGH (0xdeadbeeful << 32)
#define X32 0x40000000l
#define K WANT_KILLED
#define ANY WANT_THROUGH
#define MAP(what, want, prot, flags, fd)                                      \
    {                                                                         \
        "mmap " what, {SYS_mmap, {0, PAGE_BYTES, prot, flags, fd, 0}}, want   \
    }
#define FUTEX(what, want, op)                                                 \
    {                                                                         \
        "futex " what, {SYS_futex, {PAGE, op, 1, 0, 0, 1}}, want              \
    }
#define ADVICE(what, want, n)                                                 \
    {                                                                         \
        "madvise " what, {SYS_madvise, {PAGE, PAGE_BYTES, n}}, want           \
    }
#define CLOCK(what, want, id)                                                 \
    {                                                                         \
        "clock_gettime " what, {SYS_clock_gettime, {id, PAGE}}, want          \
    }
#define SLEEP(what, want, id, flags)                                          \
    {                                                                         \
        "clock_nanosleep " what, {SYS_clock_nanosleep, {id, flags, PAGE}},    \
            want                                                              \
    }

/* clang-format off */
const struct edge edges[] = {
    {"read its stdin",          {SYS_read, {0, PAGE, 1}},  0},
    {"read 0, garbage above",   {SYS_read, {HIGH, PAGE, 1}}, 0},
    {"read stdout",             {SYS_read, {1, PAGE, 1}},  K},
    {"read stderr",             {SYS_read, {2, PAGE, 1}},  K},
    {"read the report",         {SYS_read, {3, PAGE, 1}},  K},
    {"read 4",                  {SYS_read, {4, PAGE, 1}},  K},
    {"read 1, garbage above",   {SYS_read, {HIGH | 1, PAGE, 1}}, K},
    {"read -1",                 {SYS_read, {NOFD, PAGE, 1}}, K},
    {"write stdout",            {SYS_write, {1, PAGE, 1}}, 0},
    {"write stderr",            {SYS_write, {2, PAGE, 1}}, 0},
    {"write stderr, garbage above", {SYS_write, {HIGH | 2, PAGE, 1}}, 0},
    {"write stdin",             {SYS_write, {0, PAGE, 1}}, K},
    {"write 4",                 {SYS_write, {4, PAGE, 1}}, K},
    {"write 1024",              {SYS_write, {1024, PAGE, 1}}, K},
    {"write -1",                {SYS_write, {NOFD, PAGE, 1}}, K},

    MAP("what malloc asks for",       0, RW, ANON, NOFD),
    MAP("PROT_NONE, reserved",        0, PROT_NONE, ANON | MAP_NORESERVE, NOFD),
    MAP("for a stack",                0, RW, ANON | MAP_STACK, NOFD),
    MAP("droppable",                ANY, RW, MAP_ANONYMOUS | 0x08, NOFD),
    MAP("fd with garbage above",      0, RW, ANON, HIGH | 0xffffffff),
    MAP("prot with garbage above",    0, HIGH | RW, ANON, NOFD),
    MAP("flags with garbage above", ANY, RW, HIGH | ANON, NOFD),
    MAP("executable",                 K, PROT_READ | PROT_EXEC, ANON, NOFD),
    MAP("writable, executable",       K, RW | PROT_EXEC, ANON, NOFD),
    MAP("executable, garbage above",  K, HIGH | PROT_EXEC, ANON, NOFD),
    MAP("prot with an unknown bit",   K, RW | 0x10, ANON, NOFD),
    MAP("prot growsdown",             K, RW | PROT_GROWSDOWN, ANON, NOFD),
    MAP("shared anonymous",           K, RW, MAP_SHARED | MAP_ANONYMOUS, NOFD),
    MAP("shared, validated",          K, RW, 0x03 | MAP_ANONYMOUS, NOFD),
    MAP("shared and droppable",       K, RW, 0x09 | MAP_ANONYMOUS, NOFD),
    MAP("shared, garbage above",      K, RW, HIGH | MAP_SHARED | MAP_ANONYMOUS, NOFD),
    MAP("no type",                    K, RW, MAP_ANONYMOUS, NOFD),
    MAP("unknown type 4",             K, RW, 0x04 | MAP_ANONYMOUS, NOFD),
    MAP("stdin as a file",            K, PROT_READ, MAP_PRIVATE, 0),
    MAP("the report as a file",       K, PROT_READ, MAP_SHARED, 3),
    MAP("no file, not anonymous",     K, RW, MAP_PRIVATE, NOFD),
    MAP("anonymous with fd 0",        K, RW, ANON, 0),
    MAP("anonymous, fd 0 and garbage", K, RW, ANON, 0xffffffff00000000ul),
    MAP("grows down",                 K, RW, ANON | MAP_GROWSDOWN, NOFD),
    MAP("huge pages",                 K, RW, ANON | MAP_HUGETLB, NOFD),
    MAP("huge pages of 1 GB",         K, RW, ANON | MAP_HUGETLB | 30u << 26, NOFD),
    MAP("locked",                     K, RW, ANON | MAP_LOCKED, NOFD),
    MAP("populated",                  K, RW, ANON | MAP_POPULATE, NOFD),
    MAP("sync",                       K, RW, ANON | 0x80000, NOFD),
    MAP("uninitialized",              K, RW, ANON | 0x4000000, NOFD),
#ifdef __x86_64__
    MAP("below 4 GB",                 K, RW, ANON | MAP_32BIT, NOFD),
#endif
    {"mmap over what is there", {SYS_mmap, {PAGE, PAGE_BYTES, RW, ANON | MAP_FIXED, NOFD}}, 0},

    {"mprotect read, write",   {SYS_mprotect, {PAGE, PAGE_BYTES, RW}}, 0},
    {"mprotect none",          {SYS_mprotect, {PAGE, PAGE_BYTES, 0}}, 0},
    {"mprotect exec",          {SYS_mprotect, {PAGE, PAGE_BYTES, PROT_EXEC}}, K},
    {"mprotect read, exec",    {SYS_mprotect, {PAGE, PAGE_BYTES, PROT_READ | PROT_EXEC}}, K},
    {"mprotect exec, garbage above", {SYS_mprotect, {PAGE, PAGE_BYTES, HIGH | PROT_EXEC}}, K},
    {"mprotect growsdown",     {SYS_mprotect, {PAGE, PAGE_BYTES, RW | PROT_GROWSDOWN}}, K},
    {"mprotect unknown bit",   {SYS_mprotect, {PAGE, PAGE_BYTES, 0x20}}, K},

    {"mremap in place",        {SYS_mremap, {PAGE, PAGE_BYTES, PAGE_BYTES, 0}}, 0},
    {"mremap may move",        {SYS_mremap, {PAGE, PAGE_BYTES, 1 << 20, MREMAP_MAYMOVE}}, 0},
    {"mremap fixed",           {SYS_mremap, {PAGE, PAGE_BYTES, PAGE_BYTES, MREMAP_MAYMOVE | MREMAP_FIXED, PAGE + (1 << 24)}}, K},
    {"mremap do not unmap",    {SYS_mremap, {PAGE, PAGE_BYTES, PAGE_BYTES, MREMAP_MAYMOVE | 4}}, K},
    {"mremap fixed, garbage above", {SYS_mremap, {PAGE, PAGE_BYTES, PAGE_BYTES, HIGH | 3}}, K},

    FUTEX("wake, private",              0, FUTEX_WAKE | P),
    FUTEX("wait, private",         EAGAIN, FUTEX_WAIT | P),
    FUTEX("wait bitset, private",  EAGAIN, FUTEX_WAIT_BITSET | P),
    FUTEX("wait bitset, wall time", EAGAIN, FUTEX_WAIT_BITSET | P | RT),
    FUTEX("wake bitset, private",       0, FUTEX_WAKE_BITSET | P),
    FUTEX("wake, garbage above",        0, HIGH | FUTEX_WAKE | P),
    FUTEX("wait, shared",               K, FUTEX_WAIT),
    FUTEX("wake, shared",               K, FUTEX_WAKE),
    FUTEX("wait bitset, shared",        K, FUTEX_WAIT_BITSET),
    FUTEX("wake bitset, shared",        K, FUTEX_WAKE_BITSET),
    FUTEX("wait, wall time",            K, FUTEX_WAIT | P | RT),
    FUTEX("wake, wall time",            K, FUTEX_WAKE | P | RT),
    FUTEX("fd",                         K, FUTEX_FD | P),
    FUTEX("requeue",                    K, FUTEX_REQUEUE | P),
    FUTEX("compare, requeue",           K, FUTEX_CMP_REQUEUE | P),
    FUTEX("wake op",                    K, FUTEX_WAKE_OP | P),
    FUTEX("lock, priority",             K, FUTEX_LOCK_PI | P),
    FUTEX("unlock, priority",           K, FUTEX_UNLOCK_PI | P),
    FUTEX("try lock, priority",         K, FUTEX_TRYLOCK_PI | P),
    FUTEX("wait requeue, priority",     K, FUTEX_WAIT_REQUEUE_PI | P),
    FUTEX("compare requeue, priority",  K, FUTEX_CMP_REQUEUE_PI | P),
    FUTEX("lock 2, priority",           K, 13 | P),
    FUTEX("no such op",                 K, 14 | P),
    FUTEX("unknown flag",               K, FUTEX_WAKE | P | 0x200),

    ADVICE("don't need",           0, MADV_DONTNEED),
    ADVICE("normal",               K, MADV_NORMAL),
    ADVICE("will need",            K, MADV_WILLNEED),
    ADVICE("free",                 K, MADV_FREE),
    ADVICE("remove",               K, MADV_REMOVE),
    ADVICE("don't fork",           K, MADV_DONTFORK),
    ADVICE("merge",                K, MADV_MERGEABLE),
    ADVICE("huge pages",           K, MADV_HUGEPAGE),
    ADVICE("do dump",              K, MADV_DODUMP),
    ADVICE("wipe on fork",         K, MADV_WIPEONFORK),
    ADVICE("cold",                 K, MADV_COLD),
    ADVICE("page out",             K, MADV_PAGEOUT),
    ADVICE("populate",             K, 22),
    ADVICE("collapse",             K, 25),
    ADVICE("poison",               K, 100),
    ADVICE("guard",                K, 102),

    CLOCK("wall time",             0, CLOCK_REALTIME),
    CLOCK("monotonic",             0, CLOCK_MONOTONIC),
    CLOCK("own CPU",               0, CLOCK_PROCESS_CPUTIME_ID),
    CLOCK("own thread's CPU",      0, CLOCK_THREAD_CPUTIME_ID),
    CLOCK("since boot",            0, CLOCK_BOOTTIME),
    CLOCK("garbage above",         0, HIGH | CLOCK_MONOTONIC),
    CLOCK("wall time alarm",       K, CLOCK_REALTIME_ALARM),
    CLOCK("boot alarm",            K, CLOCK_BOOTTIME_ALARM),
    CLOCK("atomic time",           K, CLOCK_TAI),
    CLOCK("of process 1",          K, ~1ul << 3 | 2),
    CLOCK("of process 1, 32 bits", K, ~1u << 3 | 2),
    CLOCK("of descriptor 3",       K, ~3ul << 3 | 3),

    SLEEP("wall time",             0, CLOCK_REALTIME, 0),
    SLEEP("until then",            0, CLOCK_MONOTONIC, TIMER_ABSTIME),
    SLEEP("own CPU",               K, CLOCK_PROCESS_CPUTIME_ID, 0),
    SLEEP("since boot",            K, CLOCK_BOOTTIME, 0),
    SLEEP("boot alarm",            K, CLOCK_BOOTTIME_ALARM, 0),
    SLEEP("of process 1",          K, ~1ul << 3 | 2, 0),
    SLEEP("unknown flag",          K, CLOCK_MONOTONIC, 2),

    {"clone a process",      {SYS_clone, {17}}, EPERM},
    {"clone a thread",       {SYS_clone, {CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, PAGE}}, EPERM},
    {"clone namespaces",     {SYS_clone, {CLONE_NEWUSER | 17}}, EPERM},
    {"clone3",               {SYS_clone3, {PAGE, 64}}, ENOSYS},
    {"getrandom",            {SYS_getrandom, {PAGE, 16, 0}}, 0},
    {"getrandom, not waiting", {SYS_getrandom, {PAGE, 16, 1}}, 0},
    {"brk",                  {SYS_brk, {0}}, 0},

    {"no call at all: -1",   {-1, {0}}, K},
    {"a number far above",   {100000, {0}}, K},
#ifdef __x86_64__
    {"x32 read",             {X32 | SYS_read, {0, PAGE, 1}}, K},
    {"x32 write",            {X32 | SYS_write, {1, PAGE, 1}}, K},
    {"x32 getpid",           {X32 | SYS_getpid, {0}}, K},
    {"x32 exit",             {X32 | SYS_exit_group, {77}}, K},
    {"x32 execve",           {X32 | 520, {PAGE, 0, 0}}, K},
    {"x32 clone",            {X32 | SYS_clone, {17}}, K},
    {"x32 mmap",             {X32 | SYS_mmap, {0, PAGE_BYTES, RW, ANON, NOFD}}, K},
    {"x32 of -1",            {0xffffffffl, {0}}, K},
#endif
};
/* clang-format on */

const size_t edges_count = sizeof edges / sizeof edges[0];
