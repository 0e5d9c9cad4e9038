"""What bench/stream.py runs in a guest and outside of one: prints, for each
operation, the median and the least of many, in microseconds, as JSON."""
import json
import statistics
import sys
import time

import memcache
import pymysql
import redis
from pymemcache.client.base import Client

try:
    from _gateway import gatewayuri
    MC, REDIS, SQL = ((gatewayuri(name), None) for name in ("mc", "r", "my"))
    ACCOUNTS = {}, {"user": "x"}
except ImportError:
    (MC, REDIS, SQL), ACCOUNTS = json.loads(sys.argv[1])


def host(where):
    return where[0] if where[1] is None else "%s:%d" % tuple(where)


def address(where):
    named = {"host": where[0]}
    return named if where[1] is None else named | {"port": where[1]}


def measure(function, times=2000):
    took = []
    for _ in range(times):
        before = time.perf_counter()
        function()
        took.append((time.perf_counter() - before) * 1e6)
    return statistics.median(took), min(took)


m = memcache.Client([host(MC)])
p = Client(host(MC))
r = redis.Redis(**address(REDIS), **ACCOUNTS[0])
q = pymysql.connect(**address(SQL), **ACCOUNTS[1]).cursor()
text, large = "v" * 100, b"v" * 500000
m.set("k", text)
r.set("k", text)
p.set("large", large)
print(json.dumps({
    "memcache get": measure(lambda: m.get("k")),
    "memcache set": measure(lambda: m.set("k", text)),
    "pymemcache get": measure(lambda: p.get("k")),
    "pymemcache get, 500 kB": measure(lambda: p.get("large"), 200),
    "redis get": measure(lambda: r.get("k")),
    "redis set": measure(lambda: r.set("k", text)),
    "pymysql SELECT 1": measure(lambda: q.execute("SELECT 1")),
}))
