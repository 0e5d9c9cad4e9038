/* The broker's wall: what a library of its can no longer do. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/gateway/confine.h"
#include "host/gateway/syscalls.h"

static bool
has_landlock(void)
{
    return syscall(444, NULL, 0, 1) > 0;
}

static int
try_exec(void)
{
    return execl("/bin/true", "true", NULL);
}

static int
try_fork(void)
{
    return (int)fork();
}

static int
try_vfork(void)
{
    return (int)syscall(SYS_vfork);
}

static int
try_kill(void)
{
    return kill(getppid(), 0);
}

static int
try_ptrace(void)
{
    return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int
try_raw_socket(void)
{
    return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int
try_packet_socket(void)
{
    return socket(AF_PACKET, SOCK_DGRAM, 0);
}

static int
try_listen(void)
{
    int sock = socket(AF_INET, SOCK_STREAM, 0);
    return listen(sock, 1);
}

static int
try_write_and_run(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? -1 : 0;
}

static int
try_make_executable(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static int
try_setuid(void)
{
    return (int)syscall(SYS_setuid, 65534);
}

static int
try_dumpable(void)
{
    return prctl(PR_SET_DUMPABLE, 1);
}

static int
try_other_prlimit(void)
{
    return (int)syscall(SYS_prlimit64, getppid(), 7, NULL, NULL);
}

static int
try_raise_limit(void)
{
    const uint64_t limit[2] = {0, 0};
    return (int)syscall(SYS_prlimit64, 0, 4, limit, NULL);
}

static int
try_tiocsti(void)
{
    return ioctl(0, 0x5412, "x");
}

/* clang-format off */
static const struct {
    const char *what;
    int (*attempt)(void);
} refused[] = {
    {"execve",              try_exec},
    {"fork",                try_fork},
    {"vfork",               try_vfork},
    {"kill",                try_kill},
    {"ptrace",              try_ptrace},
    {"a raw socket",        try_raw_socket},
    {"a packet socket",     try_packet_socket},
    {"listen",              try_listen},
    {"mmap W+X",            try_write_and_run},
    {"mprotect X",          try_make_executable},
    {"setuid",              try_setuid},
    {"dumpable again",      try_dumpable},
    {"prlimit of another",  try_other_prlimit},
    {"prlimit that sets",   try_raise_limit},
    {"ioctl TIOCSTI",       try_tiocsti},
};
/* clang-format on */

static void *
nothing(void *arg)
{
    return arg;
}

static int
open_below(const char *folder, const char *name, int flags)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return open(path, flags | O_CLOEXEC, 0600);
}

/* In a child: 0, or the number of what went wrong. */
static int
confined(int row, const char *folder)
{
    struct confine confine = {.npaths = 0};
    struct err err;
    char path[128];
    snprintf(path, sizeof path, "%s/data", folder);
    if (confine_early(&err) != 0 ||
        confine_allow(&confine, path, true, &err) != 0 ||
        confine_close(&confine, &err) != 0)
        return 100;
    if (row >= 0)
        return refused[row].attempt() == -1 && errno == ENOSYS ? 0 : 1;
    pthread_t thread;
    if (pthread_create(&thread, NULL, nothing, NULL) != 0 ||
        pthread_join(thread, NULL) != 0 ||
        socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ||
        open("/etc/hosts", O_RDONLY) < 0)
        return 101;
    if (open_below(folder, "data/new", O_RDWR | O_CREAT) < 0 ||
        unlinkat(open_below(folder, "data", O_RDONLY | O_DIRECTORY), "new",
                 0) == 0)
        return 102; /* unlinkat is no call of sqlite's */
    if (has_landlock() &&
        (open_below(folder, "secret", O_RDONLY) >= 0 || errno != EACCES))
        return 103;
    if (has_landlock() && open("/etc/shadow", O_RDONLY) >= 0)
        return 104;
    return 0;
}

static int
in_child(int row, const char *folder)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(confined(row, folder));
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 200;
}

START_TEST(refuses)
{
    ck_assert_msg(in_child(_i, "/none") == 0, "%s: %d", refused[_i].what,
                  in_child(_i, "/none"));
}
END_TEST

START_TEST(lets_it_work)
{
    char folder[] = "/tmp/immure-confine-XXXXXX", path[128];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/data", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_ge(open_below(folder, "secret", O_RDWR | O_CREAT), 0);
    ck_assert_int_eq(in_child(-1, folder), 0);
    snprintf(path, sizeof path, "rm -r %s", folder);
    ck_assert_int_eq(system(path), 0);
}
END_TEST

START_TEST(each_has_a_reason)
{
    for (size_t i = 0; i < broker_syscalls_count; i++) {
        ck_assert_uint_gt(strlen(broker_syscalls[i].reason), 3);
        ck_assert(i == 0 || strcmp(broker_syscalls[i - 1].name,
                                   broker_syscalls[i].name) <= 0);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("the broker's wall");
    TCase *tc = tcase_create("confine");
    tcase_add_loop_test(tc, refuses, 0, sizeof refused / sizeof *refused);
    tcase_add_test(tc, lets_it_work);
    tcase_add_test(tc, each_has_a_reason);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
