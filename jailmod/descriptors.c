/* What C code in a guest finds where it looks for the kernel's descriptors.
 *
 * A guest's files are in its memory, and their numbers are none of the
 * kernel's; but C code asks an object for fileno() and hands the answer to the
 * C library.  So the printers of tracebacks and warnings, which duplicate the
 * file whose line they show (_Py_DisplaySourceLine), met the wall and died; by
 * the gate alone they would read some other file.  These functions stand in
 * front of the C library's own for all that is linked dynamically: the linker
 * takes the program's first.  From jail_begin_guest() on they know the guest's
 * files, and make no system call. */
#include "jailmod/vfs_py.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#define IN_FRONT __attribute__((visibility("default")))

/* One way, as the jail itself. */
static bool is_guest;

void
jail_begin_guest(void)
{
    is_guest = jail_is_closed();
}

static int
no_descriptor(void)
{
    errno = EBADF;
    return -1;
}

/* Duplicates would be numbers for the kernel again: close(2), fdopen(3)... */
IN_FRONT int
fcntl64(int fd, int command, ...)
{
    va_list args;

    if (is_guest)
        return no_descriptor();
    va_start(args, command);
    long arg = va_arg(args, long);
    va_end(args);
    return (int)syscall(SYS_fcntl, fd, command, arg);
}

IN_FRONT int
dup(int fd)
{
    return is_guest ? no_descriptor() : (int)syscall(SYS_dup, fd);
}

IN_FRONT off64_t
lseek64(int fd, off64_t offset, int whence)
{
    if (!is_guest)
        return syscall(SYS_lseek, fd, offset, whence);
    struct vfs_open *open = vfs_opened(vfs_py_fs(), fd);
    int64_t at = open == NULL ? -EBADF : vfs_seek(open, offset, whence);
    if (at >= 0)
        return at;
    errno = (int)-at;
    return -1;
}

IN_FRONT int
fstat64(int fd, struct stat64 *out)
{
    if (is_guest)
        return no_descriptor();
    return (int)syscall(SYS_fstat, fd, out);
}

/* A guest has no terminal. */
IN_FRONT int
isatty(int fd)
{
    struct termios ignored;

    if (!is_guest)
        return tcgetattr(fd, &ignored) == 0;
    errno = ENOTTY;
    return 0;
}
