#include "host/wall/fds.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "host/fd.h"
#include "host/wall/layers.h"

/* What a zygote opens for a guest takes the lowest numbers that are free, or
 * the lowest from 16 on; all of that is less than this many. */
enum { FD_MOVED = 16, FD_GUESTS = 4 * FD_MESSAGE_MAX };

int
fds_measure(struct wall *wall, struct err *err)
{
    (void)err;
    if (!layer_wanted(wall, WALL_DESCRIPTORS) || fd_can_close_range())
        return 0;
    int highest = fd_highest();
    wall->fd_highest = (highest < FD_MOVED ? FD_MOVED : highest) + FD_GUESTS;
    return 0;
}

int
fds_close(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_DESCRIPTORS))
        return 0;
    /* A directory that is open is a way past every root (openat, fchdir). */
    for (unsigned fd = 0; fd < wall->limits.nofile; fd++) {
        struct stat st;
        if (fstat((int)fd, &st) == 0 && S_ISDIR(st.st_mode))
            return layer_failed(err, WALL_DESCRIPTORS, 0,
                                "one of those for the guest is a directory");
    }
    fd_close_from((int)wall->limits.nofile, wall->fd_highest);
    if (fcntl((int)wall->limits.nofile, F_GETFD) >= 0)
        return layer_failed(err, WALL_DESCRIPTORS, 0, "one stayed open");
    layer_up(wall, WALL_DESCRIPTORS);
    return 0;
}
