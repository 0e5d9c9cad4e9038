# attack: a NUL between the tokens of the globals: the reader passes over it,
#   and the text ends there inside the result, which is no JSON then, so that
#   the caller has no verdict (--only=wall)
# expect: ok, with globals null
import ctypes, struct
libc = ctypes.CDLL(None)
def frame(kind, payload):
    b = struct.pack("<BBHI", 1, kind, 0, len(payload)) + payload
    libc.write(3, b, len(b))

frame(8, b'{"a": [1\0]}')
frame(23, b'\0\0')
libc._exit(0)
