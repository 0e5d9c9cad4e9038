/* The wall as a whole: its tables, its floor, what a missing or failing layer
 * leads to, the seal, the tracer's view, and memory that no limit may miss. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/wall/layers.h"
#include "host/wall/syscalls.h"
#include "tests/wall/confined.h"

enum { STATUS_GOOD = 0, STATUS_BAD = 1, MEGABYTE = 1 << 20 };

static void
reap_all(int *out_worst)
{
    int status;
    *out_worst = 0;
    while (wait(&status) > 0)
        if (status != 0)
            *out_worst = status;
}

/* Go on in a fork; the zygote ends as it does. */
static void
fork_guest(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        return;
    waitpid(pid, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_BAD);
}

/* --- tables ----------------------------------------------------------------- */

START_TEST(syscalls_are_sorted_and_say_why)
{
    const char *why = NULL, *before = "";
    size_t n = 0;
    for (const char *name; (name = wall_syscall_name(n, &why)) != NULL; n++) {
        ck_assert_str_gt(name, before);
        ck_assert_uint_gt(strlen(why), 10);
        before = name;
    }
    ck_assert_uint_eq(n, guest_syscalls_count);
}
END_TEST

START_TEST(conditions_are_on_ints)
{
    for (size_t i = 0; i < guest_syscalls_count; i++)
        for (int j = 0; j < 3; j++) {
            const struct sys_arg *a = &guest_syscalls[i].args[j];
            ck_assert_uint_le(a->count, 5);
            for (int k = 0; k < a->count; k++)
                ck_assert_uint_eq(a->values[k] & ~a->mask, 0);
        }
}
END_TEST

START_TEST(layers_are_told)
{
    for (int i = 0; i < WALL_LAYER_COUNT; i++) {
        ck_assert_uint_gt(strlen(wall_layers[i].name), 2);
        ck_assert_uint_gt(strlen(wall_layers[i].stops), 10);
        ck_assert_uint_gt(strlen(wall_layers[i].get), 10);
    }
}
END_TEST

START_TEST(held_names)
{
    char buf[32];
    const struct wall wall = {.held = WALL_BIT(WALL_SECCOMP) |
                                      WALL_BIT(WALL_LANDLOCK)};
    ck_assert_str_eq(wall_held_names(&wall, buf, sizeof buf),
                     "seccomp landlock");
    ck_assert_str_eq(wall_held_names(&wall, buf, 10), "seccomp l");
}
END_TEST

START_TEST(a_missing_layer_is_named_in_full)
{
    struct wall wall = {.require = WALL_BIT(_i)};
    struct err err = {0};
    layer_missing(&wall, (enum wall_layer)_i, EPERM);
    ck_assert_int_eq(layers_check_required(&wall, ~0u, &err), -1);
    ck_assert_int_eq(err.code, ERR_WALL);
    ck_assert_uint_lt(strlen(err.msg), sizeof err.msg - 1);
    ck_assert_ptr_nonnull(strstr(err.msg, wall_layers[_i].name));
    ck_assert_ptr_nonnull(strstr(err.msg, wall_layers[_i].stops));
    ck_assert_ptr_nonnull(strstr(err.msg, wall_layers[_i].get));
}
END_TEST

START_TEST(the_floor_is_named_in_full)
{
    const struct wall none = {.missing[WALL_LANDLOCK] = EOPNOTSUPP};
    struct err err = {0};
    ck_assert_int_eq(layers_check_floor(&none, 0, &err), -1);
    ck_assert_uint_lt(strlen(err.msg), sizeof err.msg - 1);
    ck_assert_ptr_nonnull(strstr(err.msg, wall_layers[WALL_USER_NS].get));
    ck_assert_ptr_nonnull(strstr(err.msg, wall_layers[WALL_LANDLOCK].get));
    const struct wall one = {.held = WALL_BIT(WALL_LANDLOCK)};
    ck_assert_int_eq(layers_check_floor(&one, 0, &err), 0);
    ck_assert_int_eq(layers_check_floor(&one, WALL_FLOOR, &err), -1);
}
END_TEST

/* --- a kernel that lacks something ------------------------------------------- */

/* Make one system call fail, as a kernel without the feature would. */
struct fault {
    const char *layer; /* that the message must name */
    int nr;
    int error;
    unsigned long mask, value; /* of the argument `arg`; mask 0: any */
    unsigned arg;
    bool fatal; /* fails even where nothing requires the layer */
};

#define ANY 0, 0, 0
#define FLAG(flag) flag, flag, 0
/* clang-format off */
static const struct fault faults[] = {
    {"user_ns",      SYS_clone,     EPERM,  FLAG(CLONE_NEWUSER), false},
    {"mount_ns",     SYS_unshare,   EPERM,  FLAG(CLONE_NEWNS), false},
    {"pid_ns",       SYS_clone,     EINVAL, FLAG(CLONE_NEWPID), false},
    {"net_ns",       SYS_unshare,   EINVAL, FLAG(CLONE_NEWNET), false},
    {"ipc_ns",       SYS_unshare,   EINVAL, FLAG(CLONE_NEWIPC), false},
    {"uts_ns",       SYS_unshare,   EINVAL, FLAG(CLONE_NEWUTS), false},
    {"cgroup_ns",    SYS_unshare,   ENOSPC, FLAG(CLONE_NEWCGROUP), false},
    {"time_ns",      SYS_unshare,   EINVAL, FLAG(0x80), false},
    {"landlock",     SYS_landlock_create_ruleset, ENOSYS, ANY, false},
    {"landlock",     SYS_landlock_create_ruleset, EOPNOTSUPP, ANY, false},
    {"mdwe",         SYS_prctl,     EINVAL, ~0ul, 65, 0, false},
    {"speculation",  SYS_prctl,     EINVAL, ~0ul, PR_GET_SPECULATION_CTRL, 0, false},
    /* the floor */
    {"seccomp",      SYS_seccomp,   ENOSYS, ANY, true},
    {"descriptors",  SYS_close_range, ENOSYS, ANY, true},
    /* there, and broken */
    {"seccomp",      SYS_seccomp,   EFAULT, ~0ul, 1, 0, true},
    {"uts_ns",       SYS_sethostname, EPERM, ANY, true},
    {"net_ns",       SYS_unshare,   ENOMEM, FLAG(CLONE_NEWNET), true},
    {"landlock",     SYS_landlock_restrict_self, E2BIG, ANY, true},
    {"no_new_privs", SYS_prctl,     EINVAL, ~0ul, PR_SET_NO_NEW_PRIVS, 0, true},
    {"capabilities", SYS_capset,    EPERM,  ANY, true},
    {"securebits",   SYS_prctl,     EPERM,  ~0ul, PR_SET_SECUREBITS, 0, true},
    {"rlimits",      SYS_prlimit64, EPERM,  ~0ul, RLIMIT_NPROC, 1, true},
    {"dumpable",     SYS_prctl,     EINVAL, ~0ul, PR_SET_DUMPABLE, 0, true},
    {"empty_root",   SYS_mkdir,     EACCES, ANY, true},
};
/* clang-format on */
enum { FAULTS = sizeof faults / sizeof faults[0] };

static void
inject(const struct fault *f)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    const struct scmp_arg_cmp when = {f->arg, SCMP_CMP_MASKED_EQ, f->mask,
                                      f->value};
    /* Not by seccomp(2), which is one of the faults. */
    seccomp_attr_set(filter, SCMP_FLTATR_API_TSKIP, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint16_t)f->error),
                               f->nr, f->mask != 0, &when) != 0 ||
        seccomp_load(filter) != 0)
        _exit(STATUS_BAD);
    seccomp_release(filter);
}

static enum wall_layer
layer_named(const char *name)
{
    int i = 0;
    while (strcmp(wall_layers[i].name, name) != 0)
        i++;
    return (enum wall_layer)i;
}

/* Everything up to and with the seal.  Then only the report can be made. */
static int
put_up_all(struct wall *wall, struct err *err)
{
    if (wall_enter_namespaces(wall, err) != 0 ||
        wall_close_root(wall, err) != 0)
        return -1;
    fork_guest();
    if (wall_guest(wall, &confined_limits, err) != 0)
        return -1;
    return wall_seal(wall, err);
}

struct report {
    int failed;
    unsigned held;
    struct err err;
};

/* In a child as an ordinary user, with a fault and a requirement. */
static struct report
report_of(const struct fault *fault, unsigned require)
{
    int ends[2];
    struct report r = {.failed = 2};
    struct wall wall = {.require = require};
    ck_assert_int_eq(fd_pipe(ends, NULL), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        confined_become_nobody();
        if (dup2(ends[1], 3) < 0)
            _exit(STATUS_BAD);
        if (fault != NULL)
            inject(fault);
        r.failed = put_up_all(&wall, &r.err);
        r.held = wall.held;
        (void)!write(3, &r, sizeof r);
        _exit(STATUS_GOOD);
    }
    close(ends[1]);
    (void)!read(ends[0], &r, sizeof r);
    close(ends[0]);
    int worst;
    reap_all(&worst);
    return r;
}

START_TEST(a_lack_is_left_out_above_the_floor)
{
    const struct fault *f = &faults[_i];
    const struct report r = report_of(f, 0);
    if (f->fatal) {
        ck_assert_int_eq(r.failed, -1);
        ck_assert_int_eq(r.err.code, ERR_WALL);
        ck_assert_msg(strstr(r.err.msg, f->layer) != NULL, "%s: %s", f->layer,
                      r.err.msg);
        return;
    }
    ck_assert_msg(r.failed == 0, "%s: %d %s", f->layer, r.failed, r.err.msg);
    ck_assert_uint_eq(r.held & WALL_BIT(layer_named(f->layer)), 0);
    ck_assert_uint_ne(r.held & WALL_BIT(WALL_SECCOMP), 0);
}
END_TEST

START_TEST(a_lack_of_what_is_required_fails)
{
    const struct fault *f = &faults[_i];
    const enum wall_layer layer = layer_named(f->layer);
    const struct report r = report_of(f, WALL_BIT(layer));
    ck_assert_int_eq(r.failed, -1);
    ck_assert_int_eq(r.err.code, ERR_WALL);
    ck_assert_msg(strstr(r.err.msg, f->layer) != NULL, "%s: %s", f->layer,
                  r.err.msg);
    if (!f->fatal)
        ck_assert_msg(strstr(r.err.msg, wall_layers[layer].get) != NULL,
                      "%s: %s", f->layer, r.err.msg);
}
END_TEST

START_TEST(nothing_between_guest_and_files_fails)
{
    const struct fault no_unshare = {.nr = SYS_unshare, .error = EPERM};
    const struct fault no_landlock = {.nr = SYS_landlock_create_ruleset,
                                      .error = ENOSYS};
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct wall wall = {0};
        struct err err;
        confined_become_nobody();
        inject(&no_unshare);
        inject(&no_landlock);
        bool good = wall_enter_namespaces(&wall, &err) == 0 &&
                    wall_close_root(&wall, &err) == -1 &&
                    err.code == ERR_WALL && strstr(err.msg, "floor") &&
                    strstr(err.msg, "landlock") &&
                    strstr(err.msg, "empty_root");
        _exit(good ? STATUS_GOOD : STATUS_BAD);
    }
    reap_all(&status);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* --- the seal ------------------------------------------------------------------ */

static const char *
is_whole(const struct wall *wall, const void *world)
{
    const unsigned *left_out = world;
    unsigned lacking = ~wall->held & ~*left_out & (WALL_BIT(WALL_LAYER_COUNT) - 1);
    for (int i = 0; i < WALL_LAYER_COUNT; i++)
        if ((lacking & WALL_BIT(i)) && wall->missing[i] == 0)
            return wall_layers[i].name;
    return NULL;
}

static const struct scene wholes[] = {
    {"sealed, as started", AS_STARTED, STAGE_SEALED, ~0u, is_whole},
    {"sealed, as nobody", AS_NOBODY, STAGE_SEALED, ~0u, is_whole},
    {"in place, as started", AS_STARTED, STAGE_PLACED, ~0u, is_whole},
    {"in place, as nobody", AS_NOBODY, STAGE_PLACED, ~0u, is_whole},
};

START_TEST(every_layer_goes_up)
{
    const struct scene *scene = &wholes[_i];
    const unsigned placed =
        WALL_BIT(WALL_PID_NS) | WALL_BIT(WALL_TIME_NS) |
        WALL_BIT(WALL_SECCOMP) | WALL_BIT(WALL_DUMPABLE);
    unsigned left_out = scene->stage == STAGE_PLACED ? placed : 0;
    struct scene wanted = *scene;
    char complaint[256];
    long uid;
    wanted.layers = ~left_out & ~WALL_BIT(WALL_SPECULATION);
    left_out |= WALL_BIT(WALL_SPECULATION);
    confined_run(&wanted, &left_out, complaint, &uid);
    ck_assert_msg(complaint[0] == '\0', "%s: %s", scene->name, complaint);
    ck_assert_int_ne(uid, 0);
}
END_TEST

START_TEST(in_place_then_sealed)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct wall wall = {0};
        struct err err;
        if (_i == AS_NOBODY)
            confined_become_nobody();
        if (wall_in_place(&wall, &confined_limits, &err) != 0 ||
            wall_seal(&wall, &err) != 0)
            _exit(STATUS_BAD);
        syscall(SYS_getppid);
        _exit(STATUS_BAD);
    }
    waitpid(pid, &status, 0);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}
END_TEST

START_TEST(in_place_has_no_pid_ns)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct wall wall = {.require = WALL_BIT(_i)};
        struct err err;
        bool good = wall_in_place(&wall, &confined_limits, &err) == -1 &&
                    strstr(err.msg, wall_layers[_i].name) &&
                    strstr(err.msg, "immure host");
        _exit(good ? STATUS_GOOD : STATUS_BAD);
    }
    reap_all(&status);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(no_seal_without_the_rest)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct wall wall = {0};
        struct err err;
        /* A caller that forgot wall_guest(). */
        bool good = wall_enter_namespaces(&wall, &err) == 0 &&
                    wall_close_root(&wall, &err) == 0 &&
                    wall_seal(&wall, &err) == -1 && err.code == ERR_WALL &&
                    strstr(err.msg, "rlimits") != NULL &&
                    (wall.held & WALL_BIT(WALL_SECCOMP)) == 0;
        _exit(good ? STATUS_GOOD : STATUS_BAD);
    }
    reap_all(&status);
    ck_assert_int_eq(status, 0);
}
END_TEST

static void *
sleep_on(void *arg)
{
    pause();
    return arg;
}

START_TEST(two_threads_are_refused)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct wall wall = {0};
        struct err err;
        pthread_t thread;
        if (pthread_create(&thread, NULL, sleep_on, NULL) != 0)
            _exit(STATUS_BAD);
        bool good = wall_in_place(&wall, &confined_limits, &err) == -1 &&
                    strstr(err.msg, "thread") &&
                    wall_enter_namespaces(&wall, &err) == -1;
        _exit(good ? STATUS_GOOD : STATUS_BAD);
    }
    reap_all(&status);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_directory_is_no_guest_descriptor)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct wall wall = {.skip = ~WALL_BIT(WALL_DESCRIPTORS)};
        struct err err;
        int dir = open("/", O_PATH | O_DIRECTORY);
        bool good = dup2(dir, 2) == 2 &&
                    wall_in_place(&wall, &confined_limits, &err) == -1 &&
                    strstr(err.msg, "directory");
        _exit(good ? STATUS_GOOD : STATUS_BAD);
    }
    reap_all(&status);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* --- the tracer ---------------------------------------------------------------- */

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
    fork_guest();
    if (write(sock, &byte, 1) != 1 || read(sock, &byte, 1) != 1 ||
        dup2(sock, 3) < 0 ||
        wall_guest(&wall, &confined_limits, &err) != 0 ||
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
    long request = 0x4; /* NT_PRSTATUS */
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
    reap_all(&status);
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

/* --- memory ---------------------------------------------------------------------- */

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
    fork_guest();
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
    pid_t pid = fork();
    if (pid == 0)
        _exit(take_in_guest(ways[_i].take, allowed));
    reap_all(&status);
    ck_assert_msg(status == 0, "%s: status %x", ways[_i].name,
                  (unsigned)status);
}
END_TEST

static TCase *
wall_case(const char *name)
{
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, 60);
    return t;
}

int
main(void)
{
    Suite *suite = suite_create("wall");
    TCase *t = wall_case("wall");
    tcase_add_test(t, syscalls_are_sorted_and_say_why);
    tcase_add_test(t, conditions_are_on_ints);
    tcase_add_test(t, layers_are_told);
    tcase_add_test(t, held_names);
    tcase_add_loop_test(t, a_missing_layer_is_named_in_full, 0,
                        WALL_LAYER_COUNT);
    tcase_add_test(t, the_floor_is_named_in_full);
    tcase_add_loop_test(t, a_lack_is_left_out_above_the_floor, 0, FAULTS);
    tcase_add_loop_test(t, a_lack_of_what_is_required_fails, 0, FAULTS);
    tcase_add_test(t, nothing_between_guest_and_files_fails);
    tcase_add_loop_test(t, every_layer_goes_up, 0, 4);
    tcase_add_loop_test(t, in_place_then_sealed, AS_STARTED, AS_NOBODY + 1);
    tcase_add_loop_test(t, in_place_has_no_pid_ns, WALL_PID_NS,
                        WALL_PID_NS + 1);
    tcase_add_loop_test(t, in_place_has_no_pid_ns, WALL_TIME_NS,
                        WALL_TIME_NS + 1);
    tcase_add_test(t, no_seal_without_the_rest);
    tcase_add_test(t, two_threads_are_refused);
    tcase_add_test(t, a_directory_is_no_guest_descriptor);
    tcase_add_loop_test(t, the_tracer_learns_the_call, AS_STARTED,
                        AS_NOBODY + 1);
    tcase_add_loop_test(t, memory_is_bounded, 0,
                        sizeof ways / sizeof ways[0]);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
