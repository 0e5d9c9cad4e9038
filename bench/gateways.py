#!/usr/bin/env python3
"""What a call of a gateway costs a guest: gateways.py [ROUNDS]

Servers on loopback; in each round a guest makes calls of each kind, one after
the other, and plain Python asks the same servers over connections that it
keeps.  A row is the median of the rounds' medians of a call's time.
"""
import http.client
import http.server
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILDDIR", os.path.join(HERE, "../build"))
IMMURE = os.path.join(BUILD, "immure")
CALLS = 500

GUEST = """
import json, time
from immure import gateway
from immure.gateway import cache, clock, fetch, log, session
mc, rd = cache.named("mc"), cache.named("rd")
def median(call):
    took = []
    for n in range(%d):
        begun = time.perf_counter()
        call()
        took.append(time.perf_counter() - begun)
    return sorted(took)[len(took) // 2] * 1e3
rows = {"stub": median(lambda: gateway.call("stub")),
        "clock": median(clock.time_ns),
        "log": median(lambda: log.info("a line", n=1))}
for name, values in (("memcached", mc), ("Redis", rd), ("sqlite", session)):
    rows[name + " set"] = median(lambda: values.set("k", b"v" * 100))
    rows[name + " get"] = median(lambda: values.get("k"))
rows["fetch"] = median(lambda: fetch("http://127.0.0.1:PORT/"))
print(json.dumps(rows))
""" % CALLS

POLICY = """
[limits]
cpu = "60s"
wall = "80s"
[gateways.stub]
kind = "stub"
[gateways.clock]
kind = "clock"
[gateways.log]
kind = "log"
file = "log"
[gateways.mc]
kind = "cache"
uri = "memcache:tcp://127.0.0.1:MEMCACHED"
[gateways.rd]
kind = "cache"
uri = "redis:tcp://127.0.0.1:REDIS"
[gateways.session]
kind = "session"
file = "values.db"
[gateways.web]
kind = "fetch"
rules = [{allow = "GET http://127.0.0.1:PORT/**", private = true}]
"""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def median(call):
    took = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        call()
        took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1e3


def asker(port, text):
    """A call that sends TEXT and takes what comes in one piece."""
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask():
        sock.sendall(text)
        sock.recv(65536)
    return ask


def plain(ports, folder):
    value = b"v" * 100
    web = http.client.HTTPConnection("127.0.0.1", ports["PORT"])

    def fetch():
        web.request("GET", "/")
        web.getresponse().read()

    db = sqlite3.connect(folder + "/plain.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("CREATE TABLE IF NOT EXISTS v (k PRIMARY KEY, v)")
    rows = {
        "memcached set": median(asker(
            ports["MEMCACHED"], b"set k 0 0 100\r\n%s\r\n" % value)),
        "memcached get": median(asker(ports["MEMCACHED"], b"get k\r\n")),
        "Redis set": median(asker(ports["REDIS"], b"SET k %s\r\n" % value)),
        "Redis get": median(asker(ports["REDIS"], b"GET k\r\n")),
        "sqlite set": median(lambda: db.execute(
            "INSERT OR REPLACE INTO v VALUES ('k', ?)", (value,))),
        "sqlite get": median(lambda: db.execute(
            "SELECT v FROM v WHERE k = 'k'").fetchone()),
        "fetch": median(fetch)}
    db.close()
    return rows


def guest(ports, folder):
    text, policy = GUEST, POLICY.replace("kind =", "calls = 100000\nkind =")
    for name, port in ports.items():
        text, policy = (t.replace(name, str(port)) for t in (text, policy))
    with open(folder + "/p.toml", "w") as f:
        f.write(policy)
    done = subprocess.run([IMMURE, "--policy", folder + "/p.toml", "-c", text],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measure(rounds, folder):
    ports = {"MEMCACHED": free_port(), "REDIS": free_port()}
    servers = [subprocess.Popen(
        ["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p",
         str(ports["MEMCACHED"])]), subprocess.Popen(
        ["redis-server", "--bind", "127.0.0.1", "--port", str(ports["REDIS"]),
         "--save", "", "--dir", folder], stdout=subprocess.DEVNULL)]
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ports["PORT"] = web.server_address[1]
    threading.Thread(target=web.serve_forever, daemon=True).start()
    time.sleep(1)
    try:
        found = [(guest(ports, folder), plain(ports, folder))
                 for _ in range(rounds)]
    finally:
        for server in servers:
            server.kill()
            server.wait()
    print("%-16s %10s %10s" % ("ms a call", "guest", "plain"))
    for row in found[0][0]:
        print("%-16s %10s %10s" % (row, *(
            "%.3f" % statistics.median(side[row] for side in sides)
            if row in sides[0] else "" for sides in zip(*found))))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as HOME:
        measure(int(sys.argv[1]) if sys.argv[1:] else 5, HOME)
