/* The wall as a whole: its tables, what it says of a missing layer, the seal,
 * and the calls in the wrong order. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/wall/layers.h"
#include "host/wall/syscalls.h"
#include "tests/wall/confined.h"

enum { STATUS_GOOD = 0, STATUS_BAD = 1 };

START_TEST(syscalls_are_sorted_and_say_why)
{
    const char *why = NULL, *before = "";
    int refused;
    size_t n = 0;
    for (const char *name;
         (name = wall_syscall_name(n, &why, &refused)) != NULL; n++) {
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

static const char *
is_whole(const struct wall *wall, const void *world)
{
    const unsigned *left_out = world;
    const unsigned lacking = ~wall->held & ~*left_out;
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
    if (!confined_has_namespaces())
        return;
    const struct scene *scene = &wholes[_i];
    const unsigned placed = WALL_BIT(WALL_PID_NS) | WALL_BIT(WALL_TIME_NS) |
                            WALL_BIT(WALL_SECCOMP) | WALL_BIT(WALL_DUMPABLE);
    /* The machine's, and those that the supervisor is needed for. */
    const unsigned others = WALL_BIT(WALL_SPECULATION) | WALL_BIT(WALL_MDWE) |
                            WALL_BIT(WALL_MSEAL) | WALL_BIT(WALL_OWN_UID) |
                            WALL_BIT(WALL_CGROUP);
    unsigned left_out = scene->stage == STAGE_PLACED ? placed : 0;
    struct scene wanted = *scene;
    char complaint[256];
    long uid;
    left_out |= others;
    wanted.layers = ~left_out;
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

START_TEST(in_place_lacks)
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
    confined_reap(&status);
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
    confined_reap(&status);
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
    confined_reap(&status);
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
    confined_reap(&status);
    ck_assert_int_eq(status, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("wall");
    TCase *t = tcase_create("wall");
    tcase_add_test(t, syscalls_are_sorted_and_say_why);
    tcase_add_test(t, conditions_are_on_ints);
    tcase_add_test(t, layers_are_told);
    tcase_add_test(t, held_names);
    tcase_add_loop_test(t, a_missing_layer_is_named_in_full, 0,
                        WALL_LAYER_COUNT);
    tcase_add_test(t, the_floor_is_named_in_full);
    tcase_add_loop_test(t, every_layer_goes_up, 0,
                        sizeof wholes / sizeof wholes[0]);
    tcase_add_loop_test(t, in_place_then_sealed, AS_STARTED, AS_NOBODY + 1);
    tcase_add_loop_test(t, in_place_lacks, WALL_PID_NS, WALL_PID_NS + 1);
    tcase_add_loop_test(t, in_place_lacks, WALL_TIME_NS, WALL_TIME_NS + 1);
    tcase_add_test(t, no_seal_without_the_rest);
    tcase_add_test(t, two_threads_are_refused);
    tcase_add_test(t, a_directory_is_no_guest_descriptor);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
