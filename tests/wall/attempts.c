#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/wall/probe.h"

#define BAD 1ul     /* never mapped, never aligned */
#define NONE (-1ul) /* no such descriptor */

/* clang-format off */
static const struct attempt special[] = {
    /* let through: a form that meets the conditions and fails in the kernel */
    {SYS_brk,             {0}},
    {SYS_clock_gettime,   {0, BAD}},
    {SYS_clock_nanosleep, {0, 0, BAD, 0}},
    {SYS_exit,            {77}},
    {SYS_exit_group,      {77}},
    {SYS_futex,           {BAD, FUTEX_WAKE_PRIVATE, 0, 0, 0, 0}},
    {SYS_getrandom,       {BAD, 0, 0xffff}},
    {SYS_madvise,         {BAD, 1, MADV_DONTNEED}},
    {SYS_mmap,            {0, 0, 0, MAP_PRIVATE | MAP_ANONYMOUS, NONE, 0}},
    {SYS_mprotect,        {BAD, 1, 0}},
    {SYS_mremap,          {BAD, 1, 1, 0}},
    {SYS_munmap,          {BAD, 1}},
    {SYS_read,            {0, BAD, 1}},
    {SYS_write,           {1, BAD, 1}},
    /* would act with the arguments that all others get */
    {SYS_kill,            {0x7ffffff0, 0}},
    {SYS_tkill,           {NONE, 0}},
    {SYS_tgkill,          {NONE, NONE, 0}},
    {SYS_rt_sigqueueinfo, {0x7ffffff0, 0, BAD}},
    {SYS_ptrace,          {9999, 0x7ffffff0, 0, 0}},
    {SYS_clone,           {0x00010000, 0, 0, 0, 0}},
    {SYS_clone3,          {BAD, 0}},
    {SYS_setpgid,         {NONE, NONE}},
    {SYS_setpriority,     {99, 0, 0}},
    {SYS_setrlimit,       {999, BAD}},
    {SYS_prlimit64,       {0, 999, 0, 0}},
    {SYS_reboot,          {0, 0, 0, 0}},
    {SYS_syslog,          {99, 0, 0}},
    {SYS_unshare,         {1}},
    {SYS_seccomp,         {99, 0, 0}},
    {SYS_prctl,           {0x7fffffff, 0, 0, 0, 0}},
    {SYS_personality,     {0xffffffff}},
    {SYS_bpf,             {9999, 0, 0}},
    {SYS_mlockall,        {0}},
    {SYS_shmget,          {0, 0, 0}},
    {SYS_semget,          {0, NONE, 0}},
    {SYS_msgget,          {0x7ffffff1, 0}},
    {SYS_dup3,            {NONE, NONE, 0}},
    {SYS_close_range,     {2, 1, 0}},
    {SYS_wait4,           {0x7ffffff0, 0, 1, 0}},
    {SYS_acct,            {BAD}},
#ifdef __x86_64__
    {SYS_fork,            {0}},
    {SYS_vfork,           {0}},
    {SYS_arch_prctl,      {0xffff, 0}},
    {SYS_iopl,            {99}},
    {SYS_dup2,            {NONE, NONE}},
    {SYS_modify_ldt,      {99, BAD, 0}},
#endif
};
/* clang-format on */

struct attempt
attempt_of(long nr)
{
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (special[i].nr == nr)
            return special[i];
    return (struct attempt){nr, {NONE, BAD, BAD, 0, 0, 0}};
}
