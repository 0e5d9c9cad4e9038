"""Streams to services outside, by tokens that give no address away.

    import _gateway, memcache, sys
    where = _gateway.gatewayuri("mc", "memcache:tcp://127.0.0.1:11211")
    sys.enter_jail()
    memcache.Client([where]).get("a")

Under `immure host`, before sys.enter_jail(), a program registers a service
with its URI.  A gateway that the policy declares needs none, there and in any
guest: gatewayuri("mc").
"""
from _immure_tokens import gatewayuri

__all__ = ["gatewayuri"]
