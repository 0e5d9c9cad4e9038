#include "host/wall/uids.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/wall/ids.h"
#include "host/wall/userns.h"

/* Root's: of a range that no distribution gives out (systemd's UIDS-GIDS lists
 * it as unused). */
enum { ROOT_FIRST = 0x70000000 };
/* An ordinary user has the upper half of his range, but for the last: the
 * containers of his that take ids of it begin from below, and have a nobody at
 * 65534. */
enum { COUNT_MAX = 65536, COUNT_MIN = 1024, LAST_ONES = 2 };

/* Who has which id is written in locks: one byte of a file an id, locked by
 * the supervisor whose guest has it (fcntl(2), open file description locks).
 * The kernel lets them go with the process, however it ends.  Programs that
 * take ids by their own pid, or by a fixed offset for each sandbox, meet each
 * other in the same one (safeexec, two machines of isolate with one offset).
 *
 * The guest of a supervisor that was killed may be dying still when its id is
 * free again.  Each supervisor looks for one from a random place on. */
struct uids {
    int fd;
    struct wall_uids range;
    bool taken[COUNT_MAX]; /* locks of one's own do not conflict */
};

/* --- which --------------------------------------------------------------- */

static void
close_file(FILE **f)
{
    if (*f != NULL)
        fclose(*f);
}

/* The first line of subuid(5) that gives this user enough. */
static bool
read_range(const char *path, const char *name, unsigned *first,
           unsigned *count)
{
    __attribute__((cleanup(close_file))) FILE *f = fopen(path, "re");
    char line[256], number[16];
    snprintf(number, sizeof number, "%u", geteuid());
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        size_t len = strcspn(line, ":");
        bool his = (len == strlen(number) && memcmp(line, number, len) == 0) ||
                   (len == strlen(name) && memcmp(line, name, len) == 0);
        if (his && sscanf(line + len, ":%u:%u", first, count) == 2 &&
            *count >= 2 * COUNT_MIN && *first > 0 &&
            *first < UINT32_MAX - *count)
            return true;
    }
    return false;
}

static unsigned
upper_half(unsigned *first, unsigned count)
{
    *first += count / 2;
    count = count - count / 2 - LAST_ONES;
    return count < COUNT_MAX ? count : COUNT_MAX;
}

static bool
find_of_user(struct wall_uids *out, struct err *why)
{
    unsigned users, groups, gids;
    const struct passwd *self = getpwuid(geteuid());
    const char *name = self ? self->pw_name : "";
    if (access(USERNS_NEWUIDMAP, X_OK) != 0 ||
        access(USERNS_NEWGIDMAP, X_OK) != 0) {
        err_set(why, ERR_WALL, errno,
                "newuidmap or newgidmap is not to be had");
        return false;
    }
    if (!read_range("/etc/subuid", name, &out->first, &users) ||
        !read_range("/etc/subgid", name, &gids, &groups)) {
        err_set(why, ERR_WALL, 0,
                "/etc/subuid or /etc/subgid gives user %u no range of %d or "
                "more",
                geteuid(), 2 * COUNT_MIN);
        return false;
    }
    users = upper_half(&out->first, users);
    groups = upper_half(&gids, groups);
    out->gids = gids;
    out->count = users < groups ? users : groups;
    return true;
}

static bool
find_range(struct wall_uids *out, struct err *why)
{
    if (geteuid() != 0)
        return find_of_user(out, why);
    *out = (struct wall_uids){ROOT_FIRST, ROOT_FIRST, COUNT_MAX};
    if (ids_maps(out->first, out->count))
        return true;
    err_set(why, ERR_WALL, 0,
            "the user namespace that this runs in maps no ids from %u on",
            out->first);
    return false;
}

/* --- the locks ------------------------------------------------------------ */

/* Only this user may have made it, and write in it. */
static int
open_folder(const char *path)
{
    struct stat st;
    (void)mkdir(path, 0700);
    OWNED_FD fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        return -1;
    if (st.st_uid != geteuid() || (st.st_mode & 022) != 0) {
        errno = EPERM;
        return -1;
    }
    return take_fd(&fd);
}

static int
open_file(struct err *why)
{
    char path[64] = "/run/immure";
    if (geteuid() != 0) {
        snprintf(path, sizeof path, "/run/user/%u", geteuid());
        bool has = access(path, W_OK) == 0;
        snprintf(path, sizeof path,
                 has ? "/run/user/%u/immure" : "/tmp/immure-%u", geteuid());
    }
    OWNED_FD folder = open_folder(path);
    int fd = folder < 0
                 ? -1
                 : openat(folder, "uids",
                          O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        err_set(why, ERR_WALL, errno, "make or open %s/uids", path);
    return fd;
}

int
uids_find(struct uids **out, struct err *why, struct err *err)
{
    struct wall_uids range;
    *out = NULL;
    if (!find_range(&range, why))
        return 0;
    int fd = open_file(why);
    if (fd < 0)
        return 0;
    struct uids *u = calloc(1, sizeof *u);
    if (u == NULL) {
        close(fd);
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    u->fd = fd;
    u->range = range;
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

struct wall_uids
uids_range(const struct uids *u)
{
    return u != NULL ? u->range : (struct wall_uids){0};
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
    for (unsigned n = 0; n < u->range.count; n++) {
        unsigned i = (from % u->range.count + n) % u->range.count;
        if (u->taken[i])
            continue;
        if (lock(u, i, F_WRLCK) == 0) {
            u->taken[i] = true;
            *out = u->range.first + i;
            return 0;
        }
        if (errno != EAGAIN && errno != EACCES)
            return err_set(err, ERR_WALL, errno,
                           "wall layer own_uid did not go up: lock one of its "
                           "user ids");
    }
    return err_set(err, ERR_WALL, 0,
                   "wall layer own_uid did not go up: all of its %u user ids "
                   "are in use",
                   u->range.count);
}

void
uids_give_back(struct uids *u, uid_t uid)
{
    unsigned i = uid - u->range.first;
    if (i >= u->range.count || !u->taken[i])
        return;
    u->taken[i] = false;
    (void)lock(u, i, F_UNLCK);
}
