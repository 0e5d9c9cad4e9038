#!/usr/bin/env python3
"""Many jobs leave nothing behind: memory, descriptors and guests stay flat.

$SOAK_JOBS says how many (make check-soak: 20 000)."""
import os
import subprocess
import sys

BUILD = os.environ.get("BUILDDIR", "build")
JOBS = os.environ.get("SOAK_JOBS", "600")
MEMORY_KIB, DESCRIPTORS, GUESTS = 4096, 160, 64


def rows(out):
    for line in out.splitlines():
        yield [int(n) for n in line.split()]


def main():
    if not os.path.exists("/proc/self/statm"):
        print("1..0 # SKIP no /proc here")
        return 0
    if "SANITIZERS" in os.environ: # else what is freed is kept, up to 256 MB
        os.environ["ASAN_OPTIONS"] = "quarantine_size_mb=1"
    done = subprocess.run([os.path.join(BUILD, "tests/lib/soak"), JOBS],
                          capture_output=True, text=True)
    seen = list(rows(done.stdout))
    settled = seen[2:] or [[0] * 5]
    kib = [row[2] for row in settled]
    checks = [
        ("all jobs have a result", done.returncode == 0 and len(seen) >= 10),
        ("memory is flat", max(kib) - kib[0] < MEMORY_KIB),
        ("descriptors are few", max(r[3] for r in settled) < DESCRIPTORS),
        ("guests are few", max(r[1] for r in settled) <= GUESTS),
        ("the program's own descriptors are as many",
         len({row[4] for row in settled}) == 1),
    ]
    print("1..%d" % len(checks))
    for i, (name, good) in enumerate(checks, 1):
        print("%s %d - %s" % ("ok" if good else "not ok", i, name))
    for line in (done.stdout + done.stderr).splitlines():
        print("# " + line)
    return 0 if all(good for _, good in checks) else 1


sys.exit(main())
