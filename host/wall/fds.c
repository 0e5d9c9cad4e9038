#include "host/wall/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/wall/layers.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

int
fds_close(struct wall *wall, const struct wall_guest_limits *limits,
          struct err *err)
{
    if (!layer_wanted(wall, WALL_DESCRIPTORS))
        return 0;
    /* A directory that is open is a way past every root (openat, fchdir). */
    for (unsigned fd = 0; fd < limits->nofile; fd++) {
        struct stat st;
        if (fstat((int)fd, &st) == 0 && S_ISDIR(st.st_mode))
            return layer_failed(err, WALL_DESCRIPTORS, 0,
                                "one of those for the guest is a directory");
    }
    /* Not a loop to RLIMIT_NOFILE: the limit may have been lowered below a
       descriptor that is open. */
    if (syscall(SYS_close_range, limits->nofile, ~0u, 0) != 0)
        return errno == ENOSYS ? layer_missing(wall, WALL_DESCRIPTORS, errno)
                               : layer_failed(err, WALL_DESCRIPTORS, errno,
                                              "close_range(2)");
    if (fcntl((int)limits->nofile, F_GETFD) >= 0)
        return layer_failed(err, WALL_DESCRIPTORS, 0,
                            "one stayed open after close_range(2)");
    layer_up(wall, WALL_DESCRIPTORS);
    return 0;
}
