#include "host/cli/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "host/cleanup.h"
#include "host/fd.h"

static int
too_large(const struct slurp *what, struct err *err)
{
    return err_set(err, ERR_USAGE, 0, "%s\"%s\" is %s", what->label,
                   what->path, what->too_large);
}

static int
read_open(const struct slurp *what, int fd, char **out_data, size_t *out_len,
          struct err *err)
{
    struct stat st;
    struct err cause;
    if (fstat(fd, &st) != 0)
        return err_set(err, ERR_USAGE, errno, "%scan't read \"%s\"",
                       what->label, what->path);
    if (S_ISDIR(st.st_mode))
        return err_set(err, ERR_USAGE, 0, "%s\"%s\" is a directory, no file",
                       what->label, what->path);
    if (S_ISREG(st.st_mode) && (size_t)st.st_size > what->max &&
        lseek(fd, 0, SEEK_CUR) == 0)
        return too_large(what, err);
    if (fd_read_all(fd, what->max, out_data, out_len, &cause) == 0)
        return 0;
    if (cause.code == ERR_PROTO)
        return too_large(what, err);
    return err_set(err, cause.code, cause.sys_errno, "%scan't read \"%s\"",
                   what->label, what->path);
}

int
slurp_read(const struct slurp *what, char **out_data, size_t *out_len,
           struct err *err)
{
    if (what->fd >= 0)
        return read_open(what, what->fd, out_data, out_len, err);
    OWNED_FD fd = open(what->path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_USAGE, errno, "%scan't open \"%s\"",
                       what->label, what->path);
    return read_open(what, fd, out_data, out_len, err);
}
