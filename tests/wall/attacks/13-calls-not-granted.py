# attack: calls without end of a function that is not granted, by a guest that
#   reads no answer (--only=wall)
# expect: over the limit of what a guest may report, and no call in the result;
#   where something is granted, and so calls are answered, killed at the second
import ctypes, struct
libc = ctypes.CDLL(None)
payload = struct.pack("<II", 1, 1) + b"g" + bytes(60000)
data = struct.pack("<BBHI", 1, 56, 0, len(payload)) + payload
while True:
    libc.write(3, data, len(data))
