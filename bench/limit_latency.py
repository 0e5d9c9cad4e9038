#!/usr/bin/env python3
"""How long after its limit a guest is really gone.

usage: limit_latency.py BUILD_DIR [--guests N] [--rounds N]

N guests of one context at a time, each of which swallows every exception, sits
in one long C call, or sleeps: the soft limit ends none of them, and the whole
way to the hard kill is measured.  A row is the supervisor's own clock: the
limit's `used` less its `value`, in ms.  Needs `make tests/crowd/crowd`.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile

# CPython 3.11 looks for a loop's handler before the loop: it needs a line there.
SWALLOW = """\
while True:
    try:
        x = 1
        while True: x = 2
    except BaseException:
        pass
"""
ROWS = [
    ("wall, swallowed loop", ["--wall", "500", "--cpu", "60000"], SWALLOW),
    ("wall, one long C call", ["--wall", "500", "--cpu", "60000"],
     "sum(range(10**11))"),
    ("wall, asleep", ["--wall", "500", "--cpu", "60000"],
     "import time; time.sleep(99)"),
    ("cpu, swallowed loop", ["--cpu", "100", "--wall", "60000"], SWALLOW),
]


def measure(a, options, code):
    with tempfile.NamedTemporaryFile("w", suffix=".py") as f:
        f.write(code)
        f.flush()
        done = subprocess.run(
            [os.path.join(a.build, "tests/crowd/crowd"), "--guests",
             str(a.guests), "--rounds", str(a.rounds), *options,
             str(a.guests), f.name],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=True)
    for line in done.stdout.splitlines():
        limit = json.loads(line.partition("\t")[2])["limit"]
        yield limit["used"] - limit["value"]


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("build")
    ap.add_argument("--guests", type=int, default=2)
    ap.add_argument("--rounds", type=int, default=5)
    a = ap.parse_args()
    print(f"{a.guests} guests at once, ms after the limit")
    print(f"{'':24} {'median':>7} {'max':>7}")
    for name, options, code in ROWS:
        late = list(measure(a, options, code))
        print(f"{name:24} {statistics.median(late):7.0f} {max(late):7.0f}")


if __name__ == "__main__":
    main()
