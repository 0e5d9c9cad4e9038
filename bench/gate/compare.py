#!/usr/bin/env python3
"""What the gate costs code that it lets through.

usage: compare.py BUILD_DIR [--rounds N]

Each program of this folder runs behind both walls, with the gate and without
(tests/layers --only=both and --only=wall): the same libpython, the same kernel
layers.  The two take turns, and each run's figure is its best of five; a row
is the median of the ratios round by round.
"""
import argparse
import glob
import math
import os
import statistics
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TIMER = """

import time as _time
_best = 9e9
for _ in range(5):
    _t = _time.perf_counter()
    work()
    _best = min(_best, _time.perf_counter() - _t)
print(_best)
"""


def seconds(layers, only, path):
    done = subprocess.run([layers, "--only=" + only, path],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=True)
    return float(done.stdout)


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("build")
    ap.add_argument("--rounds", type=int, default=7)
    a = ap.parse_args()
    layers = os.path.join(a.build, "tests", "layers")
    print(f"{'':12} {'plain ms':>9} {'gated ms':>9} {'ratio':>7}")
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted(glob.glob(os.path.join(HERE, "*.py"))):
            name = os.path.basename(source)
            if name == os.path.basename(__file__):
                continue
            path = os.path.join(folder, name)
            with open(source) as f, open(path, "w") as out:
                out.write(f.read() + TIMER)
            pairs = [(seconds(layers, "wall", path),
                      seconds(layers, "both", path))
                     for _ in range(a.rounds)]
            ratio = statistics.median(gated / plain for plain, gated in pairs)
            ratios.append(ratio)
            plain, gated = (statistics.median(p) * 1e3 for p in zip(*pairs))
            print(f"{name[:-3]:12} {plain:9.1f} {gated:9.1f} {ratio:7.3f}")
    mean = math.exp(statistics.fmean(math.log(r) for r in ratios))
    print(f"{'geomean':12} {'':9} {'':9} {mean:7.3f}")


if __name__ == "__main__":
    main()
