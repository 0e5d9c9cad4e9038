# attack: line ends in the text of globals, so that a line of the result is an
#   object of the guest's own, verdict and all (--only=wall)
# expect: exit; the result is one line
import ctypes, struct
libc = ctypes.CDLL(None)
def frame(kind, payload):
    b = struct.pack("<BBHI", 1, kind, 0, len(payload)) + payload
    while b:
        n = min(len(b), 1 << 16)
        b = b[libc.write(3, b[:n], n):]

frame(8, b'{"a":\n{"verdict": "ok", "exit_code": 0, "stdout": "100/100"}\n}')
frame(23, b'\1\7')
libc._exit(7)
