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
#define KERNEL 0xffffffff81000000ul
/* Frames of the callers too, where a sanitizer makes them large. */
#define STACK_BYTES (4 * PAGE_BYTES)
#define NOTHING 0x60000000ul
#define DROP (MAP_ANONYMOUS | 0x08)
#define MMAP_FLAGS (MAP_FIXED | MAP_NORESERVE | MAP_STACK | 0x100000)
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
    {"read into the kernel",    {SYS_read, {0, KERNEL, 1}}, EFAULT},
    {"read into code",          {SYS_read, {0, TEXT, 1}}, EFAULT},
    {"write of the kernel",     {SYS_write, {1, KERNEL, 1}}, EFAULT},
    {"write of no memory",      {SYS_write, {1, NOTHING, 1}}, EFAULT},
    {"write the report",        {SYS_write, {3, PAGE, 0}}, 0},
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
    {"mmap over the stack",     {SYS_mmap, {STACK, STACK_BYTES, RW, ANON | MAP_FIXED, NOFD}}, WANT_DOWN},
    {"mmap over its code",      {SYS_mmap, {TEXT, PAGE_BYTES, RW, ANON | MAP_FIXED, NOFD}}, WANT_SEALED},
    {"mmap over its code, executable", {SYS_mmap, {TEXT, PAGE_BYTES, RW | PROT_EXEC, ANON | MAP_FIXED, NOFD}}, K},
    {"mmap at the page of null", {SYS_mmap, {0, PAGE_BYTES, RW, ANON | MAP_FIXED, NOFD}}, EPERM},
    {"mmap in the kernel's half", {SYS_mmap, {KERNEL, PAGE_BYTES, RW, ANON | MAP_FIXED, NOFD}}, ENOMEM},
    {"mmap of more than there is", {SYS_mmap, {0, 1ul << 47, RW, ANON, NOFD}}, ENOMEM},
    {"mmap of no bytes",        {SYS_mmap, {0, 0, RW, ANON, NOFD}}, EINVAL},
    {"mmap with an offset",     {SYS_mmap, {0, PAGE_BYTES, RW, ANON, NOFD, PAGE_BYTES}}, 0},

    {"munmap of its stack",     {SYS_munmap, {STACK, STACK_BYTES}}, WANT_DOWN},
    {"munmap of everything",    {SYS_munmap, {0, (1ul << 47) - PAGE_BYTES}}, WANT_SEALED},
    {"munmap in the kernel's half", {SYS_munmap, {KERNEL, PAGE_BYTES}}, EINVAL},

    {"mprotect read, write",   {SYS_mprotect, {PAGE, PAGE_BYTES, RW}}, 0},
    {"mprotect none",          {SYS_mprotect, {PAGE, PAGE_BYTES, 0}}, 0},
    {"mprotect exec",          {SYS_mprotect, {PAGE, PAGE_BYTES, PROT_EXEC}}, K},
    {"mprotect read, exec",    {SYS_mprotect, {PAGE, PAGE_BYTES, PROT_READ | PROT_EXEC}}, K},
    {"mprotect exec, garbage above", {SYS_mprotect, {PAGE, PAGE_BYTES, HIGH | PROT_EXEC}}, K},
    {"mprotect growsdown",     {SYS_mprotect, {PAGE, PAGE_BYTES, RW | PROT_GROWSDOWN}}, K},
    {"mprotect unknown bit",   {SYS_mprotect, {PAGE, PAGE_BYTES, 0x20}}, K},

    {"mremap in place",        {SYS_mremap, {PAGE, PAGE_BYTES, PAGE_BYTES, 0}}, 0},
    {"mprotect of code, writable", {SYS_mprotect, {TEXT, PAGE_BYTES, RW}}, WANT_SEALED},
    {"mprotect of code, executable", {SYS_mprotect, {TEXT, PAGE_BYTES, PROT_READ | PROT_EXEC}}, K},
    {"mprotect of the stack, executable", {SYS_mprotect, {STACK, PAGE_BYTES, RW | PROT_EXEC}}, K},
    {"mprotect in the kernel's half", {SYS_mprotect, {KERNEL, PAGE_BYTES, RW}}, ENOMEM},

    {"mremap may move",        {SYS_mremap, {PAGE, PAGE_BYTES, 1 << 20, MREMAP_MAYMOVE}}, 0},
    {"mremap of nothing: a second view", {SYS_mremap, {PAGE, 0, PAGE_BYTES, MREMAP_MAYMOVE}}, EINVAL},
    {"mremap to less",         {SYS_mremap, {PAGE, 2 * PAGE_BYTES, PAGE_BYTES, 0}}, 0},
    {"mremap to nothing",      {SYS_mremap, {PAGE, PAGE_BYTES, 0, 0}}, EINVAL},
    {"mremap of code, longer", {SYS_mremap, {TEXT, PAGE_BYTES, 1 << 20, 0}}, ANY},
    {"mremap in the kernel's half", {SYS_mremap, {KERNEL, PAGE_BYTES, PAGE_BYTES, MREMAP_MAYMOVE}}, ANY},
    {"mremap past all limits", {SYS_mremap, {PAGE, PAGE_BYTES, 1ul << 46, MREMAP_MAYMOVE}}, ENOMEM},
    {"mremap fixed",           {SYS_mremap, {PAGE, PAGE_BYTES, PAGE_BYTES, MREMAP_MAYMOVE | MREMAP_FIXED, PAGE + (1 << 24)}}, K},
    {"mremap do not unmap",    {SYS_mremap, {PAGE, PAGE_BYTES, PAGE_BYTES, MREMAP_MAYMOVE | 4}}, K},
    {"mremap fixed, garbage above", {SYS_mremap, {PAGE, PAGE_BYTES, PAGE_BYTES, HIGH | 3}}, K},

    FUTEX("wake, private",              0, FUTEX_WAKE | P),
    FUTEX("wait, private",         EAGAIN, FUTEX_WAIT | P),
    FUTEX("wait bitset, private",  EAGAIN, FUTEX_WAIT_BITSET | P),
    FUTEX("wait bitset, wall time", EAGAIN, FUTEX_WAIT_BITSET | P | RT),
    FUTEX("wake bitset, private",       0, FUTEX_WAKE_BITSET | P),
    FUTEX("wake, garbage above",        0, HIGH | FUTEX_WAKE | P),
    {"futex of the kernel",        {SYS_futex, {KERNEL, FUTEX_WAIT | P, 0}}, EFAULT},
    {"futex of no memory",         {SYS_futex, {NOTHING, FUTEX_WAIT | P, 0}}, EFAULT},
    {"futex out of step",          {SYS_futex, {PAGE + 1, FUTEX_WAIT | P, 0}}, EINVAL},
    {"futex until no time",        {SYS_futex, {PAGE, FUTEX_WAIT | P, 0, TIMES + TIME_MALFORMED}}, EINVAL},
    {"futex for years",            {SYS_futex, {PAGE, FUTEX_WAIT | P, 0, TIMES + TIME_YEARS}}, WANT_HUNG},
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
    {"madvise: forget the stack",  {SYS_madvise, {STACK, STACK_BYTES, MADV_DONTNEED}}, WANT_DOWN},
    {"madvise: code, from its file", {SYS_madvise, {TEXT, PAGE_BYTES, MADV_DONTNEED}}, 0},
    {"madvise of the kernel",      {SYS_madvise, {KERNEL, PAGE_BYTES, MADV_DONTNEED}}, ENOMEM},
    {"madvise out of step",        {SYS_madvise, {PAGE + 1, PAGE_BYTES, MADV_DONTNEED}}, EINVAL},
    {"madvise, garbage above",     {SYS_madvise, {PAGE, PAGE_BYTES, HIGH | MADV_DONTNEED}}, 0},
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
    {"clock_gettime into the kernel", {SYS_clock_gettime, {CLOCK_REALTIME, KERNEL}}, EFAULT},
    CLOCK("coarse",                0, CLOCK_MONOTONIC_COARSE),
    CLOCK("of a thread, all bits", K, ~0ul),
    CLOCK("wall time alarm",       K, CLOCK_REALTIME_ALARM),
    CLOCK("boot alarm",            K, CLOCK_BOOTTIME_ALARM),
    CLOCK("atomic time",           K, CLOCK_TAI),
    CLOCK("of process 1",          K, ~1ul << 3 | 2),
    CLOCK("of process 1, 32 bits", K, ~1u << 3 | 2),
    CLOCK("of descriptor 3",       K, ~3ul << 3 | 3),

    SLEEP("wall time",             0, CLOCK_REALTIME, 0),
    SLEEP("until then",            0, CLOCK_MONOTONIC, TIMER_ABSTIME),
    {"clock_nanosleep for years", {SYS_clock_nanosleep, {CLOCK_MONOTONIC, 0, TIMES + TIME_YEARS}}, WANT_HUNG},
    {"clock_nanosleep until a far year", {SYS_clock_nanosleep, {CLOCK_REALTIME, TIMER_ABSTIME, TIMES + TIME_YEARS}}, WANT_HUNG},
    {"clock_nanosleep for less than nothing", {SYS_clock_nanosleep, {CLOCK_MONOTONIC, 0, TIMES + TIME_NEGATIVE}}, EINVAL},
    {"clock_nanosleep for no time", {SYS_clock_nanosleep, {CLOCK_MONOTONIC, 0, TIMES + TIME_MALFORMED}}, EINVAL},
    {"clock_nanosleep of the kernel", {SYS_clock_nanosleep, {CLOCK_MONOTONIC, 0, KERNEL}}, EFAULT},
    {"clock_nanosleep, clock -1",  {SYS_clock_nanosleep, {~0ul, 0, PAGE}}, K},
    {"clock_nanosleep of a descriptor", {SYS_clock_nanosleep, {~3ul << 3 | 3, 0, PAGE}}, K},
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
    {"getrandom into the kernel", {SYS_getrandom, {KERNEL, 16, 0}}, EFAULT},
    {"getrandom into code",  {SYS_getrandom, {TEXT, 16, 0}}, EFAULT},
    {"getrandom, insecure",  {SYS_getrandom, {PAGE, 16, 4}}, ANY},
    {"getrandom, unknown flag", {SYS_getrandom, {PAGE, 16, 0x80}}, EINVAL},
    {"brk",                  {SYS_brk, {0}}, 0},
    {"brk to the moon",      {SYS_brk, {1ul << 46}}, 0},
    {"brk into the kernel",  {SYS_brk, {KERNEL}}, 0},
    {"exit",                 {SYS_exit, {77}}, WANT_GONE},
    {"exit_group",           {SYS_exit_group, {77}}, WANT_GONE},
    {"restart_syscall of nothing", {SYS_restart_syscall, {0}}, EINTR},
    {"rt_sigreturn from no signal", {SYS_rt_sigreturn, {0}}, WANT_DOWN},

    {"no call at all: -1",   {-1, {0}}, K},
    {"a number far above",   {100000, {0}}, K},
#ifdef __x86_64__
    {"x32 of -1",            {0xffffffffl, {0}}, K},
#endif
};
/* clang-format on */

const size_t edges_count = sizeof edges / sizeof edges[0];

/* clang-format off */
const struct sweep sweeps[] = {
    {"read from 0",            {SYS_read, {0, PAGE, 1}},  0, 0},
    {"write to 1",             {SYS_write, {1, PAGE, 0}}, 0, 1 << 1},
    {"write to 2",             {SYS_write, {2, PAGE, 0}}, 0, 1 << 0},
    {"write to 3",             {SYS_write, {3, PAGE, 0}}, 0, 1 << 0 | 1 << 1},
    {"clock_gettime's clock",  {SYS_clock_gettime, {0, PAGE}}, 0, 7},
    {"clock_gettime's other clock", {SYS_clock_gettime, {7, PAGE}}, 0, 7},
    {"clock_nanosleep's clock", {SYS_clock_nanosleep, {0, 0, PAGE}}, 0, 1},
    {"clock_nanosleep's other clock", {SYS_clock_nanosleep, {1, 0, PAGE}}, 0, 1},
    {"clock_nanosleep's flags", {SYS_clock_nanosleep, {0, 0, PAGE}}, 1, 1},
    {"futex wait's op",        {SYS_futex, {PAGE, FUTEX_WAIT | P, 1}}, 1, 1},
    {"futex wake's op",        {SYS_futex, {PAGE, FUTEX_WAKE | P, 1}}, 1, 1 << 0 | 1 << 3},
    {"futex wait bitset's op", {SYS_futex, {PAGE, FUTEX_WAIT_BITSET | P, 1, 0, 0, 1}}, 1, RT | 1 << 3},
    {"futex wake bitset's op", {SYS_futex, {PAGE, FUTEX_WAKE_BITSET | P, 1, 0, 0, 1}}, 1, 0},
    {"futex wait bitset's op, wall time", {SYS_futex, {PAGE, FUTEX_WAIT_BITSET | P | RT, 1, 0, 0, 1}}, 1, RT},
    {"madvise's advice",       {SYS_madvise, {PAGE, PAGE_BYTES, MADV_DONTNEED}}, 2, 0},
    {"mmap's protection",      {SYS_mmap, {0, PAGE_BYTES, RW, ANON, NOFD}}, 2, RW},
    {"mmap's flags",           {SYS_mmap, {0, PAGE_BYTES, RW, ANON, NOFD}}, 3, MMAP_FLAGS},
    {"mmap's flags, droppable", {SYS_mmap, {0, PAGE_BYTES, RW, DROP, NOFD}}, 3, MMAP_FLAGS},
    {"mmap's descriptor",      {SYS_mmap, {0, PAGE_BYTES, RW, ANON, NOFD}}, 4, 0},
    {"mprotect's protection",  {SYS_mprotect, {PAGE, PAGE_BYTES, RW}}, 2, RW},
    {"mremap's flags",         {SYS_mremap, {PAGE, PAGE_BYTES, PAGE_BYTES, 0}}, 3, MREMAP_MAYMOVE},
};
/* clang-format on */

const size_t sweeps_count = sizeof sweeps / sizeof sweeps[0];

struct attempt
sweep_attempt(const struct sweep *sweep, unsigned bit)
{
    struct attempt a = sweep->attempt;
    a.args[sweep->arg] ^= 1ul << bit;
    return a;
}

int
sweep_want(const struct sweep *sweep, unsigned bit)
{
    return sweep->through >> bit & 1 ? WANT_THROUGH : WANT_KILLED;
}

bool
edge_is_as(const struct outcome *o, int want)
{
    switch (want) {
    case WANT_KILLED:
        return o->came_to == CAME_KILLED;
    case WANT_THROUGH:
        return o->came_to == CAME_BACK;
    case WANT_DOWN:
        return o->came_to == CAME_DOWN;
    case WANT_HUNG:
        return o->came_to == CAME_HUNG;
    case WANT_GONE:
        return o->came_to == CAME_EXIT;
    case WANT_SEALED:
        return o->came_to == CAME_DOWN ||
               (o->came_to == CAME_BACK && o->value == EPERM);
    }
    return o->came_to == CAME_BACK && o->value == want;
}

static bool
seen_by_sweeps(struct wall *wall, long nr)
{
    for (size_t i = 0; i < sweeps_count; i++)
        for (unsigned bit = 0; sweeps[i].attempt.nr == nr && bit < 32; bit++) {
            const struct attempt a = sweep_attempt(&sweeps[i], bit);
            const struct outcome o = sealed_try(wall, HOW_SYSCALL, &a);
            if (!edge_is_as(&o, sweep_want(&sweeps[i], bit)))
                return true;
        }
    return false;
}

bool
mutation_is_seen(struct wall *wall, long nr)
{
    for (size_t i = 0; i < edges_count; i++) {
        const struct edge *e = &edges[i];
        /* One that waits takes its time. */
        if (e->attempt.nr != nr || e->want == WANT_HUNG)
            continue;
        const struct outcome o = sealed_try(wall, HOW_SYSCALL, &e->attempt);
        if (!edge_is_as(&o, e->want))
            return true;
    }
    return seen_by_sweeps(wall, nr);
}
