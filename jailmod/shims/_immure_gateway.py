"""Functions outside the jail that this program was granted.

    from immure import gateway
    price = gateway.call("price", "tea", currency="EUR")

A guest has one call at a time, and waits for its answer; its wall clock runs
on.  Nobody but the operator's program sees what is called, and with what.
"""
import _jail

__all__ = ["GatewayError", "call", "exchange"]


class GatewayError(Exception):
    """The function was called and failed; the text is its own."""

    __module__ = "immure.gateway"


def call(name, /, *args, **kwargs):
    """Call the function NAME with values that JSON has; what it returns.

    Raises JailDenied when it was not granted, or not so often; GatewayError
    when it failed; TypeError and ValueError for what JSON can't say.
    """
    import json
    text = json.dumps({"args": args, "kwargs": kwargs}, allow_nan=False)
    return json.loads(exchange(name, text.encode("ascii")))


def exchange(name, data, /):
    """The same with bytes of the caller's own: at most 4 MB there, 16 back."""
    done, answer = _jail.call(name, bytes(data))
    if not done:
        raise GatewayError(answer.decode("utf-8", "replace"))
    return answer
