#include "host/wall/uids.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/wall/ids.h"
#include "host/wall/wall.h"

/* Who has which id is written in locks: one byte of this file an id, locked by
 * the supervisor whose guest has it (fcntl(2), open file description locks).
 * The kernel lets them go with the process, however it ends.  Programs that
 * take ids by their own pid, or by a fixed offset for each sandbox, meet each
 * other in the same one (safeexec, two machines of isolate with one offset).
 *
 * The guest of a supervisor that was killed may be dying still when its id is
 * free again.  Each supervisor looks for one from a random place on. */
static const char folder[] = "/run/immure";
static const char file[] = "/run/immure/uids";

struct uids {
    int fd;
    bool taken[WALL_UIDS_COUNT]; /* locks of one's own do not conflict */
};

int
uids_find(struct uids **out, int *out_why, struct err *err)
{
    *out = NULL;
    *out_why = EPERM;
    if (geteuid() != 0)
        return 0;
    if (!ids_maps(WALL_UIDS_FIRST, WALL_UIDS_COUNT)) {
        *out_why = EINVAL;
        return 0;
    }
    struct uids *u = calloc(1, sizeof *u);
    if (u == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    (void)mkdir(folder, 0700);
    u->fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (u->fd < 0) {
        *out_why = errno;
        free(u);
        return 0;
    }
    *out = u;
    return 0;
}

void
uids_free(struct uids *u)
{
    if (u == NULL)
        return;
    close(u->fd);
    free(u);
}

static int
lock(const struct uids *u, unsigned i, short type)
{
    struct flock one = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = i, .l_len = 1};
    return fcntl(u->fd, F_OFD_SETLK, &one);
}

int
uids_take(struct uids *u, uid_t *out, struct err *err)
{
    unsigned from = 0;
    (void)!getrandom(&from, sizeof from, 0);
    for (unsigned n = 0; n < WALL_UIDS_COUNT; n++) {
        unsigned i = (from + n) % WALL_UIDS_COUNT;
        if (u->taken[i])
            continue;
        if (lock(u, i, F_WRLCK) == 0) {
            u->taken[i] = true;
            *out = WALL_UIDS_FIRST + i;
            return 0;
        }
        if (errno != EAGAIN && errno != EACCES)
            return err_set(err, ERR_WALL, errno,
                           "wall layer own_uid did not go up: lock a byte of "
                           "%s",
                           file);
    }
    return err_set(err, ERR_WALL, 0,
                   "wall layer own_uid did not go up: all of its %d user ids "
                   "are in use",
                   WALL_UIDS_COUNT);
}

void
uids_give_back(struct uids *u, uid_t uid)
{
    unsigned i = uid - WALL_UIDS_FIRST;
    if (i >= WALL_UIDS_COUNT || !u->taken[i])
        return;
    u->taken[i] = false;
    (void)lock(u, i, F_UNLCK);
}
