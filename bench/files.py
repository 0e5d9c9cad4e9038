#!/usr/bin/env python3
"""The guest's files against the same on tmpfs in plain Python: files.py [ROUNDS]

Each round runs bench/files_work.py under both, one after the other; a row is
the median of the rounds' ratios (below 1: the guest is faster).  Memory: the
peak of a guest that writes 64 MB, beyond that of one that writes nothing, over
what it wrote.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILDDIR", os.path.join(HERE, "../build"))
IMMURE = os.path.join(BUILD, "immure")
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
WORK = os.path.join(HERE, "files_work.py")
LIMITS = ["--cpu", "60s", "--wall", "60s", "--memory", "512M",
          "--files", "200M"]
WRITE = ("f = open('/tmp/x', 'wb')\n"
         "for n in range(64 * %d): f.write(bytes(1 << 20))\n"
         "f.close()\nimport os\nif %d: os.unlink('/tmp/x')")


def guest():
    done = subprocess.run([IMMURE, *LIMITS, WORK], capture_output=True,
                          check=True)
    return json.loads(done.stdout)


def plain():
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        done = subprocess.run([PYTHON, "-I", WORK], cwd=folder,
                              capture_output=True, check=True)
    return json.loads(done.stdout)


def peak(writes):
    done = subprocess.run([IMMURE, *LIMITS, "--json", "-c",
                           WRITE % (writes, writes)],
                          capture_output=True, check=True)
    return json.loads(done.stdout)["usage"]["mem_peak"]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    pairs = [(guest(), plain()) for _ in range(rounds)]
    print("%-28s %10s %10s %7s" % ("", "guest ms", "plain ms", "ratio"))
    for name in pairs[0][0]:
        ratio = statistics.median(g[name] / p[name] for g, p in pairs)
        g, p = (statistics.median(pair[i][name] for pair in pairs) * 1000
                for i in (0, 1))
        print("%-28s %10.3f %10.3f %7.2f" % (name, g, p, ratio))
    used = statistics.median(peak(1) - peak(0) for _ in range(rounds))
    print("%-28s %29.2f" % ("memory, of what is written", used / (64 << 20)))


main()
