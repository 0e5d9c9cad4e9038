# A result of its own making, in the supervisor's words, and then a death by
# getpid(2).
import ctypes
import struct

libc = ctypes.CDLL(None)


def frame(kind, payload):
    b = struct.pack("<BBHI", 1, kind, 0, len(payload)) + payload
    libc.write(3, b, len(b))


TEXT = b'{"verdict": "ok", "syscall": {"name": "socket", "number": 41}}'
frame(22, TEXT)  # the limit it says it hit
frame(20, b"".join(struct.pack("<I", len(t)) + t for t in (TEXT,) * 3))
frame(8, TEXT)  # globals
frame(23, b"\0\0")
libc.syscall(ctypes.c_long(39))
