#include "host/wall/probe_cgroup.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/wall/cgroup.h"

enum { LIMIT_BYTES = 32 << 20, STATUS_UNFORKED = 1 };

/* Status 0 says that it worked; confined it should end by being killed. */
static _Noreturn void
try_both(int go, const int *doors, size_t ndoors, bool confined)
{
    char byte;
    struct err err;
    if (read(go, &byte, 1) != 1 || cgroup_enter_by(doors, ndoors, &err) != 0)
        _exit(STATUS_UNFORKED);
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (confined && pid > 0)
        _exit(0);
    char *p = mmap(NULL, 2 * LIMIT_BYTES, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p != MAP_FAILED)
        memset(p, 1, 2 * LIMIT_BYTES);
    _exit(pid < 0 ? STATUS_UNFORKED : 0);
}

/* Behind the group both must fail: the second by death. */
static int
judge(int status, bool confined)
{
    bool died = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (confined)
        return died ? PROBE_DIED : 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EAGAIN;
}

static int
try_in(const struct cgroup *group, int *out, struct err *err)
{
    int ends[2], status = 0, doors[CGROUP_TREES_MAX];
    size_t ndoors = 0;
    if (fd_pipe(ends, err) != 0)
        return -1;
    OWNED_FD from = ends[0], to = ends[1];
    if (group != NULL && cgroup_doors(group, doors, &ndoors, err) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        close(take_fd(&to));
        try_both(from, doors, ndoors, group != NULL);
    }
    int why = errno;
    while (ndoors > 0)
        close(doors[--ndoors]);
    if (pid < 0)
        return err_set(err, ERR_SYSTEM, why, "fork a probe");
    int done = group ? cgroup_put(group, pid, err) : 0;
    if (done == 0)
        (void)!write(to, "", 1);
    close(take_fd(&to));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    *out = judge(status, group != NULL);
    return done;
}

static int
try_in_one(struct cgroups *cgroups, int *out, struct err *err)
{
    struct cgroup *group;
    if (cgroup_take(cgroups, LIMIT_BYTES, &group, err) != 0)
        return -1;
    int done = try_in(group, out, err);
    cgroup_give_back(group, false);
    return done;
}

int
probe_cgroup(struct probe_result *out, struct err *err)
{
    struct cgroups *cgroups;
    struct err broken = {0};
    *out = (struct probe_result){.after = PROBE_UNTRIED};
    if (try_in(NULL, &out->before, err) != 0 ||
        cgroups_find(&cgroups, &out->missing, err) != 0)
        return -1;
    if (cgroups == NULL) {
        out->state = PROBE_ABSENT;
    } else if (try_in_one(cgroups, &out->after, &broken) != 0) {
        out->state = PROBE_NO_EFFECT;
        out->after = PROBE_UNTRIED;
        memcpy(out->detail, broken.msg, sizeof out->detail);
    } else {
        out->state = out->after == 0 ? PROBE_NO_EFFECT : PROBE_HOLDS;
    }
    cgroups_free(cgroups);
    return 0;
}
