#!/usr/bin/env python3
"""Streams that the broker logs in on: redis-py and PyMySQL, unmodified, with
no password of the service's in a guest."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import daemons      # noqa: E402
from streams import PACKAGES, Case  # noqa: E402


class Redis(Case):
    kind = daemons.Redis

    def policy(self, keys=""):
        self.write("password", self.server.password + "\n")
        return PACKAGES + self.stream(
            "r", "redis:tcp://%s:%d/3" % (daemons.HOST, self.server.port),
            "password_file = \"password\"\n" + keys)

    def test_redis_py(self):
        lines = self.printed("run", """
import _gateway, redis
t = _gateway.gatewayuri("r")
r = redis.Redis(host=t, socket_timeout=5, health_check_interval=1)
assert r.ping() and r.set("a", "b") and r.get("a") == b"b"
assert r.client_info()["db"] == 3 if hasattr(r, "client_info") else True
p = r.pipeline()
for i in range(100): p.incr("n")
assert p.execute()[-1] == 100
big = bytes(range(256)) * 8000
assert r.set("big", big) and r.get("big") == big
for other in (redis.Redis(host=t, password="no such", username="x"),
              redis.Redis(host=t, port=1, password="wrong"),
              redis.Redis.from_url("redis://:secret@%s:7" % t),
              redis.StrictRedis(host=str(t), decode_responses=True)):
    assert other.get("a") in (b"b", "b")
sub = r.pubsub(ignore_subscribe_messages=True)
sub.subscribe("c")
assert sub.get_message(timeout=2) is None
assert r.publish("c", "hello") == 1
assert sub.get_message(timeout=2)["data"] == b"hello"
assert r.blpop("empty", timeout=1) is None
assert list(r.scan_iter("a*")) == [b"a"]
print("done")
""", policy=self.policy("total = \"60s\"\n"))
        self.assertEqual(lines, ["done"])

    def test_hello(self):
        lines = self.printed("run", """
import _gateway, socket
for first in (b"*5\\r\\n$5\\r\\nHELLO\\r\\n$1\\r\\n3\\r\\n$4\\r\\nauth\\r\\n$1\\r\\nx\\r\\n$1\\r\\ny\\r\\n",
              b"*2\\r\\n$4\\r\\nAUTH\\r\\n$1\\r\\nx\\r\\n*1\\r\\n$4\\r\\nPING\\r\\n",
              b"PING\\r\\n"):
    s = socket.create_connection(_gateway.gatewayuri("r"))
    for byte in first:
        s.sendall(bytes([byte]))
    f = s.makefile("rb")
    print(f.readline(), f.readline() if b"AUTH" in first else "")
""", policy=self.policy())
        self.assertEqual(lines, ["b'%7\\r\\n' ", "b'+OK\\r\\n' b'+PONG\\r\\n'",
                                 "b'+PONG\\r\\n' "])

    def test_wrong_account(self):
        policy = self.policy()
        self.write("password", "wrong")
        lines = self.printed("run", """
import _gateway, socket
try:
    socket.create_connection(_gateway.gatewayuri("r"))
except PermissionError as e:
    print(e)
""", policy=policy)
        self.assertEqual(lines, ["[Errno 13] the server refuses the gateway's "
                                 "account or database: Permission denied"])


class MariaDB(Case):
    kind = daemons.MariaDB

    def policy(self):
        self.write("password", self.server.password)
        return (PACKAGES
                + self.stream("my", "mysql:tcp://%s:%d/shop"
                              % (daemons.HOST, self.server.port), "user = \"app\"\n"
                              "password_file = \"password\"\n")
                + self.stream("ed", "mysql:unix://" + self.server.socket,
                              "user = \"ed\"\ndatabase = \"shop\"\n"
                              "password_env = \"ED_PASSWORD\"\n"))

    def environment(self):
        return {"ED_PASSWORD": self.server.ed_password}

    def test_pymysql(self):
        lines = self.printed("run", """
import _gateway, pymysql
for name in "my", "ed":
    t = _gateway.gatewayuri(name)
    c = pymysql.connect(host=t, user="somebody", password="anything",
                        charset="utf8mb4", connect_timeout=5, read_timeout=10)
    with c.cursor() as q:
        q.execute("SELECT CURRENT_USER(), DATABASE(), %s", ("it's",))
        print(q.fetchone())
        q.execute("CREATE OR REPLACE TABLE t (a INT PRIMARY KEY, b TEXT)")
        q.executemany("INSERT INTO t VALUES (%s, %s)",
                      [(i, "v\\u00e9%d" % i) for i in range(200)])
        c.commit()
        q.execute("SELECT COUNT(*), MAX(b) FROM t")
        assert q.fetchone() == (200, "v\\u00e999")
        q.execute("SELECT * FROM t ORDER BY a")
        assert len(q.fetchall()) == 200
        try:
            q.execute("SELECT * FROM nothing")
        except pymysql.err.ProgrammingError as e:
            print(e.args[0])
        q.execute("SELECT REPEAT('x', 3000000)")
        assert len(q.fetchone()[0]) == 3000000
    with c.cursor(pymysql.cursors.SSCursor) as q:
        q.execute("SELECT a FROM t ORDER BY a")
        assert sum(row[0] for row in q) == 199 * 100
    c.ping(); c.close()
    # A database of the library's own choice, and no password at all.
    assert pymysql.connect(host=t, port=1, user="x", database="shop").get_server_info()
try:
    pymysql.connect(host=t, user="x", database="mysql")
except pymysql.err.OperationalError as e:
    print(e)
""", policy=self.policy(), env=self.environment())
        self.assertEqual(lines[:4], ["('app@%', 'shop', \"it's\")", "1146",
                                     "('ed@%', 'shop', \"it's\")", "1146"])
        self.assertIn("refuses the gateway's account", lines[4])

    def test_tls_is_refused(self):
        result = self.run_it("run", """
import _gateway, socket
s = socket.create_connection(_gateway.gatewayuri("my"))
hello = s.recv(1000)
size = int.from_bytes(hello[:3], "little")
assert len(hello) == size + 4 and hello[4] == 10, hello
s.sendall(b"\\x20\\0\\0\\1" + (1 << 11 | 1 << 9).to_bytes(4, "little") + bytes(28))
try:
    s.recv(10)
except OSError as e:
    print(e)
""", policy=self.policy(), env=self.environment())
        self.assertIn("TLS ends at the gateway", result["stdout"])


if __name__ == "__main__":
    unittest.main()
