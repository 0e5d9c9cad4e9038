# attack: a LIMIT frame beside a good end: "limit" is a fact in the result, and
#   this one is the guest's word (--only=wall)
# expect: ok, with limit null
import ctypes, struct
libc = ctypes.CDLL(None)
def frame(kind, payload):
    b = struct.pack("<BBHI", 1, kind, 0, len(payload)) + payload
    while b:
        n = min(len(b), 1 << 16)
        b = b[libc.write(3, b[:n], n):]

frame(22, b'memory')
frame(23, b'\0\0')
libc._exit(0)
