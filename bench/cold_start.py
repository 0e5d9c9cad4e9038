#!/usr/bin/python3
"""What a run from nothing costs: cold_start.py BUILD [--rounds N]

Each row runs a program as a whole, from its start to its end, in turns with
`python3 -I` running the same, and shows the ratio.  The phases of the zygote
below it are processor time (build/bench/zygote_phases)."""
import argparse
import os
import statistics
import subprocess
import time

PROGRAMS = {
    "hello": "print(2)",
    "imports": "import json, re, math, collections, datetime, random, "
               "itertools, functools, decimal, dataclasses, typing, "
               "statistics\nprint(2)",
    "everything": "import importlib\nprint(2)",
    "error": "1/0",
}


def run(argv):
    start = time.perf_counter()
    null = subprocess.DEVNULL
    subprocess.run(argv, stdin=null, stdout=null, stderr=null)
    return (time.perf_counter() - start) * 1e3


def compare(name, code, build, rounds):
    ours, plain = [], []
    for _ in range(rounds):
        ours.append(run([os.path.join(build, "immure"), "-c", code]))
        plain.append(run(["/usr/bin/python3", "-I", "-c", code]))
    print("%-12s %8.1f %8.1f %8.1f %8.1f %8.2f"
          % (name, statistics.median(ours), min(ours),
             statistics.median(plain), min(plain),
             statistics.median(ours) / statistics.median(plain)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    print("%-12s %8s %8s %8s %8s %8s" % ("ms", "immure", "min", "python",
                                         "min", "ratio"))
    for name, code in PROGRAMS.items():
        compare(name, code, options.build, options.rounds)
    phases = os.path.join(options.build, "bench", "zygote_phases")
    for args in ([""], []):
        print("\nzygote of %s:" % ("one hello" if args else "many guests"))
        subprocess.run([phases, *args], env={"TZ": "UTC0"}, check=True)


if __name__ == "__main__":
    main()
