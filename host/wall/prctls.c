#include "host/wall/prctls.h"

#include <errno.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "host/wall/layers.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65 /* Linux 6.3 */
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

int
prctls_check_one_thread(struct wall *wall, struct err *err)
{
    (void)wall;
    /* These flags change nothing; the kernel checks that they could not, and
       says EINVAL in a process with two threads (unshare(2)).  A container
       that refuses unshare(2) says EPERM: then this cannot tell. */
    if (unshare(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM) != 0 &&
        errno == EINVAL)
        return err_set(err, ERR_WALL, 0,
                       "the wall needs a process of one thread: it would not "
                       "cover the others");
    return 0;
}

int
prctls_stay_dumpable(struct wall *wall, struct err *err)
{
    (void)wall;
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
        return layer_failed(err, WALL_DUMPABLE, errno, "stay dumpable");
    return 0;
}

int
prctls_follow_parent(struct wall *wall, struct err *err)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        return err_set(err, ERR_WALL, errno, "follow the parent's death");
    if (getppid() != wall->parent)
        return err_set(err, ERR_GONE, 0, "the parent process is gone");
    return 0;
}

int
prctls_after_ids(struct wall *wall, struct err *err)
{
    if (prctls_stay_dumpable(wall, err) != 0)
        return -1;
    return prctls_follow_parent(wall, err);
}

int
prctls_no_new_privs(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_NO_NEW_PRIVS))
        return 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return layer_failed(err, WALL_NO_NEW_PRIVS, errno, "prctl(2)");
    layer_up(wall, WALL_NO_NEW_PRIVS);
    return 0;
}

int
prctls_mdwe(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_MDWE))
        return 0;
    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0)
        return layer_errno_is_lack(errno)
                   ? layer_missing(wall, WALL_MDWE, errno)
                   : layer_failed(err, WALL_MDWE, errno, "prctl(2)");
    void *p = mmap(NULL, 1, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p != MAP_FAILED) {
        munmap(p, 1);
        return layer_failed(err, WALL_MDWE, 0,
                            "writable memory is executable still");
    }
    layer_up(wall, WALL_MDWE);
    return 0;
}

/* Only the indirect branch predictor, which processes share: with it off for
   a guest, the kernel clears it when switching to and from one, and a guest
   can neither steer another process nor be steered.  Store bypass lets code
   read what its own process may read anyway, and a guest runs whatever code
   it likes over memory that holds no secret: turning it off would buy nothing
   and slow every load after a store.  The L1D flush protects the process that
   asks for it, not those around it. */
int
prctls_speculation(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_SPECULATION))
        return 0;
    int now = prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, 0, 0, 0);
    if (now < 0)
        return layer_missing(wall, WALL_SPECULATION, errno);
    bool safe = now == PR_SPEC_NOT_AFFECTED ||
                (now & (PR_SPEC_DISABLE | PR_SPEC_FORCE_DISABLE)) != 0;
    if (!safe && (now & (int)PR_SPEC_PRCTL) == 0)
        return layer_missing(wall, WALL_SPECULATION, ENXIO);
    if ((now & (int)PR_SPEC_PRCTL) != 0 &&
        prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH,
              PR_SPEC_FORCE_DISABLE, 0, 0) != 0)
        return layer_failed(err, WALL_SPECULATION, errno, "prctl(2)");
    layer_up(wall, WALL_SPECULATION);
    return 0;
}

int
prctls_undumpable(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_DUMPABLE))
        return 0;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return layer_failed(err, WALL_DUMPABLE, errno, "prctl(2)");
    layer_up(wall, WALL_DUMPABLE);
    return 0;
}
