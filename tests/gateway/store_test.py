#!/usr/bin/env python3
"""Gateways of the kinds cache and session, against memcached, Redis, sqlite,
and servers that lie.

Usage: store_test.py BUILD_DIR [unittest arguments]
"""
import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

import guests

HERE = tempfile.mkdtemp(prefix="immure-store-")
PASSWORD = "a-password-of-redis"
SERVERS = []


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def serve(command, port):
    """The process, when it takes connections."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    SERVERS.append(process)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("no server: %s" % command)


def memcached(port):
    return serve(["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p",
                  str(port)], port)


def redis(port, *options):
    return serve(["redis-server", "--bind", "127.0.0.1", "--port", str(port),
                  "--save", "", "--dir", HERE, *options], port)


def stop(process):
    process.kill()
    process.wait()


def setUpModule():
    global MEMCACHED, REDIS
    MEMCACHED, REDIS = free_port(), free_port()
    memcached(MEMCACHED)
    redis(REDIS, "--requirepass", PASSWORD, "--unixsocket",
          HERE + "/redis.sock", "--user", "shop", "on", ">" + PASSWORD, "~*",
          "+@all")


def tearDownModule():
    for process in SERVERS:
        if process.poll() is None:
            stop(process)
    shutil.rmtree(HERE)


def policy(keys, tenant="shop", kind="cache", more=""):
    return 'tenant = "%s"\n[gateways.v]\nkind = "%s"\n%s\n%s\n' % (
        tenant, kind, keys, more)


def places():
    """{name: (kind, keys)}"""
    login = '\npassword_env = "PASSWORD"'
    return {
        "memcached": ("cache", 'uri = "memcache:tcp://127.0.0.1:%d"'
                      % MEMCACHED),
        "redis": ("cache", 'uri = "redis:tcp://127.0.0.1:%d/1"' % REDIS
                  + login),
        "redis user": ("cache", 'uri = "redis:tcp://localhost:%d/2"\n'
                       'user = "shop"' % REDIS + login),
        "redis socket": ("session", 'uri = "redis:unix:%s/redis.sock"' % HERE
                         + login),
        "sqlite": ("session", 'file = "%s/values.db"' % HERE),
        "memory": ("session", ""),
    }


class Case(guests.Case):
    def each(self, code, check, tenant="shop", more="", but=()):
        runs = {name: guests.start(
            policy(keys, tenant, kind, more),
            "from immure.gateway import %s as v, GatewayError, exchange\n"
            "import time\n%s" % (kind, code), PASSWORD=PASSWORD)
                for name, (kind, keys) in places().items() if name not in but}
        for name, run in runs.items():
            result = guests.result_of(run)
            with self.subTest(name):
                self.assertEqual(result["verdict"], "ok", result)
                check(result["stdout"])

    def same(self, code, expected, **options):
        self.each(code, lambda out: self.assertEqual(out, expected),
                  **options)


class Values(Case):
    def test_one(self):
        self.same("""
v.delete("a")
print(v.get("a"), v.get("a", 5), "a" in v, v.delete("a"), v.touch("a"))
v.set("a", 1)
print(v.get("a"), v.has("a"), v.add("a", 2), v.get("a"), v.touch("a", 60))
print(v.delete("a"), v.add("a", 2, ttl=60), v.get("a"))
""", "None 5 False False False\n1 True False 1 True\nTrue True 2\n")

    def test_kinds_of_values(self):
        self.same(r"""
for value in ("", "text", "\udc80", "caf\xe9\0\r\n", b"", bytes(range(256)),
              b"END\r\n", 0, 7, 10**17, 10**30, -1, 1.5, True, None, [1, [2]],
              {"a": {"b": "c"}}):
    v.set("a", value)
    got = v.get("a")
    if got != value or type(got) is not type(value): print(repr(value), repr(got))
for value in (object(), float("nan"), {1, 2}, {"a": b"b"}):
    try: v.set("a", value)
    except (TypeError, ValueError): continue
    print(repr(value))
""", "")

    def test_keys(self):
        self.same(r"""
keys = ["a", "a ", " a", "a\0", "a\0b", "a\n", "a\r\nset b 0 0 1\r\nx\r\n", "\x7f", "*", "?", "[a]",
        "\xe4", b"\xff", "k" * 235, "k" * 236, "k" * 237, "k" * 250, "k" * 251, "k" * 60000,
        ":", "=a", "#", "immure:=shop:=a", "../a", "a/b", "{a}", "%s%n", "'; DROP TABLE immure_values; --"]
v.set_many({key: [str(key)] for key in keys}, 60)
found = v.get_many(keys)
print(len(found) == len(keys), all(found[key] == [str(key)] for key in keys))
print(v.get_many(reversed(keys)) == found, v.get_many(keys + keys) == found, v.get_many([]))
print(v.delete_many(keys) == len(keys), v.get_many(keys))
for key in ("", "k" * 70000):
    try: v.get(key)
    except GatewayError as error: print("a key is" in str(error))
for key in (1, None, ()):
    try: v.get(key)
    except TypeError: print("refused")
""", "True True\nTrue True {}\nTrue {}\nTrue\nTrue\n" + "refused\n" * 3)

    def test_numbers(self):
        self.same("""
v.delete("n")
print(v.incr("n"), v.incr("n", 41), v.get("n"), v.incr("n", 2147483647))
for by in (0, -1, 2**31, 1.5):
    try: v.incr("n", by)
    except ValueError: print("refused")
for value in ("text", b"5", [1], -1):
    v.set("n", value)
    try: print(v.incr("n"))
    except GatewayError as error: print(error)
""", "1 42 42 2147483689\n" + "refused\n" * 4
                  + "the value is no whole number\n" * 4)

    def test_ends(self):
        self.same("""
v.delete_many("abcdn")
v.set("a", 1, ttl=1)
v.set("b", 1, ttl=60)
v.set("c", 1, ttl=60); v.touch("c", 1)
v.set("d", 1, ttl=1); v.touch("d", 60)
v.incr("n", ttl=1); v.incr("n", ttl=60)
time.sleep(2.2)
print(sorted(v.get_many("abcdn")), v.incr("n"), v.add("a", 5), v.get("a"))
for ttl in (0, -1):
    try: v.set("a", 1, ttl)
    except ValueError: print("refused")
""", "['b', 'd'] 1 True 5\nrefused\nrefused\n")

    def test_longest(self):
        self.same('v.set("z", 1, ttl=10**9); v.set("y", 1); time.sleep(2.2)\n'
                  'print(v.get_many("zy"))', "{}\n", more='ttl = "1s"')

    def test_large(self):
        self.same("""
v.set("a", bytes(999000))
print(len(v.get("a")))
try: v.set("a", bytes(1000000))
except GatewayError as error: print(error)
v.set_many({"big%d" % i: bytes(999000) for i in range(4)})
print(sum(map(len, v.get_many("big%d" % i for i in range(4)).values())))
v.delete_many(["a"] + ["big%d" % i for i in range(4)])
""", "999000\na value of 1000001 bytes: at most 1000000 are stored\n3996000\n",
                  more='bytes = "1G"')

    def test_nonsense(self):
        """What no shim would send."""
        self.same(r"""
for data in (b"", b"\0", b"\7" * 20, b"\0" * 13, b"\0" * 14, b"\1" + b"\0" * 12 + b"\1\0\0\0a",
             b"\0" * 13 + b"\xff\xff\xff\xffa", b"\4" + b"\0" * 12 + b"\1\0\0\0a",
             b"\0" * 13 + b"\1\0\0\0a" * 1001, b"\4" + b"\0" * 4 + b"\1" + bytes(7) + b"\1\0\0\0a" * 2):
    try: print(exchange("v", data))
    except GatewayError: print("refused")
v.set("a", 1); print(v.get("a"))
""", "refused\n" * 10 + "1\n")


class Tenants(Case):
    def test_apart(self):
        """Neither by the same key nor by one that spells another's."""
        for tenant, other in (("one", "two"), ("two", "one"),
                              ("a", "a:=b"[:1] + ".b")):
            self.each('v.set_many({"x": "mine", "b:=x": 1}, 60)',
                      lambda out: None, tenant=tenant, but=("memory",))
            self.same(r"""
print(v.get_many(["y", "immure:=one:=x", ":=one:=x", "../one/x", "x\0", "=x",
                  "\r\nget immure:=one:=x", "one:x", "*"]))
v.delete("x"); v.incr("n")
""", "{}\n", tenant=other, but=("memory",))
            self.same('print(v.get("x"), v.get("b:=x"))', "mine 1\n",
                      tenant=tenant, but=("memory",))

    def test_on_the_server(self):
        self.each(r'v.set_many({k: 1 for k in ("p", "q\r\nflush_all\r\n", '
                  r'"r" * 999, "s\0")}, 60)', lambda out: None,
                  tenant="seen", but=("memory",))
        import json
        done = subprocess.run(
            ["redis-cli", "-p", str(REDIS), "-n", "1", "-a", PASSWORD,
             "--no-auth-warning", "--json", "keys", "*"],
            capture_output=True, text=True)
        keys = json.loads(done.stdout)
        self.assertTrue(all(key.startswith("immure:=") for key in keys), keys)
        self.assertEqual(len([key for key in keys
                              if key.startswith("immure:=seen:")]), 4)
        with sqlite3.connect(HERE + "/values.db") as db:
            rows = db.execute("SELECT DISTINCT tenant FROM immure_values "
                              "WHERE key NOT GLOB 'immure:[=#]' || tenant "
                              "|| ':*'").fetchall()
        db.close()
        self.assertEqual(rows, [])

    def test_policies_without_a_name(self):
        """Two files of policies are two tenants."""
        for kind, keys in list(places().values())[:2]:
            text = '[gateways.v]\nkind = "%s"\n%s\n' % (kind, keys)
            code = ("from immure.gateway import cache as v\n"
                    "print(v.add('unnamed', 1, 60))")
            for _ in range(2):
                self.assertEqual(self.output(code, text, PASSWORD=PASSWORD),
                                 "True\n")


class Failing(Case):
    def test_dead(self):
        port = free_port()
        for scheme in ("memcache", "redis"):
            keys = 'uri = "%s:tcp://127.0.0.1:%d"' % (scheme, port)
            result = self.fails(
                "from immure.gateway import cache\ncache.get('a')",
                "GatewayError", policy(keys))
            self.assertLess(result["usage"]["wall_ms"], 5000)
            self.assertNotIn(str(port), result["stderr"])
            self.assertNotIn("127.0.0.1", result["stderr"])

    def test_restarted(self):
        for scheme, begin in (("memcache", memcached), ("redis", redis)):
            port = free_port()
            server = begin(port)
            guest = guests.start(
                policy('uri = "%s:tcp://127.0.0.1:%d"' % (scheme, port),
                       more='calls = 100000\ntotal = "60s"'),
                "from immure.gateway import cache, GatewayError\n"
                "import time\nprint('set', flush=True)\ncache.set('a', 1)\n"
                "print(cache.get('a'))\n"
                "failed = 0\n"
                "while failed < 2:\n"
                "    time.sleep(0.02)\n"
                "    try: cache.get('a')\n"
                "    except GatewayError: failed += 1\n"
                "while True:\n"
                "    time.sleep(0.02)\n"
                "    try: print(cache.get('a')); break\n"
                "    except GatewayError: pass\n"
                "cache.set('a', 2); print(cache.get('a'))\n",
                "--cpu", "30s")
            time.sleep(1.5)
            stop(server)
            time.sleep(0.5)
            begin(port)
            result = guests.result_of(guest)
            self.assertEqual(result["stdout"], "set\n1\nNone\n2\n", result)

    def test_silent(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            for scheme in ("memcache", "redis"):
                result = self.fails(
                    "from immure.gateway import cache\ncache.get('a')",
                    "GatewayTimeout",
                    policy('uri = "%s:tcp://127.0.0.1:%d"' % (scheme, port),
                           more='time = "1s"'))
                self.assertLess(result["usage"]["wall_ms"], 8000)

    def test_wrong_password(self):
        kind, keys = places()["redis"]
        self.fails("from immure.gateway import cache\ncache.get('a')",
                   "redis: ", policy(keys), PASSWORD="wrong")
        result = self.run_guest("1", policy(keys))
        self.assertIn("PASSWORD", result["stderr"])

    def test_lies(self):
        """Whatever a server sends, the broker lives, and says an error or
        nothing found."""
        big = b"x" * 300000
        for scheme, answers in (
                ("memcache", (
                    b"\0" * 1000, b"VALUE other 0 5\r\nhello\r\nEND\r\n",
                    b"VALUE %s 0 5\r\nhello", b"VALUE %s 0 -1\r\n",
                    b"VALUE %s 0 99999999999\r\nx", b"SERVER_ERROR out\r\n",
                    b"VALUE %s 0 3\r\nabc\r\nVALUE %s 0 3\r\nabc\r\nEND\r\n",
                    b"STORED\r\n", b"END\r\n" * 100, b"VALUE " + big + b"\r\n",
                    b"\r\n" * 5000)),
                ("redis", (
                    b"\0" * 1000, b"$5\r\nhel", b"$-7\r\n", b"*3\r\n:1\r\n",
                    b"$99999999999\r\nx", b"-ERR no\r\n", b":5\r\n",
                    b"*" + b"9" * 30 + b"\r\n", b"+OK\r\n", b"*1\r\n" * 20,
                    b"$3\r\nabc\r\n$3\r\nabc\r\n", b"-" + big))):
            with contextlib.ExitStack() as stack:
                liars = [stack.enter_context(Liar(lie)) for lie in answers]
                result = self.run_guest(
                    "from immure.gateway import cache, GatewayError\n"
                    "for i in range(%d):\n"
                    "    v = cache.named('v%%d' %% i)\n"
                    "    for ask in (lambda: v.get('a'), "
                    "lambda: v.set('a', 1), lambda: v.incr('a'),"
                    " lambda: v.get_many(['a', 'b'])):\n"
                    "        try: ask()\n"
                    "        except (GatewayError, ValueError) as error:\n"
                    "            assert 'broker' not in str(error), error\n"
                    "    print(i)\n" % len(liars),
                    "".join('[gateways.v%d]\nkind = "cache"\ntime = "200ms"\n'
                            'uri = "%s:tcp://127.0.0.1:%d"\n'
                            % (i, scheme, liar.port)
                            for i, liar in enumerate(liars)))
                self.assertEqual(result["stdout"].split(),
                                 [str(i) for i in range(len(liars))], result)


class Liar:
    """Answers all that it is asked with the same bytes."""

    def __init__(self, answer):
        self.answer = answer

    def __enter__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.close()

    def serve(self):
        while True:
            try:
                peer, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.lie, args=(peer,),
                             daemon=True).start()

    def lie(self, peer):
        try:
            while True:
                asked = peer.recv(100000)
                if not asked:
                    return
                key = asked.split(b"\r\n")[0].split(b" ")[1:2] or [b"a"]
                peer.sendall(self.answer.replace(b"%s", key[0]))
        except OSError:
            pass


class Files(Case):
    def keys(self, name, more=""):
        return policy('file = "%s/%s"' % (HERE, name), kind="session",
                      more=more)

    def test_bounded(self):
        text = self.keys("small.db", 'size = "100K"')
        self.assertEqual(self.output("""
from immure.gateway import session as v, GatewayError
n = 0
try:
    for n in range(1000): v.set("a%d" % n, bytes(5000), ttl=2)
except GatewayError as error: print(15 < n < 21, error)
v.set("a0", bytes(4000))
v.delete("a1")
v.set("b", bytes(4000))
try: v.set_many({"c": 1, "d": bytes(50000)})
except GatewayError: print(v.get("c"))
import time; time.sleep(3.2)
v.set_many({"c": 1, "d": bytes(90000)})
print(v.get("a5"), v.get("c"))
""", text), "True the values of this tenant are over the operator's bound of "
            "102400 bytes: delete some\nNone\nNone 1\n")
        with sqlite3.connect(HERE + "/small.db") as db:
            used, = db.execute("SELECT bytes FROM immure_usage").fetchone()
            real, = db.execute("SELECT sum(length(key) + length(value) + 64) "
                               "FROM immure_values").fetchone()
        db.close()
        self.assertEqual(used, real)
        # another tenant has room of its own
        self.output("from immure.gateway import session\n"
                    "session.set('a', bytes(90000))",
                    text.replace("shop", "other"))

    def test_kept(self):
        text = self.keys("kept.db")
        self.output("from immure.gateway import session\n"
                    "session.set('a', [1])", text)
        self.assertEqual(self.output("from immure.gateway import session\n"
                                     "print(session.get('a'))", text),
                         "[1]\n")
        self.assertEqual(os.stat(HERE + "/kept.db").st_mode & 0o077, 0)

    def test_shared(self):
        """Brokers of several runs raise one number."""
        text = self.keys("shared.db", 'calls = 10000')
        code = ("from immure.gateway import session\n"
                "for _ in range(200): session.incr('n')")
        runs = [guests.start(text, code) for _ in range(4)]
        for run in runs:
            result = guests.result_of(run)
            self.assertEqual(result["verdict"], "ok", result)
        self.assertEqual(self.output("from immure.gateway import session\n"
                                     "print(session.get('n'))", text),
                         "800\n")

    def test_locked(self):
        text = self.keys("locked.db", 'time = "10s"')
        self.output("from immure.gateway import session\n"
                    "session.set('a', 1)", text)
        db = sqlite3.connect(HERE + "/locked.db", isolation_level=None)
        db.execute("BEGIN IMMEDIATE")
        try:
            guest = guests.start(text, "from immure.gateway import session\n"
                                 "print(session.get('a'), flush=True)\n"
                                 "session.set('a', 2)")
            result = guests.result_of(guest)
        finally:
            db.close()
        self.assertNotEqual(result["verdict"], "ok")
        self.assertIn("locked", result["stderr"])

    def test_bad_files(self):
        with open(HERE + "/bad.db", "wb") as f:
            f.write(b"this is no database" * 1000)
        os.mkdir(HERE + "/folder.db")
        os.symlink("/etc/passwd", HERE + "/link.db")
        for name in ("bad.db", "folder.db", "link.db", "no/such.db"):
            result = self.run_guest("1", self.keys(name))
            self.assertEqual(result["verdict"], "none")
            self.assertIn(name, result["stderr"])

    def test_bad_policies(self):
        for text, why in (
                (policy(""), "needs the key uri"),
                (policy('uri = "http://a/"'), "neither memcache: nor redis:"),
                (policy('uri = "redis:tcp://a:b"'), "HOST:PORT"),
                (policy('file = "x"\nuri = "redis:tcp://a"', kind="session"),
                 "in one place"),
                (policy("", kind="session", more='ttl = "0s"'), "ttl"),
                (policy("", kind="session", more='sise = "1M"'), "sise"),
                (policy("", "a b", "session"), "tenant")):
            result = self.run_guest("1", text)
            self.assertEqual(result["verdict"], "none", text)
            self.assertIn(why, result["stderr"])


class Guests(Case):
    def test_none(self):
        for kind in ("cache", "session"):
            result = self.run_guest("from immure.gateway import %s\n"
                                    "%s.get('a')" % (kind, kind),
                                    'tenant = "x"\n')
            self.assertEqual(result["verdict"], "denied")
            self.assertIn('kind = "%s"' % kind, result["stderr"])

    def test_several(self):
        two = policy("", kind="session") + \
            '[gateways.w]\nkind = "session"\n'
        self.assertEqual(self.output("""
from immure.gateway import session
try: session.get("a")
except ValueError as error: print(error)
v, w = session.named("v"), session.named("w")
v.set("a", 1)
print(v.get("a"), w.get("a"), v, w)
""", two), "there are several gateways of the kind session: say which: v, w\n"
            "1 None <session v> <session w>\n")

    def test_option(self):
        result = guests.result_of(guests.start(
            'tenant = "opt"', "from immure.gateway import cache\n"
            "cache.set('a', 1, 60)\nprint(cache.get('a'))", "--grant",
            "c=cache:memcache:tcp://127.0.0.1:%d" % MEMCACHED))
        self.assertEqual(result["stdout"], "1\n", result)
        self.assertEqual(result["calls"][0]["count"], 2)


if __name__ == "__main__":
    unittest.main(argv=["store_test.py"] + guests.sys.argv[2:])
