#include "host/wall/caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/wall/layers.h"

struct capabilities {
    struct __user_cap_data_struct half[_LINUX_CAPABILITY_U32S_3];
};

static int
get(struct capabilities *out)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    return (int)syscall(SYS_capget, &header, out->half);
}

static int
set(const struct capabilities *capabilities)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    return (int)syscall(SYS_capset, &header, capabilities->half);
}

static bool
is_empty(const struct capabilities *c)
{
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (c->half[i].effective != 0 || c->half[i].permitted != 0 ||
            c->half[i].inheritable != 0)
            return false;
    return true;
}

bool
caps_has(unsigned capability)
{
    struct capabilities now = {0};
    if (get(&now) != 0)
        return false;
    return (now.half[CAP_TO_INDEX(capability)].effective &
            CAP_TO_MASK(capability)) != 0;
}

int
caps_lock_securebits(struct wall *wall, struct err *err)
{
    const unsigned long bits =
        SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
        SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
        SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    if (!layer_wanted(wall, WALL_SECUREBITS))
        return 0;
    if (!caps_has(CAP_SETPCAP))
        return layer_missing(wall, WALL_SECUREBITS, EPERM);
    if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) != 0)
        return layer_failed(err, WALL_SECUREBITS, errno, "set the bits");
    if ((prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) & (int)bits) != (int)bits)
        return layer_failed(err, WALL_SECUREBITS, 0, "the bits did not stay");
    layer_up(wall, WALL_SECUREBITS);
    return 0;
}

int
caps_drop_bounding(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_CAPABILITIES))
        return 0;
    /* An ordinary user without a user namespace may not: no_new_privs makes
       the bounding set moot there. */
    if (!caps_has(CAP_SETPCAP))
        return 0;
    for (unsigned long c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
        if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) != 0)
            return layer_failed(err, WALL_CAPABILITIES, errno,
                                "drop from the bounding set");
    return 0;
}

int
caps_drop_all(struct err *err)
{
    const struct capabilities none = {0};
    struct capabilities now = {0};
    if (set(&none) != 0 || get(&now) != 0)
        return layer_failed(err, WALL_CAPABILITIES, errno, "capset(2)");
    if (!is_empty(&now))
        return layer_failed(err, WALL_CAPABILITIES, 0,
                            "some stayed after capset(2)");
    return 0;
}

/* What a guest needs to become its own user; and to be killed with its zygote
 * (PDEATHSIG), which is another user then.  A user namespace has no ids but
 * those. */
static int
keep_ids(struct err *err)
{
    struct capabilities kept = {0};
    const unsigned ids[] = {CAP_SETUID, CAP_SETGID, CAP_KILL};
    for (int i = 0; i < 3; i++) {
        kept.half[CAP_TO_INDEX(ids[i])].effective |= CAP_TO_MASK(ids[i]);
        kept.half[CAP_TO_INDEX(ids[i])].permitted |= CAP_TO_MASK(ids[i]);
    }
    if (set(&kept) != 0)
        return layer_failed(err, WALL_CAPABILITIES, errno, "capset(2)");
    return 0;
}

int
caps_drop(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_CAPABILITIES))
        return 0;
    /* Kernels before 4.3 have no ambient set. */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 &&
        errno != EINVAL)
        return layer_failed(err, WALL_CAPABILITIES, errno,
                            "clear the ambient set");
    if ((wall->has_uids ? keep_ids(err) : caps_drop_all(err)) != 0)
        return -1;
    layer_up(wall, WALL_CAPABILITIES);
    return 0;
}
