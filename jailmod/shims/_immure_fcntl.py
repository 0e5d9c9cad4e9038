"""`fcntl` of a guest: the names that the library compares with."""
import errno as _errno
import os as _os

from _immure_patch import refusing as _refusing

__name__ = "fcntl"

F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL = 0, 1, 2, 3, 4
F_GETLK, F_SETLK, F_SETLKW = 5, 6, 7
F_RDLCK, F_WRLCK, F_UNLCK = 0, 1, 2
F_DUPFD_CLOEXEC = 1030
FD_CLOEXEC = 1
LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN = 1, 2, 4, 8

for _name in ("fcntl", "ioctl"):
    globals()[_name] = _refusing("fcntl", _name,
                                 "a guest has no descriptors of the kernel's")
del _name


def flock(fd, operation, /):
    """Lock a file: always free, since nobody else is here."""
    if not 0 < operation & (LOCK_SH | LOCK_EX | LOCK_UN):
        raise OSError(_errno.EINVAL, "Invalid argument")
    _os.fsync(fd)   # EBADF for what is no file


def lockf(fd, cmd, len=0, start=0, whence=0, /):
    """As flock()."""
    flock(fd, cmd)
