"""Which streams this program has, and the tokens that stand for them.

Who may reach what is decided outside, at each call, by the gateway's name.  A
token is only what a client library can carry as a host: nobody can guess it,
so no text that a library is given by someone else reaches a gateway by
accident.  It looks like a label of DNS in lower case, because libraries parse,
lower and validate host names.
"""
import os

import _jail

__all__ = ["gatewayuri"]

_kinds = {}     # of the gateways that this program has, by name
_names = {}     # of the gateways, by the text of their token
_tokens = {}    # by the name of the gateway
_register = None    # of immure host, until the jail closes

_refuse_register = _jail.refusing(
    "_gateway.gatewayuri()", "gateway.uri",
    "a program in the jail adds no gateway",
    "Call it with the URI before sys.enter_jail(); or declare the gateway in "
    "the policy, [gateways.NAME], and leave the URI out")
_refuse_unknown = _jail.refusing(
    "_gateway.gatewayuri()", "gateway.stream",
    "this program has no stream of that name",
    "Ask the operator for one: in the policy, [gateways.NAME] with kind = "
    "\"stream\" and its uri")


class Token(str):
    """A gateway to connect to; its text is all that it has."""

    __slots__ = ()
    __module__ = "_gateway"

    def __repr__(self):
        return "<token of a gateway>"

    def __reduce__(self):
        return str, (str(self),)


def gatewayuri(name, uri=None, /):
    """The token of the gateway NAME, to connect to as if it were a host.

    With a URI, PROTOCOL:tcp://HOST:PORT or PROTOCOL:unix:///PATH, it is
    registered first, which only an operator's program can, and only before
    sys.enter_jail().  Raises JailDenied when there is no such stream, and
    ValueError for a URI that is none.
    """
    if type(name) is not str or not (uri is None or type(uri) is str):
        raise TypeError("gatewayuri() wants a name, and perhaps a URI, as str")
    if uri is not None:
        if _register is None:
            _refuse_register()
        _register(name, uri)
        _kinds[name] = "stream"
    elif _kinds.get(name) != "stream":
        _refuse_unknown()
    token = _tokens.get(name)
    if token is None:
        token = _tokens[name] = Token("gateway-" + os.urandom(16).hex())
        _names[str(token)] = name
    return token


def find(host):
    """The name of the gateway that HOST is a token of, or None."""
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("ascii", "replace")
    return _names.get(str(host)) if isinstance(host, str) else None


def has_streams():
    """Whether there is anything to connect to."""
    return "stream" in _kinds.values()


def declare(policy):
    """Know the gateways of the policy: their names and kinds are in it."""
    for name, gateway in policy.get("gateways", {}).items():
        _kinds[name] = gateway.get("kind")


def open_registration(register):
    """This is a program of the operator's: REGISTER(name, uri)."""
    global _register
    _register = register


def close_registration():
    """The jail closes."""
    global _register
    _register = None
