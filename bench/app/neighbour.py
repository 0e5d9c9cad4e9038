"""What a noisy neighbour costs: p50 and p99 of a tenant's requests, with and
without another tenant that computes without end, in turns, in one run.

    neighbour.py BUILDDIR [--rounds N] [--seconds N]
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
URL = "http://127.0.0.1:18176/"
UNITS = {"us": 1e-3, "ms": 1, "s": 1e3}


def wrk(seconds, connections, *options):
    return subprocess.Popen(
        ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--latency",
         *options, URL], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True)


def numbers(said):
    found = {name: float(number) * UNITS[unit] for name, number, unit in
             re.findall(r"(50|99)%\s+([0-9.]+)(us|ms|s)", said)}
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(said)
    return found["50"], found["99"], float(
        re.search(r"Requests/sec:\s+([0-9.]+)", said)[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=1)
    args = parser.parse_args()
    server = subprocess.Popen(
        [os.path.join(args.build, "immure"), "app", "--quiet", "--error-log",
         "/dev/null", "--listen", "127.0.0.1:18176",
         os.path.join(HERE, "hello"), os.path.join(HERE, "noisy")])
    rows = {"alone": [], "noisy": []}
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(URL).read()
                break
            except OSError:
                time.sleep(0.1)
        wrk(1, args.connections).communicate()
        for _ in range(args.rounds):
            for name, found in rows.items():
                noise = wrk(args.seconds + 2, 8, "-H", "Host: noisy.test") \
                    if name == "noisy" else None
                time.sleep(0.5)
                found.append(numbers(
                    wrk(args.seconds, args.connections).communicate()[0]))
                if noise:
                    noise.communicate()
    finally:
        server.terminate()
        server.wait()
    middle = {name: [statistics.median(column) for column in zip(*found)]
              for name, found in rows.items()}
    for name, (p50, p99, rate) in middle.items():
        print("%-6s p50 %7.3f ms  p99 %7.3f ms  %6.0f requests/s" % (
            name, p50, p99, rate))
    print("ratio  p50 %7.2f     p99 %7.2f     %6.2f" % tuple(
        noisy / alone for alone, noisy in zip(*middle.values())))


if __name__ == "__main__":
    main()
