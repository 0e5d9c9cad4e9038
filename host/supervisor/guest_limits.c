#include "host/supervisor/guest_limits.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>

/* RLIMIT_DATA and RLIMIT_AS count what the zygote holds as well: so the limit
 * of birth is read back, and the difference taken off. */
static int
lower(pid_t pid, enum __rlimit_resource resource, const char *name,
      uint64_t by, struct err *err)
{
    struct rlimit limit;
    if (prlimit(pid, resource, NULL, &limit) == 0) {
        rlim_t old = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max = old > by ? old - by : 0;
        if (prlimit(pid, resource, &limit, NULL) == 0)
            return 0;
    }
    return errno == ESRCH ? 0
                          : err_set(err, ERR_WALL, errno,
                                    "set the guest's %s from outside", name);
}

int
guest_limits_set(pid_t pid, const struct control_spawn *birth,
                 const struct control_spawn *held, struct err *err)
{
    uint64_t memory = birth->memory - held->memory;
    uint64_t cpu = birth->cpu_ms / 1000 - held->cpu_ms / 1000;
    if (memory > 0 &&
        (lower(pid, RLIMIT_DATA, "RLIMIT_DATA", memory, err) != 0 ||
         lower(pid, RLIMIT_AS, "RLIMIT_AS", memory, err) != 0))
        return -1;
    if (cpu > 0 && lower(pid, RLIMIT_CPU, "RLIMIT_CPU", cpu, err) != 0)
        return -1;
    if (held->nice > birth->nice &&
        setpriority(PRIO_PROCESS, (id_t)pid, (int)held->nice) != 0 &&
        errno != ESRCH)
        return err_set(err, ERR_SYSTEM, errno, "set the guest's nice value");
    return 0;
}
