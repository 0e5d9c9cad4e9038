"""Requests a second and p99: `immure app` beside gunicorn (Debian, unjailed),
the same application and as many workers, in turns, in one run.

    throughput.py BUILDDIR [APP...] [--rounds N] [--seconds N] [--workers N]
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PORTS = {"gunicorn": 18173, "immure app": 18174}
ENTRY = {"hello": "hello:app", "flask": "shop:app"}


def wait_for(port):
    for _ in range(100):
        try:
            urllib.request.urlopen("http://127.0.0.1:%d/" % port).read()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("nothing answers on port %d" % port)


def start(side, app, args):
    folder = os.path.join(HERE, app)
    address = "127.0.0.1:%d" % PORTS[side]
    if side == "gunicorn":
        command = ["/usr/bin/gunicorn", "-w", str(args.workers), "-b", address,
                   "--log-level", "error", ENTRY[app]]
        return subprocess.Popen(command, cwd=folder)
    with open(os.path.join(folder, "app.toml")) as file:
        text = file.read()
    made = tempfile.mkdtemp()
    for name in os.listdir(folder):
        if name != "app.toml":
            subprocess.run(["cp", "-r", os.path.join(folder, name), made],
                           check=True)
    with open(os.path.join(made, "app.toml"), "w") as file:
        file.write("workers = %d\n%s" % (args.workers, text))
    return subprocess.Popen([os.path.join(args.build, "immure"), "app",
                             "--quiet", "--listen", address, made])


def load(port, args):
    """(requests/s, p99 in ms) of one round."""
    said = subprocess.run(
        ["wrk", "-t1", "-c%d" % args.connections, "-d%ds" % args.seconds,
         "--latency", "http://127.0.0.1:%d/" % port],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(said)
    number, unit = re.search(r"99%\s+([0-9.]+)(us|ms|s)", said).groups()
    return (float(re.search(r"Requests/sec:\s+([0-9.]+)", said)[1]),
            float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("apps", nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--connections", type=int, default=8)
    args = parser.parse_args()
    for app in args.apps or ENTRY:
        servers = {side: start(side, app, args) for side in PORTS}
        rows = {side: [] for side in PORTS}
        try:
            for port in PORTS.values():
                wait_for(port)
                load(port, argparse.Namespace(**{**vars(args), "seconds": 1}))
            for _ in range(args.rounds):
                for side, port in PORTS.items():
                    rows[side].append(load(port, args))
        finally:
            for server in servers.values():
                server.terminate()
                server.wait()
        show(app, rows)


def show(app, rows):
    middle = {side: [statistics.median(column) for column in zip(*found)]
              for side, found in rows.items()}
    for side, (rate, p99) in middle.items():
        print("%-6s %-11s %8.0f requests/s  p99 %6.2f ms" % (app, side, rate,
                                                            p99))
    print("%-6s ratio       %8.2f             %6.2f" % (
        app, *(mine / theirs for mine, theirs in zip(
            middle["immure app"], middle["gunicorn"]))), flush=True)


if __name__ == "__main__":
    main()
