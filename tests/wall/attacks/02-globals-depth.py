# attack: globals nested 2048 deep: the supervisor takes them, but inside the
#   result they are 2049 deep, and immure can't read it: no verdict (--only=wall)
# expect: ok, with globals null
import ctypes, struct
libc = ctypes.CDLL(None)
def frame(kind, payload):
    b = struct.pack("<BBHI", 1, kind, 0, len(payload)) + payload
    while b:
        n = min(len(b), 1 << 16)
        b = b[libc.write(3, b[:n], n):]

frame(8, b'{"a":' + b'[' * 2047 + b']' * 2047 + b'}')
frame(23, b'\0\0')
libc._exit(0)
