#!/usr/bin/env python3
"""Streams: sockets of a guest, and unmodified clients of memcached."""
import os
import socket
import subprocess
import sys
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import daemons      # noqa: E402
from streams import IMMURE, PACKAGES, Case  # noqa: E402

EXAMPLE = os.path.join(HERE, "../../examples/memcached")

# The program that immure began with, as it stands.
PROGRAM = """\
import _gateway, memcache, sys, datetime
mcuri = _gateway.gatewayuri("mc", "memcache:tcp://%s:%d")
sys.enter_jail()
def test1(): mc = memcache.Client([mcuri]);             mc.set("a", NOW); print("test1:", mc.get("a"))   # works
def test2(): mc = memcache.Client(["%s:%d"]); mc.set("a", NOW); print("test2:", mc.get("a"))   # refused
NOW = str(datetime.datetime.now())
print(NOW)
test1()
test2()
"""

class Memcached(Case):
    kind = daemons.Memcached

    @property
    def uri(self):
        return "memcache:tcp://%s:%d" % (daemons.HOST, self.server.port)

    def test_the_program_as_it_stands(self):
        result = self.run_it("host", PROGRAM % (2 * (
            daemons.HOST, self.server.port)))
        now, *lines = result["stdout"].splitlines()
        self.assertEqual(lines, ["test1: " + now, "test2: None"], result)
        (denial,) = result["denials"]
        self.assertEqual(denial["rule"], "socket.connect")
        self.assertEqual(denial["line"], 5)
        self.assertIn("gateway", denial["fix"])
        (row,) = result["calls"]
        self.assertEqual((row["name"], row["refused"]), ("mc", 0))
        self.assertGreater(row["count"], 3)

    def test_the_example(self):
        """As it is written, but for where this server listens."""
        for name in os.listdir(EXAMPLE):
            with open(os.path.join(EXAMPLE, name)) as file:
                self.write(name, file.read().replace(
                    "127.0.0.1:11211",
                    "%s:%d" % (daemons.HOST, self.server.port)))
        for command, said in (
                (["host", "host.py"],
                 "stored: True\ngot: green\nby its address: None\n"),
                (["--policy", "policy.toml", "visits.py"],
                 "visits: 3\nline: VALUE visits 0 1\nsocket.connect() is "
                 "refused: that address is no gateway, and a guest has no "
                 "network. Ask the operator for a stream, [gateways.NAME] in "
                 "the policy, and connect to _gateway.gatewayuri(NAME)\n")):
            done = subprocess.run([IMMURE, *command], cwd=self.folder,
                                  stdin=subprocess.DEVNULL, text=True,
                                  capture_output=True, timeout=60)
            self.assertEqual((done.stdout, done.stderr, done.returncode),
                             (said, "", 0))

    def test_refusal_has_its_reason(self):
        lines = self.printed("run", """
import _gateway, socket
for where in (("%s", %d), "mc", "localhost", b"gateway-0", ("::1", 1)):
    for function in (socket.create_connection, socket.socket().connect):
        try:
            function(where)
        except PermissionError as error:
            print(error.rule, error)
""" % (daemons.HOST, self.server.port), "--grant", "mc=" + self.uri)
        self.assertEqual(len(lines), 10)
        for line in lines:
            self.assertIn("socket.connect socket.connect() is refused: that "
                          "address is no gateway", line)
            self.assertIn("_gateway.gatewayuri(NAME)", line)

    def test_token_tells_nothing(self):
        lines = self.printed("host", """
import _gateway, copy, pickle, sys
t = _gateway.gatewayuri("mc", "%s")
said = []
said.append([type(t).__mro__[1] is str, ":" in t, "/" in t, str(t) == t])
said.append([repr(t), str(t), ascii(t), format(t), t + "", dir(t), t.__reduce_ex__(4),
       pickle.dumps(t), copy.copy(t), copy.deepcopy(t), t.__doc__,
       vars(type(t)), getattr(t, "__dict__", None), t.__getnewargs__()])
said.append(_gateway.gatewayuri("mc") == t)
sys.enter_jail()
for each in said: print(each)
import _gateway as again
print(again.gatewayuri("mc") == t, pickle.loads(pickle.dumps(t)) == t)
""" % self.uri)
        self.assertEqual(lines[0], "[True, False, False, True]")
        for needle in (str(self.server.port), daemons.HOST, "memcache:"):
            self.assertNotIn(needle, lines[1])
        self.assertEqual(lines[2:], ["True", "True True"])

    def test_tokens_differ(self):
        texts = {self.printed("run", "import _gateway\n"
                              "print(str(_gateway.gatewayuri('mc')))",
                              "--grant", "mc=" + self.uri)[0]
                 for _ in range(3)}
        self.assertEqual(len(texts), 3)

    def test_what_libraries_do(self):
        lines = self.printed("run", """
import _gateway, socket
t = _gateway.gatewayuri("mc")
plain = str(t)
assert type(plain) is str
for where in (t, plain, plain.encode(), (t, 11211), (plain, 1), (plain, 1, 0, 0)):
    s = socket.socket()
    s.connect(where)
    s.sendall(memoryview(b"version\\r\\n"))
    assert s.recv(100).startswith(b"VERSION"), where
    s.close()
(info,) = socket.getaddrinfo(plain, "11211", 0, socket.SOCK_STREAM)
assert info[:3] == (socket.AF_INET, socket.SOCK_STREAM, 6), info
assert info[4] == (plain, 11211)
assert socket.getaddrinfo(plain, 7, socket.AF_INET6)[0][4] == (plain, 7, 0, 0)
assert socket.gethostbyname(plain) == plain
print("done")
""", "--grant", "mc=" + self.uri)
        self.assertEqual(lines, ["done"])

    def test_sockets(self):
        lines = self.printed("run", """
import _gateway, socket
t = _gateway.gatewayuri("mc")
plain = str(t)
with socket.create_connection((plain, 9), timeout=3) as s:
    assert s.gettimeout() == s.timeout == 3 and s.getblocking()
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    assert s.getpeername() == (plain, 9)
    s.send(b"set k 0 0 10\\r\\n0123456789\\r\\n")
    assert s.recv(8, socket.MSG_WAITALL) == b"STORED\\r\\n"
    s.send(b"get k\\r\\n")
    assert s.recv(5, socket.MSG_PEEK) == b"VALUE"
    room = bytearray(12)
    assert s.recv_into(room, 5) == 5 and room[:6] == b"VALUE\\0"
    assert s.recv_into(memoryview(room)[5:]) == 7
    while not s.recv(100).endswith(b"END\\r\\n"):
        pass
    f = s.makefile("rwb")
    f.write(b"get k\\r\\nget nothing\\r\\n")
    f.flush()
    assert f.readline() == b"VALUE k 0 10\\r\\n", "makefile"
    assert f.read(12) == b"0123456789\\r\\n" and f.readline() == b"END\\r\\n"
    assert f.readline() == b"END\\r\\n"
    text = s.makefile("rw", encoding="ascii", newline="")
    text.write("get k\\r\\n"); text.flush()
    assert text.readline() == "VALUE k 0 10\\r\\n"
    assert text.read(17) == "0123456789\\r\\nEND\\r\\n"
    s.settimeout(0.2)
    try:
        s.recv(1)
    except TimeoutError as e:
        assert str(e) == "timed out"
    s.settimeout(0)
    try:
        s.recv(1)
    except BlockingIOError as e:
        assert e.errno == 11
    s.settimeout(5)
    s.shutdown(socket.SHUT_WR)
    assert s.recv(1) == b""
assert s.fileno() == -1
try:
    s.recv(1)
except OSError as e:
    assert e.errno == 9
a, b = socket.create_connection(t), socket.create_connection(t)
a.sendall(b"get k\\r\\n"); b.sendall(b"version\\r\\n")
assert b.recv(99).startswith(b"VERSION") and a.recv(99).startswith(b"VALUE k")
print("done")
""", "--grant", "mc=" + self.uri)
        self.assertEqual(lines, ["done"])

    def test_what_is_refused(self):
        lines = self.printed("run", """
import _gateway, socket, select
t = _gateway.gatewayuri("mc")
s = socket.create_connection(t)
def attempt(f, *args):
    try:
        f(*args)
        print("went through", f)
    except PermissionError as error:
        print(error.rule)
attempt(s.setblocking, False)
attempt(s.fileno)
attempt(s.bind, ("", 1))
attempt(s.listen)
attempt(s.accept)
attempt(s.sendto, b"x", ("127.0.0.1", 1))
attempt(s.dup)
attempt(s.detach)
attempt(socket.socket, socket.AF_UNIX)
attempt(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)
attempt(socket.socket, socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
attempt(select.select, [s], [], [])
attempt(socket.socketpair)
attempt(_gateway.gatewayuri, "other")
attempt(_gateway.gatewayuri, "mine", "memcache:tcp://127.0.0.1:1")
n = socket.socket()
n.settimeout(0)
attempt(n.connect, t)
""", "--grant", "mc=" + self.uri)
        self.assertEqual(lines, [
            "socket.setblocking", "socket.fileno", "socket.bind",
            "socket.listen", "socket.accept", "socket.sendto", "socket.dup",
            "socket.fileno", "socket.socket", "socket.socket",
            "socket.setblocking", "select.select", "socket.socketpair",
            "gateway.stream", "gateway.uri", "socket.setblocking"])

    def test_both_clients(self):
        lines = self.printed("run", """
import _gateway, memcache
from pymemcache.client.base import Client, PooledClient
from pymemcache.client.hash import HashClient
t = _gateway.gatewayuri("mc")
m = memcache.Client([t])
assert m.set("m", {"x": [1, 2.5, None]}) and m.get("m") == {"x": [1, 2.5, None]}
assert m.set_multi({"a%d" % i: i for i in range(50)}) == []
assert m.get_multi(["a%d" % i for i in range(50)])["a49"] == 49
m.set("n", 5); assert m.incr("n") == 6 and m.delete("n")
big = "x" * 900000
assert m.set("big", big) and m.get("big") == big
assert m.get_stats()
for p in (Client(t, timeout=5, connect_timeout=5), Client((t, 1)),
          Client(t, no_delay=True), PooledClient(t, max_pool_size=2)):
    p.set("p", b"v"); assert p.get("p") == b"v"
    p.set("q", b"w", noreply=True); assert p.get("q") == b"w"
    p.close()
h = HashClient([(t, 11211)], use_pooling=True)
h.set("h", b"1"); assert h.get("h") == b"1"
print("done")
""", policy=PACKAGES + self.stream("mc", self.uri))
        self.assertEqual(lines, ["done"])

    def test_server_goes_and_comes(self):
        lines = self.printed("run", """
import _gateway, socket, time
from immure import gateway
t = _gateway.gatewayuri("mc")
s = socket.create_connection(t)
gateway.call("stop")
try:
    s.sendall(b"version\\r\\n")
    print("end", s.recv(10))
except ConnectionError as e:
    print("end", b"")
try:
    socket.create_connection(t)
except ConnectionRefusedError as e:
    print(e)
gateway.call("start")
s = socket.create_connection(t)
s.sendall(b"version\\r\\n")
print(s.recv(7))
""", "--grant", "mc=" + self.uri, "--grant", "stop=exec:" + self.control("stop"),
            "--grant", "start=exec:" + self.control("start"))
        self.assertEqual(lines, ["end b''", "[Errno 111] connect: Connection "
                                 "refused", "b'VERSION'"])

    def control(self, word):
        """A command that has this process stop or start the server."""
        path = os.path.join(self.folder, word)
        os.mkfifo(path)
        os.mkfifo(path + ".done")

        def serve():
            with open(path):
                pass
            getattr(self.server, word)()
            with open(path + ".done", "w"):
                pass
        threading.Thread(target=serve, daemon=True).start()
        return ("read line; : >%s; cat %s.done; echo '{\"value\": null}'"
                % (path, path))

    def test_quota_and_many_sockets(self):
        result = self.run_it("run", """
import _gateway, socket
t = _gateway.gatewayuri("mc")
open_ = []
try:
    while True:
        open_.append(socket.create_connection(t))
except OSError as e:
    print(len(open_), e.errno)
del open_
try:
    while True:
        socket.create_connection(t).close()
except PermissionError as e:
    print(e)
""", policy=self.stream("mc", self.uri, "calls = 200\n"))
        lines = result["stdout"].splitlines()
        self.assertEqual(lines[0], "32 24")
        self.assertIn("used up what it was granted", lines[1])
        self.assertEqual(result["calls"][0]["count"], 200)
        self.assertGreater(result["calls"][0]["refused"], 0)

    def test_a_send_brings_its_reply(self):
        """One call a request, where each has a reply; where none has, none
        waits for it."""
        result = self.run_it("run", """
import _gateway, socket, time
s = socket.create_connection(_gateway.gatewayuri("mc"))
for n in range(100):
    s.sendall(b"set n 0 0 2\\r\\n%02d\\r\\n" % n)
    assert s.recv(100) == b"STORED\\r\\n"
    s.sendall(b"get n\\r\\n")
    assert s.recv(5) == b"VALUE"
    assert s.recv(100) == b" n 0 2\\r\\n%02d\\r\\nEND\\r\\n" % n
began = time.perf_counter()
for n in range(300):
    s.sendall(b"set n 0 0 3 noreply\\r\\n%03d\\r\\n" % n)
print(time.perf_counter() - began < 0.5)
s.sendall(b"get n\\r\\n")
print(s.recv(100))
""", "--grant", "mc=" + self.uri)
        self.assertEqual(result["stdout"], "True\nb'VALUE n 0 3\\r\\n299"
                         "\\r\\nEND\\r\\n'\n", result)
        (row,) = result["calls"]
        self.assertLess(row["count"], 100 + 100 + 300 + 60)

    def test_what_was_sent_arrives(self):
        """Though the guest ends right behind it, or closes."""
        for end in ("", "s.close()", "import os; os._exit(0)", "1 / 0"):
            with self.subTest(end):
                self.run_it("run", """
import _gateway, socket
s = socket.create_connection(_gateway.gatewayuri("mc"))
s.sendall(b"set last 0 0 300000 noreply\\r\\n" + b"%s" * 300000 + b"\\r\\n")
%s
""" % (end[:1] or "z", end), "--grant", "mc=" + self.uri)
                self.assertEqual(self.get("last", 300000),
                                 (end[:1] or "z").encode() * 300000)

    def get(self, key, size):
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.create_connection((daemons.HOST, self.server.port)) as s:
                s.sendall(b"get %s\r\n" % key.encode())
                data = b""
                while not data.endswith(b"END\r\n"):
                    data += s.recv(1 << 16)
                if len(data) > size:
                    return data.split(b"\r\n")[1]
            time.sleep(0.05)
        self.fail("it never came")


if __name__ == "__main__":
    unittest.main()
