# attack: calls of a granted function that do not wait for their answers: each
#   would be one more to keep for a guest that reads none (--only=wall)
# expect: killed, for breaking the protocol, after one call
import ctypes, struct
libc = ctypes.CDLL(None)
def call(serial):
    payload = struct.pack("<II", serial, 1) + b"f" + b"{}"
    return struct.pack("<BBHI", 1, CALL, 0, len(payload)) + payload

CALL = 56
data = call(1) + call(2) + call(3)
libc.write(3, data, len(data))
libc.sleep(5)
