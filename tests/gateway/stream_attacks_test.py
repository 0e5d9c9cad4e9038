#!/usr/bin/env python3
"""Streams: what a guest with native code can do with them, what is in its
memory, and what servers can do that lie."""
import concurrent.futures
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import broker_test  # noqa: E402
import daemons      # noqa: E402
from memory import memory_holds    # noqa: E402
from streams import BUILD, IMMURE, PACKAGES, Case   # noqa: E402

LAYERS = os.path.join(BUILD, "tests/layers")
ZYGOTE = os.path.join(BUILD, "immure-zygote")

# Native code in the guest's process: frames as it likes.
NATIVE = """
import ctypes, struct
libc = ctypes.CDLL(None)
serial = 0
def send(kind, name, data):
    global serial
    serial += 1
    b = struct.pack("<II", serial, len(name)) + name + data
    b = struct.pack("<BBHI", 1, kind, 0, len(b)) + b
    libc.write(3, b, len(b))
def read(n):
    room = ctypes.create_string_buffer(n)
    got = b""
    while len(got) < n:
        more = libc.read(0, room, n - len(got))
        if more <= 0: raise SystemExit("end of input")
        got += room.raw[:more]
    return got
def call(name, data):
    send(%d, name, data)
    head = read(8)
    body = read(struct.unpack("<I", head[4:])[0])
    return body[4], body[5:]
def op(number, socket, ms=2000, rest=b""):
    status, data = call(b"mc", struct.pack("<BII", number, socket, ms) + rest)
    if status or data[:1] != b"\\0":
        return status, struct.unpack("<I", data[1:5])[0] if data[:1] == b"\\1" else data
    return data[1:]
"""
CALL, REGISTER = 56, 80


class Forgery(Case):
    """Whoever has native code in a guest has what its job was granted."""

    kind = daemons.Memcached

    def native(self, code):
        policy = self.write("policy.toml", self.stream(
            "mc", "memcache:tcp://%s:%d" % (daemons.HOST, self.server.port)))
        whole = subprocess.run([ZYGOTE, "--tool", "policy", policy],
                               stdin=subprocess.DEVNULL, capture_output=True,
                               text=True, check=True).stdout
        done = subprocess.run(
            [LAYERS, "--only=wall", "--json", "--policy",
             self.write("policy.json", whole),
             self.write("guest.py", NATIVE % CALL + code)],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        self.assertTrue(done.stdout, done.stderr)
        return json.loads(done.stdout)

    def test_only_what_was_granted(self):
        result = self.native("""
n = op(1, 0)
assert struct.unpack("<I", n)[0] == 1, n
assert op(2, 1, rest=b"version\\r\\n") == struct.pack("<I", 9)
assert op(3, 1, rest=struct.pack("<I", 100))[:7] == b"VERSION"
for name in (b"other", b"mc.", b"MC", b"gateway-0", b"host", b"r"):
    assert call(name, b"\\1" + bytes(8))[0] == 2, name
for number in (0, 2, 3, 7, 255, 1 << 31, (1 << 32) - 1):
    for what in (2, 3, 4, 5):
        rest = {3: struct.pack("<I", 9), 4: b"\\1"}.get(what, b"")
        assert op(what, number, rest=rest) == (0, 9), (number, what)
print("done")
""")
        self.assertEqual(result["stdout"], "done\n", result)

    def test_nonsense(self):
        result = self.native("""
import random
op(1, 0)
for data in (b"", b"\\0", b"\\x07" + bytes(8), b"\\1", b"\\1" * 8, b"\\3" + bytes(8),
             b"\\3" + bytes(12), b"\\3" + bytes(8) + b"\\xff" * 4, b"\\4" + bytes(8),
             b"\\4" + bytes(8) + b"\\3", b"\\5" + bytes(9), b"\\1" + bytes(9)):
    assert call(b"mc", data)[0] == 1, data
noise = random.Random(4)
for _ in range(3000):
    data = bytes([noise.randrange(8)]) + struct.pack("<II", noise.randrange(3),
        noise.randrange(2)) + noise.randbytes(noise.randrange(9))
    call(b"mc", data)
assert struct.unpack("<I", op(1, 0))[0] > 1
print("done")
""")
        self.assertEqual(result["stdout"], "done\n", result)

    def test_a_job_registers_nothing(self):
        result = self.native("""
send(%d, b"mine", b"tcp://%s:%d")
import time
time.sleep(5)
""" % (REGISTER, daemons.HOST.encode().decode(), self.server.port))
        self.assertEqual(result["verdict"], "killed", result)
        self.assertIn("registered in the jail", result["why"])

    def test_sockets_are_each_jobs_own(self):
        """Two guests of one policy, and so of one broker."""
        sys.path.insert(0, os.path.join(HERE, "../../client/python/src"))
        import immure
        policy = self.write("policy.toml", self.stream(
            "mc", "memcache:tcp://%s:%d" % (daemons.HOST, self.server.port)))
        owner = """
import _gateway, socket, time
s = socket.create_connection(_gateway.gatewayuri("mc"))
s.sendall(b"version\\r\\n")
time.sleep(2)
print(s.recv(7))
"""
        thief = """
import struct, time
from immure import gateway
time.sleep(0.5)
for number in range(5):
    print(gateway.exchange("mc", struct.pack("<BIII", 3, number, 0, 100))[:5])
"""
        with immure.Jail(policy=policy, bin=BUILD) as jail, \
                concurrent.futures.ThreadPoolExecutor() as pool:
            ran = [pool.submit(jail.run, code) for code in (owner, thief)]
            first, second = (each.result() for each in ran)
        self.assertEqual(first.stdout, "b'VERSION'\n", first)
        self.assertEqual(second.stdout,
                         "%r\n" % (b"\1" + struct.pack("<I", 9),) * 5)


class Secrets(Case):
    """What the policy has for the broker is nowhere in a guest."""

    kind = daemons.MariaDB

    def needles(self, *more):
        port = self.server.port
        packed = struct.pack("!H", port) + socket.inet_aton(daemons.HOST)
        return [daemons.HOST.encode(), b":%d" % port, packed, packed[2:],
                self.server.password.encode(), *more]

    def look(self, command, code, policy, needles):
        started = subprocess.Popen(
            [IMMURE, command, "--wall", "40s", "--policy",
             self.write("policy.toml", policy),
             self.write("program.py", code)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, text=True, cwd=self.folder)
        try:
            line = started.stdout.readline()
            self.assertTrue(line.startswith("used"), line)
            broker, = broker_test.named(started.pid, "immure-broker")
            guests = broker_test.named(started.pid, "immure-zygote")
            self.assertTrue(guests)
            for needle in needles:
                self.assertTrue(memory_holds(broker, needle), needle)
                for pid in guests:
                    self.assertFalse(memory_holds(pid, needle), needle)
        finally:
            started.kill()
            started.communicate()

    def policy(self):
        self.write("password", self.server.password)
        return PACKAGES + self.stream(
            "my", "mysql:tcp://%s:%d/shop" % (daemons.HOST, self.server.port),
            "user = \"app\"\npassword_file = \"password\"\n")

    CODE = """
import _gateway, pymysql, sys, time
%s
c = pymysql.connect(host=_gateway.gatewayuri("my"), user="x")
q = c.cursor()
q.execute("SELECT 6 * 7")
print("used", q.fetchone(), flush=True)
time.sleep(30)
"""

    @unittest.skipIf(os.geteuid() != 0, "only root reads such a process")
    def test_a_guest(self):
        self.look("run", self.CODE % "", self.policy(), self.needles())

    @unittest.skipIf(os.geteuid() != 0, "only root reads such a process")
    def test_a_host_program(self):
        self.look("host", self.CODE % "sys.enter_jail()", self.policy(),
                  self.needles())


class Liar(threading.Thread):
    """A server that says SAYS to everybody, and goes on as GOES_ON does."""

    def __init__(self, says, goes_on=None):
        super().__init__(daemon=True)
        self.says, self.goes_on = says, goes_on
        self.listener = socket.socket()
        self.listener.bind((daemons.HOST, 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                peer = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,),
                             daemon=True).start()

    def serve(self, peer):
        try:
            peer.sendall(self.says)
            if self.goes_on:
                self.goes_on(peer)
            peer.recv(1)
            time.sleep(30)
        except OSError:
            pass


def flood(peer):
    while True:
        peer.sendall(b"x" * 65536)


def drip(peer):
    while True:
        peer.sendall(b"+")
        time.sleep(0.1)


class Servers(Case):
    """Servers that lie, flood, drip, or say nothing."""

    def outcome(self, protocol, says, goes_on=None, then=""):
        liar = Liar(says, goes_on)
        self.addCleanup(liar.listener.close)
        result = self.run_it("run", """
import _gateway, socket
try:
    s = socket.create_connection(_gateway.gatewayuri("g"), timeout=2)
    print("connected")
    %s
except OSError as e:
    print(type(e).__name__, e)
""" % (then or "pass"), policy=self.stream(
            "g", "%s:tcp://%s:%d" % (protocol, daemons.HOST, liar.port),
            "user = \"u\"\npassword_env = \"P\"\n"
            if protocol in ("redis", "mysql") else ""), env={"P": "p"})
        self.assertEqual(result["verdict"], "ok", result)
        return result["stdout"].splitlines()

    def test_redis(self):
        for says, goes_on, said in (
                (b"", flood, "the server is no redis"),
                (b"+OK", drip, "timed out"),
                (b"", None, "timed out"),
                (b"+PONG\r\n", None, "the server is no redis"),
                (b"-ERR 10.1.2.3 says no\r\n", None, "refuses the gateway's"),
                (b"HTTP/1.1 200 OK\r\n", None, "the server is no redis")):
            with self.subTest(says):
                (line,) = self.outcome("redis", says, goes_on)
                self.assertIn(said, line)
                self.assertNotIn("10.1.2.3", line)

    def test_mysql(self):
        for says, goes_on, said in (
                (b"", flood, "too long"),
                (b"", None, "timed out"),
                (b"\xff\xff\xff\0" + b"\x0a" * 99, None, "too long"),
                (b"\0\0\0\0", None, "too long"),
                (b"\1\0\0\0\x0a", None, "is no mysql"),
                (b"\x04\0\0\0\xff\x15\x04H", None, "takes no connection"),
                (b"\x50\0\0\0\x0a" + b"5" * 79, None, "is no mysql"),
                (b"\x50\0\0\0\x09" + bytes(79), None, "is no mysql")):
            with self.subTest(says):
                (line,) = self.outcome("mysql", says, goes_on)
                self.assertIn(said, line)

    def test_a_flood_is_bounded(self):
        """What nobody takes stays with the server."""
        sent = []

        def count(peer):
            peer.settimeout(1)
            try:
                while True:
                    sent.append(peer.send(b"x" * 65536))
            except OSError:
                pass
        self.outcome("memcache", b"", count, then="__import__('time').sleep(2)")
        self.assertLess(sum(sent), 16 << 20)


if __name__ == "__main__":
    unittest.main()
