# attack: globals of 16 MB that are 5.6 million empty objects: the supervisor
#   and the command line take 1.3 GB each to look at them, and no clock fires
#   meanwhile (--only=wall)
# expect: cpu, within 50 ms of the limit; supervisor and immure under 200 MB
import ctypes, struct
libc = ctypes.CDLL(None)
n = (16 << 20) - 16
p = b'{"":[' + b'{},' * (n // 3 - 4) + b'{}]}'
b = ctypes.create_string_buffer(struct.pack("<BBHI", 1, 8, 0, len(p)) + p, len(p) + 8)
at = 0
while at < len(b):
    at += libc.write(3, ctypes.c_void_p(ctypes.addressof(b) + at),
                     ctypes.c_size_t(min(len(b) - at, 1 << 16)))
while True:
    pass
