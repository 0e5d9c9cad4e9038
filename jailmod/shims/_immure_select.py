"""`select` of a guest: nothing to wait for but time."""
import time as _time

from _immure_patch import refusing as _refusing

__name__ = "select"

_REASON = "a guest has no descriptors of its own"

POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL = 1, 2, 4, 8, 16, 32
POLLRDNORM, POLLRDBAND, POLLWRNORM, POLLWRBAND = 64, 128, 256, 512
POLLMSG, POLLRDHUP = 1024, 8192
PIPE_BUF = 4096
error = OSError

_refuse_select = _refusing("select", "select", _REASON)
_refuse_register = _refusing("select", "poll.register", _REASON)
_FOREVER = 3600.0


def _wait(seconds):
    if seconds is None:
        while True:
            _time.sleep(_FOREVER)
    if seconds > 0:
        _time.sleep(seconds)


def select(rlist, wlist, xlist, timeout=None, /):
    """Wait for TIMEOUT seconds; refuses when given anything to watch."""
    if list(rlist) or list(wlist) or list(xlist):
        _refuse_select()
    if timeout is not None and timeout < 0:
        raise ValueError("timeout must be non-negative")
    _wait(timeout)
    return [], [], []


class poll:
    """A polling object that nothing can be registered with."""

    def register(self, fd, eventmask=POLLIN | POLLPRI | POLLOUT, /):
        _refuse_register()

    def modify(self, fd, eventmask, /):
        _refuse_register()

    def unregister(self, fd, /):
        raise KeyError(fd)

    def poll(self, timeout=None, /):
        """Wait for TIMEOUT milliseconds."""
        _wait(None if timeout is None or timeout < 0 else timeout / 1000)
        return []
