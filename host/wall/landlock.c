#include "host/wall/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/wall/layers.h"

/* By number: the headers of a distribution are older than its kernels. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

enum { CREATE_RULESET_VERSION = 1 };

/* struct landlock_ruleset_attr of ABI 6 and later.  A kernel that knows less
 * takes the longer struct as long as the rest is 0. */
struct ruleset {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

#define BITS(from, to) ((1ull << ((to) + 1)) - (1ull << (from)))

/* What each ABI added (linux/landlock.h).  ABI 7 added flags for logs, 8 one
 * for threads: no rights. */
static const struct {
    int abi;
    struct ruleset adds;
    const char *what;
} abis[] = {
    {1, {BITS(0, 12), 0, 0}, "execute, read, write, list, make, remove"},
    {2, {BITS(13, 13), 0, 0}, "link and rename across directories"},
    {3, {BITS(14, 14), 0, 0}, "truncate"},
    {4, {0, BITS(0, 1), 0}, "TCP bind and connect"},
    {5, {BITS(15, 15), 0, 0}, "ioctl on devices"},
    {6, {0, 0, BITS(0, 1)}, "abstract sockets and signals of others"},
};

static struct ruleset
everything(int abi)
{
    struct ruleset all = {0, 0, 0};
    for (size_t i = 0; i < sizeof abis / sizeof abis[0]; i++)
        if (abis[i].abi <= abi) {
            all.handled_access_fs |= abis[i].adds.handled_access_fs;
            all.handled_access_net |= abis[i].adds.handled_access_net;
            all.scoped |= abis[i].adds.scoped;
        }
    return all;
}

static int
check_effect(struct err *err)
{
    OWNED_FD fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 || errno != EACCES)
        return layer_failed(err, WALL_LANDLOCK, fd >= 0 ? 0 : errno,
                            "it is on, and / can be opened");
    return 0;
}

static int
enter_domain(int abi, struct err *err)
{
    const struct ruleset all = everything(abi);
    OWNED_FD ruleset =
        (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (ruleset < 0)
        return layer_failed(err, WALL_LANDLOCK, errno, "make the ruleset");
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        return layer_failed(err, WALL_LANDLOCK, errno,
                            "enter the domain (it needs no_new_privs)");
    return 0;
}

/* Processes of one domain may trace each other, and its scopes do not stand
 * between them. */
int
landlock_part(struct wall *wall, struct err *err)
{
    if (!layer_held(wall, WALL_LANDLOCK))
        return 0;
    return enter_domain(wall->landlock_abi, err);
}

int
landlock_restrict(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_LANDLOCK))
        return 0;
    long abi =
        syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
    if (abi < 1)
        return layer_missing(wall, WALL_LANDLOCK, abi < 0 ? errno : ENOSYS);
    if (enter_domain((int)abi, err) != 0 || check_effect(err) != 0)
        return -1;
    wall->landlock_abi = (int)abi;
    layer_up(wall, WALL_LANDLOCK);
    return 0;
}
