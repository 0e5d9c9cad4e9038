"""Quantities: numbers in seconds and bytes, or texts with policy files' units."""

from __future__ import annotations

import math
import re
from typing import Union

#: Seconds, or a text such as ``"500ms"``, ``"2s"`` or ``"1m"``.
Time = Union[int, float, str]

#: Bytes, or a text such as ``"64K"``, ``"128M"`` or ``"1G"``.
Size = Union[int, str]

_TIMES = {"ms": 1, "s": 1000, "m": 60000}
_SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def _split(what: str, value: str, units: dict[str, int]) -> int:
    match = re.fullmatch(r"([0-9]{1,15})([A-Za-z]*)", value)
    if match is None or match[2] not in units:
        raise ValueError("%s: %r is no quantity; write a number and one of %s"
                         % (what, value, " ".join(filter(None, units))))
    return int(match[1]) * units[match[2]]


def milliseconds(what: str, value: Time) -> int:
    """At least 1: no limit is 0.

    >>> milliseconds("wall", 2.5), milliseconds("wall", "500ms")
    (2500, 500)
    """
    if isinstance(value, str):
        ms = _split(what, value, _TIMES)
    elif isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("%s: %r is no time" % (what, value))
    else:
        ms = math.ceil(value * 1000)
    if ms < 1:
        raise ValueError("%s: %r is no time to run in" % (what, value))
    return ms


def size(what: str, value: Size) -> int:
    """
    >>> size("memory", "64M"), size("memory", 1000)
    (67108864, 1000)
    """
    if isinstance(value, str):
        return _split(what, value, _SIZES)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("%s: %r is no size in bytes" % (what, value))
    return value
