"""`io` of a guest.

CPython's own Buffered classes hand out memoryviews that own nothing, and
_RawIOBase.read() believes what readinto() returns: native memory access for a
guest that subclasses io.RawIOBase.  The classes here are those of _pyio, whose
views are over bytearrays; RawIOBase.read() checks the count.
"""
import builtins
import io
import _io
import _pyio

import _immure_files
from _immure_patch import refusing_class, set_and_swap

_NO_FILES = "a guest has no file system"
_FIX = "Give files with --file NAME=PATH and open() them by name"


def _like(parent, name):
    """A class of _pyio that is also, really, an io.BufferedIOBase."""
    body = {"__module__": "io", "__qualname__": name,
            "__doc__": getattr(_io, name).__doc__}
    return type(io.BufferedIOBase)(name, (parent, io.BufferedIOBase), body)


_peek, _read1 = _pyio.BufferedReader.peek, _pyio.BufferedReader.read1


class BufferedReader(_pyio.BufferedReader, io.BufferedIOBase):
    """A buffered reader over a raw object; its views own their memory."""

    __module__ = "io"

    def peek(self, size=0, /):
        self._checkClosed("peek of closed file")
        return _peek(self, size)

    def read1(self, size=-1, /):
        self._checkClosed("read of closed file")
        return _read1(self, size)

    def readinto(self, buf, /):
        return _fill(self, buf, False)

    def readinto1(self, buf, /):
        return _fill(self, buf, True)


def _fill(stream, buf, once):
    """readinto(), or with ONCE readinto1(), as CPython's own: what is
    buffered, and then straight from the raw object what the buffer is too
    small for."""
    stream._checkClosed("readinto of closed file")
    view = memoryview(buf)
    if view.nbytes != len(view) or view.format != "B":
        view = view.cast("B")
    with stream._read_lock:
        start = stream._read_pos
        ready = stream._read_buf[start:start + len(view)]
        view[:len(ready)] = ready
        stream._read_pos = start + len(ready)
        filled = len(ready)
        while filled < len(view):
            room = len(view) - filled
            if room > stream.buffer_size:
                count = _read_straight(stream, view[filled:])
            elif once and filled:
                break
            else:
                ready = stream._peek_unlocked(1)[:room]
                view[filled:filled + len(ready)] = ready
                stream._read_pos += len(ready)
                count = len(ready)
            if not count:
                return filled or count
            filled += count
            if once:
                break
    return filled


def _read_straight(stream, view):
    stream._reset_read_buf()
    count = stream.raw.readinto(view)
    if count is not None and not 0 <= count <= len(view):
        raise OSError("raw readinto() returned invalid length %d (should "
                      "have been between 0 and %d)" % (count, len(view)))
    return count


class BufferedRandom(_pyio.BufferedRandom, io.BufferedIOBase):
    """A buffered reader and writer over a seekable raw object."""

    __module__ = "io"

    def readinto(self, buf, /):
        self.flush()
        return _fill(self, buf, False)

    def readinto1(self, buf, /):
        self.flush()
        return _fill(self, buf, True)


def raw_read(self, size=-1, /):
    """Read up to SIZE bytes by readinto(); all of it when SIZE is negative."""
    if size is None:
        size = -1
    if size < 0:
        return self.readall()
    data = bytearray(size)
    count = self.readinto(data)
    if count is None:
        return None
    if not 0 <= count <= len(data):
        raise ValueError("readinto returned %d outside buffer size %d"
                         % (count, len(data)))
    del data[count:]
    return bytes(data)


def _file_io():
    """A FileIO that can be named, and read about."""
    new = refusing_class("_io", "FileIO", _NO_FILES, _FIX, (io.RawIOBase,))
    new.closed = property(io.RawIOBase.closed.__get__,
                          doc=_io.FileIO.closed.__doc__)
    return new


_new_classes = {}


def patch_names():
    """Put the safe classes into io, for modules that subclass them.  Files
    can still be opened and modules imported."""
    _new_classes.update({
        "BufferedReader": BufferedReader,
        "BufferedWriter": _like(_pyio.BufferedWriter, "BufferedWriter"),
        "BufferedRWPair": _like(_pyio.BufferedRWPair, "BufferedRWPair"),
        "BufferedRandom": BufferedRandom,
        "FileIO": _file_io(),
    })
    BufferedReader.register(_immure_files.GivenFile)
    for name, new in _new_classes.items():
        set_and_swap(_pyio, name, new)
        set_and_swap(io, name, new)
    _pyio.RawIOBase.read = raw_read
    raw_read.__name__ = "read"
    raw_read.__qualname__ = "RawIOBase.read"
    io.RawIOBase.read = raw_read


def patch():
    """The rest: _io, which the import system uses, and open()."""
    for name, new in _new_classes.items():
        setattr(_io, name, new)
    set_and_swap(builtins, "open", _immure_files.open)
    for module in (io, _io, _pyio):
        module.open = _immure_files.open
        set_and_swap(module, "open_code", _immure_files.open_code)
