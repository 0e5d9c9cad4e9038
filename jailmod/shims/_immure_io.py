"""`io` of a guest: its files, and buffered classes whose views own memory.

CPython's own Buffered classes hand out memoryviews that own nothing, and
_RawIOBase.read() believes what readinto() returns: native memory access for a
guest that subclasses io.RawIOBase.  The classes that take their place are
those of jailmod/vfs_buffered.c; RawIOBase.read() checks the count.
"""
import builtins
import io
import _io
import _pyio

import _vfs
from _immure_patch import set_and_swap


class BufferedRWPair(_pyio.BufferedRWPair, io.BufferedIOBase):
    """A buffered reader and writer over two raw objects."""

    __module__ = "io"

    def __init__(self, reader, writer, buffer_size=io.DEFAULT_BUFFER_SIZE, /):
        if not reader.readable():
            raise io.UnsupportedOperation("File or stream is not readable.")
        if not writer.writable():
            raise io.UnsupportedOperation("File or stream is not writable.")
        self.reader = _vfs.BufferedReader(reader, buffer_size)
        self.writer = _vfs.BufferedWriter(writer, buffer_size)


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


_new_classes = {
    "BufferedReader": _vfs.BufferedReader,
    "BufferedWriter": _vfs.BufferedWriter,
    "BufferedRandom": _vfs.BufferedRandom,
    "BufferedRWPair": BufferedRWPair,
    "FileIO": _vfs.FileIO,
}


def patch_names():
    """Put the safe classes into io, for modules that subclass them.  The
    machine's files can still be opened and modules imported."""
    for name, new in _new_classes.items():
        set_and_swap(io, name, new)
        if name != "FileIO":
            io.BufferedIOBase.register(new)
    io.RawIOBase.register(_vfs.FileIO)
    raw_read.__name__ = "read"
    raw_read.__qualname__ = "RawIOBase.read"
    io.RawIOBase.read = raw_read


def patch():
    """The rest: _io, which the import system uses, and open()."""
    for name, new in _new_classes.items():
        setattr(_io, name, new)
    set_and_swap(builtins, "open", _vfs.io_open)
    set_and_swap(builtins, "input", _vfs.io_input)
    for module in (io, _io):
        module.open = _vfs.io_open
        set_and_swap(module, "open_code", _vfs.io_open_code)
