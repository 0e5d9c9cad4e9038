"""Functions outside the jail that this program was granted.

    from immure import gateway
    price = gateway.call("price", "tea", currency="EUR")

A guest has one call at a time, and waits for its answer; its wall clock runs
on.  Nobody but the operator's program sees what is called, and with what.
"""
import _jail

__all__ = ["GatewayError", "GatewayTimeout", "call", "exchange"]

# {name: kind} of the policy's gateways.
_kinds = {}


class GatewayError(Exception):
    """The function was called and failed; the text is its own."""

    __module__ = "immure.gateway"


class GatewayTimeout(GatewayError, TimeoutError):
    """It did not answer in time."""

    __module__ = "immure.gateway"


def learn(policy):
    """What gateways there are, by the policy; before the jail closes."""
    _kinds.update((name, gateway["kind"]) for name, gateway
                  in policy.get("gateways", {}).items())


def pick(kind, name=None):
    """The name of the gateway of that KIND, or NAME."""
    if name is not None:
        return name
    names = [name for name, its in _kinds.items() if its == kind]
    if not names:
        _refusals[kind]()
    if len(names) > 1 and kind not in names:
        raise ValueError("there are several gateways of the kind %s: say "
                         "which: %s" % (kind, ", ".join(sorted(names))))
    return kind if kind in names else names[0]


# Made here, for nothing can make them once the jail is closed.
_refusals = {
    kind: _jail.refusing(
        "gateway.%s" % kind, "gateway." + kind,
        "a guest reaches nothing outside but by gateways, and this one has "
        "none of the kind %s" % kind,
        "Ask the operator for one: [gateways.NAME] kind = \"%s\"" % kind)
    for kind in ("cache", "clock", "fetch", "log", "session")}


def ask(name, data):
    """exchange(), with a class of its own for what took too long."""
    try:
        return exchange(name, data)
    except GatewayError as error:
        if "timed out" in str(error) or "no answer within" in str(error):
            raise GatewayTimeout(str(error)) from None
        raise


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
