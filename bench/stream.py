#!/usr/bin/env python3
"""Requests through a stream against the same client outside: stream.py [ROUNDS]

memcached, redis and MariaDB are started on loopback.  Each round runs
bench/stream_work.py as a guest and as a plain program, one after the other; a
row has the medians of the rounds, in microseconds, and their ratio.
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
WORK = os.path.join(HERE, "stream_work.py")
sys.path.insert(0, os.path.join(HERE, "../tests/gateway"))
import daemons      # noqa: E402

POLICY = """
[packages]
path = ["/usr"]
[modules]
allow = ["memcache", "pymemcache", "redis", "pymysql"]
[limits]
wall = "60s"
cpu = "60s"
"""
GATEWAY = """
[gateways.%s]
kind = "stream"
uri = "%s:tcp://%s:%d"
calls = 1000000
bytes = "8G"
total = "60s"
%s
"""


def guest(folder, servers):
    path = os.path.join(folder, "policy.toml")
    mc, r, my = servers
    with open(os.path.join(folder, "r"), "w") as file:
        file.write(r.password)
    with open(os.path.join(folder, "my"), "w") as file:
        file.write(my.password)
    with open(path, "w") as file:
        file.write(POLICY)
        for name, protocol, server, keys in (
                ("mc", "memcache", mc, ""),
                ("r", "redis", r, "password_file = \"r\""),
                ("my", "mysql", my,
                 "user = \"app\"\npassword_file = \"my\"")):
            file.write(GATEWAY % (name, protocol, daemons.HOST, server.port,
                                  keys))
    done = subprocess.run([IMMURE, "--policy", path, WORK],
                          capture_output=True, check=True)
    return json.loads(done.stdout)


def plain(servers):
    accounts = ({"password": servers[1].password},
                {"user": "app", "password": servers[2].password})
    where = [[(daemons.HOST, server.port) for server in servers], accounts]
    done = subprocess.run([PYTHON, WORK, json.dumps(where)],
                          capture_output=True, check=True)
    return json.loads(done.stdout)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    servers = [kind() for kind in (daemons.Memcached, daemons.Redis,
                                   daemons.MariaDB)]
    with tempfile.TemporaryDirectory() as folder:
        pairs = [(guest(folder, servers), plain(servers))
                 for _ in range(rounds)]
    print("%-24s %9s %9s %7s %19s" % ("us", "stream", "plain", "ratio",
                                      "ratio of the least"))
    for name in pairs[0][0]:
        (g, least), (p, lowest) = (
            [statistics.median(pair[side][name][i] for pair in pairs)
             for i in (0, 1)] for side in (0, 1))
        print("%-24s %9.1f %9.1f %7.1f %19.1f" % (name, g, p, g / p,
                                                  least / lowest))
    for server in servers:
        server.end()


main()
