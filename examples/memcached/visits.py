"""A guest whose policy has the service: it never learns the address.

    immure --policy policy.toml visits.py
"""
import socket

import _gateway
from pymemcache.client.base import Client

where = _gateway.gatewayuri("mc")
cache = Client(where, timeout=1, connect_timeout=1)
cache.set("visits", "0")
for _ in range(3):
    cache.incr("visits", 1)
print("visits:", cache.get("visits").decode())

# The same with nothing but a socket; the port is of no interest.
with socket.create_connection((where, 11211), timeout=1) as sock:
    sock.sendall(b"get visits\r\n")
    print("line:", sock.makefile("rb").readline().decode().strip())

try:
    socket.create_connection(("127.0.0.1", 11211))
except PermissionError as refusal:
    print(refusal)
