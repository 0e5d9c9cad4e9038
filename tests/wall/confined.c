#include "tests/wall/confined.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"

enum { NOBODY = 65534, REPORT = 3, STATUS_BROKEN = 99 };

const struct wall_guest_limits confined_limits = {
    .data_bytes = 1ull << 46, /* sanitizers map terabytes */
    .cpu_seconds = 5,
    .stack_bytes = 8 << 20,
    .nofile = REPORT + 1,
    .nice = 3,
};

void
confined_become_nobody(void)
{
    if (geteuid() != 0)
        return;
    if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) != 0 ||
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
        _exit(STATUS_BROKEN);
}

void
confined_fork(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        return;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        _exit(STATUS_BROKEN);
    _exit(WEXITSTATUS(status));
}

void
confined_reap(int *out_status)
{
    int status;
    *out_status = 0;
    while (wait(&status) > 0)
        if (status != 0)
            *out_status = status;
}

/* A scene that is content says so: silence is a death. */
static const char content[] = "content";

/* Does not return.  It is not declared so, nor are those that call it: before
 * such a call ASan asks for the signal stack, which the seal does not allow. */
static void
tell(const char *complaint)
{
    if (complaint == NULL)
        complaint = content;
    (void)!write(REPORT, complaint, strlen(complaint));
    syscall(SYS_exit_group, 0);
}

static void
check_missing(const struct wall *wall, unsigned layers)
{
    char text[64];
    for (int i = 0; i < WALL_LAYER_COUNT; i++)
        if ((layers & ~wall->held) & WALL_BIT(i)) {
            snprintf(text, sizeof text, "missing: %s", wall_layers[i].name);
            tell(text);
        }
}

/* Layers that the stage has put up, of those that the scene wants. */
static unsigned
due(const struct scene *scene, const struct wall *wall)
{
    switch (scene->stage) {
    case STAGE_CLOSED:
        return scene->layers & ~wall_guest_layers(wall);
    case STAGE_GUEST:
        return scene->layers & ~WALL_BIT(WALL_SECCOMP) &
               ~WALL_BIT(WALL_DUMPABLE);
    case STAGE_PLACED:
    case STAGE_SEALED:
        return scene->layers;
    }
    return 0;
}

static void
look(const struct scene *scene, const struct wall *wall, const void *world)
{
    check_missing(wall, due(scene, wall));
    tell(scene->look(wall, world));
}

static void
guest(const struct scene *scene, struct wall *wall, const void *world)
{
    struct err err;
    confined_fork();
    if (wall_guest(wall, &confined_limits, &err) != 0 ||
        (scene->stage == STAGE_SEALED && wall_seal(wall, &err) != 0))
        tell(err.msg);
    look(scene, wall, world);
}

static void
confined(const struct scene *scene, const void *world)
{
    struct err err;
    struct wall wall = {.skip = ~scene->layers};
    /* A group that root's guests must not keep. */
    const gid_t extra = 12345;
    if (geteuid() == 0 && setgroups(1, &extra) != 0)
        tell("no group to leave");
    if (scene->as == AS_NOBODY)
        confined_become_nobody();
    if (scene->stage == STAGE_PLACED) {
        if (wall_in_place(&wall, &confined_limits, &err) != 0)
            tell(err.msg);
        look(scene, &wall, world);
    }
    if (wall_enter_namespaces(&wall, &err) != 0 ||
        wall_close_root(&wall, &err) != 0)
        tell(err.msg);
    if (scene->stage == STAGE_CLOSED)
        look(scene, &wall, world);
    guest(scene, &wall, world);
}

/* The first number of a line of /proc/PID/status, also of a zombie. */
static long
host_uid(pid_t pid)
{
    char path[64], line[256];
    long uid = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return -1;
    while (fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "Uid: %ld", &uid) == 1)
            break;
    fclose(f);
    return uid;
}

/* The zygote is our child, too, beside the one that we made; in place there is
 * only that one. */
static long
reap_all(pid_t first)
{
    long uid = -1;
    siginfo_t info;
    while (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0) {
        if (info.si_pid != first || uid < 0)
            uid = host_uid(info.si_pid);
        waitpid(info.si_pid, NULL, 0);
    }
    return uid;
}

void
confined_run(const struct scene *scene, const void *world, char complaint[256],
             long *out_uid)
{
    int ends[2];
    struct err err;
    snprintf(complaint, 256, "no pipe or process");
    if (fd_pipe(ends, &err) != 0)
        return;
    OWNED_FD from = ends[0];
    OWNED_FD to = ends[1];
    pid_t pid = fork();
    if (pid < 0)
        return;
    if (pid == 0) {
        if (to == REPORT || from == REPORT)
            (void)!dup(REPORT);
        if (to != REPORT && dup2(to, REPORT) < 0)
            _exit(STATUS_BROKEN);
        confined(scene, world);
        _exit(STATUS_BROKEN);
    }
    close(take_fd(&to));
    ssize_t n = read(from, complaint, 255);
    complaint[n > 0 ? n : 0] = '\0';
    if (n <= 0)
        snprintf(complaint, 256, "it died without a word");
    else if (strcmp(complaint, content) == 0)
        complaint[0] = '\0';
    *out_uid = reap_all(pid);
}

bool
confined_has_namespaces(void)
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        confined_become_nobody();
        _exit(unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (status != 0)
        printf("# no user namespaces here: not tried\n");
    return status == 0;
}
