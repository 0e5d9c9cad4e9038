#!/usr/bin/env python3
"""How long after its limit a guest is really gone.

usage: limit_latency.py BUILD_DIR [--guests N] [--rounds N]

Each guest swallows every exception, so that the soft limit never ends it and
the whole way to the hard kill is measured.  A row is the supervisor's own
clock: the limit's `used` less its `value`, in ms.
"""
import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess

SWALLOW = """\
while True:
    try:
        while True: pass
    except BaseException:
        pass
"""
ROWS = [
    ("wall, swallowed loop", ["--wall", "500ms"], SWALLOW),
    ("wall, one long C call", ["--wall", "500ms"], "sum(range(10**11))"),
    ("wall, asleep", ["--wall", "500ms"], "import time; time.sleep(99)"),
    ("cpu, swallowed loop", ["--cpu", "200ms", "--wall", "60s"], SWALLOW),
]


def one(immure, options, code):
    done = subprocess.run([immure, "--json", *options, "-c", code],
                          stdin=subprocess.DEVNULL, capture_output=True)
    limit = json.loads(done.stdout)["limit"]
    return limit["used"] - limit["value"]


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("build")
    ap.add_argument("--guests", type=int, default=2)
    ap.add_argument("--rounds", type=int, default=5)
    a = ap.parse_args()
    immure = os.path.join(a.build, "immure")
    print(f"{a.guests} guests at once, ms after the limit")
    print(f"{'':24} {'median':>7} {'max':>7}")
    for name, options, code in ROWS:
        late = []
        with concurrent.futures.ThreadPoolExecutor(a.guests) as pool:
            jobs = [pool.submit(one, immure, options, code)
                    for _ in range(a.guests * a.rounds)]
            late = [j.result() for j in jobs]
        print(f"{name:24} {statistics.median(late):7.0f} {max(late):7.0f}")


if __name__ == "__main__":
    main()
