/* A kernel that lacks a layer, or has it and fails: each made to, one at a
 * time, by a filter that is put up before the wall. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fd.h"
#include "tests/wall/confined.h"

enum { STATUS_GOOD = 0, STATUS_BAD = 1 };

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
    {"mseal",        462,           ENOSYS, ANY, false},
    {"speculation",  SYS_prctl,     EINVAL, ~0ul, PR_GET_SPECULATION_CTRL, 0, false},
    /* the floor */
    {"seccomp",      SYS_seccomp,   ENOSYS, ANY, true},
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
    confined_fork();
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
    confined_reap(&worst);
    return r;
}

START_TEST(a_lack_is_left_out_above_the_floor)
{
    if (!confined_has_namespaces())
        return;
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

/* Descriptors of the zygote's, one of them above the limit. */
static const int stray[] = {5, 40, 1000, 3000};
enum { STRAY = sizeof stray / sizeof stray[0] };

static bool
put_up_with_strays(int error, struct err *err)
{
    const struct fault refused = {.nr = SYS_close_range, .error = error};
    struct wall wall = {0};
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    for (size_t i = 0; i < STRAY; i++)
        (void)dup2(STDERR_FILENO, stray[i]);
    limit.rlim_cur = 100;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    if (error != 0)
        inject(&refused);
    if (wall_enter_namespaces(&wall, err) != 0 ||
        wall_close_root(&wall, err) != 0)
        return false;
    confined_fork();
    if (wall_guest(&wall, &confined_limits, err) != 0)
        return false;
    for (size_t i = 0; i < STRAY; i++)
        if (fcntl(stray[i], F_GETFD) >= 0)
            return err_set(err, ERR_WALL, 0, "%d is open", stray[i]) == 0;
    return (wall.held & WALL_BIT(WALL_DESCRIPTORS)) != 0;
}

/* Closed by close_range(2), or where that is refused one by one. */
START_TEST(stray_descriptors_are_closed)
{
    static const int errors[] = {0, ENOSYS, EPERM};
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct err err = {0};
        confined_become_nobody();
        if (put_up_with_strays(errors[_i], &err))
            _exit(STATUS_GOOD);
        fprintf(stderr, "%s\n", err.msg);
        _exit(STATUS_BAD);
    }
    confined_reap(&status);
    ck_assert_int_eq(status, 0);
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
    confined_reap(&status);
    ck_assert_int_eq(status, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("wall faults");
    TCase *t = tcase_create("wall faults");
    tcase_add_loop_test(t, a_lack_is_left_out_above_the_floor, 0, FAULTS);
    tcase_add_loop_test(t, a_lack_of_what_is_required_fails, 0, FAULTS);
    tcase_add_loop_test(t, stray_descriptors_are_closed, 0, 3);
    tcase_add_test(t, nothing_between_guest_and_files_fails);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
