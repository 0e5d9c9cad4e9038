"""Functions outside, which a guest may call."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, Union

from . import _wire
from ._errors import FunctionError
from ._units import Size, size

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_FUNCTIONS_MAX = 64
_CALLS_MAX = 2 ** 32 - 1


@dataclass(frozen=True)
class Function:
    """A function of yours that a guest may call, and how often.

    :param call: the function.
    :param calls: a run calls it so often at most.
    :param bytes: arguments and what is returned, of all calls of a run
        together: bytes, or a text such as ``"64M"``.
    :param raw: it takes the guest's bytes as they are, and returns bytes
        (``immure.gateway.exchange()`` in the guest); without it, JSON is
        between them.

    The guest's ``immure.gateway.call("price", "tea", currency="EUR")`` is
    ``call("tea", currency="EUR")`` here, in a thread of its own.  **Arguments
    are the guest's word**: any JSON there is.  What it returns has to be JSON
    as well.  :class:`FunctionError` is for the guest: it gets its text as a
    ``GatewayError``.  Any other exception ends the run, and is raised where
    its result would have been.
    """

    call: Callable[..., Any]
    calls: int = 10000
    bytes: Size = 64 << 20
    raw: bool = False


#: What a job may be given: by the name that guests call it by.
Functions = Mapping[str, Union[Callable[..., Any], Function]]


def checked(functions: Optional[Functions]) -> dict[str, Function]:
    """All of them as Function.

    :raises ValueError: for a name or a number that none can have.
    """
    whole: dict[str, Function] = {}
    for name, given in (functions or {}).items():
        if not _NAME.fullmatch(name):
            raise ValueError("functions: %r is no name: 1 to 64 letters, "
                             "digits, '_', '.' and '-'" % name)
        function = given if isinstance(given, Function) else Function(given)
        if not callable(function.call):
            raise ValueError("functions: %s: %r can't be called"
                             % (name, function.call))
        if not 0 <= function.calls <= _CALLS_MAX:
            raise ValueError("functions: %s: %r calls" % (name,
                                                          function.calls))
        whole[name] = function
    if len(whole) > _FUNCTIONS_MAX:
        raise ValueError("functions: more than %d" % _FUNCTIONS_MAX)
    return whole


def quota(name: str, function: Function) -> int:
    return size("functions: %s: bytes" % name, function.bytes)


def _arguments(data: bytes) -> tuple[list[Any], dict[str, Any]]:
    try:
        sent = json.loads(data)
        args, kwargs = sent["args"], sent["kwargs"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise FunctionError("no call: {\"args\": [], \"kwargs\": {}}") from None
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        raise FunctionError("no call: {\"args\": [], \"kwargs\": {}}")
    return args, kwargs


def _fit(function: Callable[..., Any], args: list[Any],
         kwargs: dict[str, Any]) -> None:
    """Arguments that the function does not take are the guest's mistake, and
    no exception of the function's own."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # some builtins have none
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise FunctionError("TypeError: %s" % error) from None


def _returned(function: Function, data: bytes) -> bytes:
    answer: Any
    if function.raw:
        answer = function.call(data)
        if not isinstance(answer, bytes):
            raise TypeError("a raw function returns bytes, not %s"
                            % type(answer).__name__)
    else:
        args, kwargs = _arguments(data)
        _fit(function.call, args, kwargs)
        value = function.call(*args, **kwargs)
        answer = json.dumps(value, allow_nan=False).encode("ascii")
    if len(answer) > _wire.ANSWER_MAX:
        raise ValueError("an answer of %d bytes; at most %d"
                         % (len(answer), _wire.ANSWER_MAX))
    return bytes(answer)


def answer(function: Optional[Function], data: bytes) -> tuple[int, bytes]:
    """(status, text) of a call; whatever else the function raises."""
    try:
        if function is None:
            raise FunctionError("there is no such function")
        return _wire.ANSWER_VALUE, _returned(function, data)
    except FunctionError as error:
        return _wire.ANSWER_ERROR, str(error).encode("utf-8", "replace")[:4096]
