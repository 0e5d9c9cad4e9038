"""The operator's program registers a service, enters the jail, and goes on as
a guest that has a token in place of an address.

    immure host host.py     with a memcached at 127.0.0.1:11211
"""
import sys

import _gateway
import memcache

where = _gateway.gatewayuri("mc", "memcache:tcp://127.0.0.1:11211")
sys.enter_jail()

cache = memcache.Client([where])
print("stored:", cache.set("colour", "green"))
print("got:", cache.get("colour"))

other = memcache.Client(["127.0.0.1:11211"])
print("by its address:", other.get("colour"))
