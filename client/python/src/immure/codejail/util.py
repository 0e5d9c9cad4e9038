"""What both generations share."""

from __future__ import annotations

import json
from typing import Any, Iterator, Optional


class JailResult:
    """``status``: 0 is success; ``stdout`` and ``stderr``: bytes.  In this
    order it also unpacks like a tuple."""

    def __init__(self, status: Optional[int] = None,
                 stdout: Optional[bytes] = None,
                 stderr: Optional[bytes] = None) -> None:
        self.status = status
        self.stdout = stdout
        self.stderr = stderr

    def __iter__(self) -> Iterator[Any]:
        return iter((self.status, self.stdout, self.stderr))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JailResult) and list(self) == list(other)

    def __repr__(self) -> str:
        return "JailResult(status=%r, stdout=%r, stderr=%r)" % tuple(self)


def json_safe(d: Any) -> Any:
    """The part of a dictionary that survives JSON.

    A name stays when its value is None, a number, a text, bytes, a list, a
    tuple or a dict, and all in it can be written and read back.  Bytes become
    the text that they are in UTF-8, tuples lists, keys texts.

    >>> json_safe({"a": (1, b"x"), "b": b"\\xff", "f": print, 2: None})
    {'a': [1, 'x'], '2': None}
    """
    def plain(value: Any) -> Any:
        if isinstance(value, bytes):
            return value.decode("utf-8")
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        if isinstance(value, dict):
            return {plain(k): plain(item) for k, item in value.items()}
        return value

    kinds = (type(None), int, float, bytes, str, list, tuple, dict)
    safe = {}
    for name, value in d.items():
        if name == "__builtins__" or not isinstance(value, kinds):
            continue
        try:
            safe.update(json.loads(json.dumps({plain(name): plain(value)})))
        except Exception:
            continue
    return safe
