"""The result of a run."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

from . import _errors


@dataclass(frozen=True)
class Usage:
    """What the run used: milliseconds, bytes, and page faults."""

    cpu_ms: int
    wall_ms: int
    mem_peak: int
    faults: int


@dataclass(frozen=True)
class Limit:
    """The limit that ended the run.  ``value`` and ``used`` are milliseconds
    or bytes; ``layer`` ``"guest"`` marks what only the guest says."""

    name: str
    value: Optional[int]
    used: Optional[int]
    phase: Optional[str]
    layer: Optional[str]


@dataclass(frozen=True)
class Frame:
    """One line of a guest's traceback."""

    file: str
    name: str
    line: Optional[int]
    source: str


@dataclass(frozen=True)
class GuestException:
    """The uncaught exception, as the guest tells it."""

    type: str
    message: str
    text: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True)
class Denial:
    """Something that was refused: what, by which layer and rule, where, and
    what would allow it."""

    what: str
    layer: str
    rule: str
    line: Optional[int]
    fix: str
    count: int


@dataclass(frozen=True)
class Calls:
    """A function that was granted and called: how often, with how many bytes
    both ways, how long the guest waited, and how many calls were refused for
    being over what was granted."""

    name: str
    count: int
    bytes: int
    ms: float
    refused: int


@dataclass(frozen=True)
class Result:
    """What became of a run.

    Facts, from the kernel and the supervisor: ``id``, ``verdict`` (``ok exit
    error denied cpu wall memory output killed crashed internal``), ``limit``,
    ``exit_code`` and ``signal`` (None where there is none), ``stdout`` and
    ``stderr`` and whether they were cut, ``usage``, ``policy``, ``engine``,
    ``calls`` of functions that were granted.

    Claims of the guest, bounded but no more to be believed than its output:
    ``exception``, ``denials``, ``globals`` (what it left that is JSON), and
    ``files``: what it made or changed, by path; None is the content of one
    that was left out for its size.

    ``raw`` is all of it as it came (README: Result).
    """

    id: str
    verdict: str
    limit: Optional[Limit]
    exit_code: Optional[int]
    signal: Optional[int]
    why: Optional[str]
    stdout: str
    stderr: str
    stdout_truncated: bool
    stderr_truncated: bool
    usage: Usage
    policy: str
    engine: str
    exception: Optional[GuestException]
    denials: tuple[Denial, ...]
    globals: dict[str, Any]
    files: dict[str, Optional[bytes]]
    files_truncated: bool
    calls: tuple[Calls, ...]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """The verdict is ``ok``."""
        return self.verdict == "ok"

    def check(self) -> Result:
        """This result, if its verdict is ``ok``.

        :raises RunError: one of its kinds, by the verdict.
        :raises Unavailable: for ``internal``, immure's own failure.

        >>> from immure import Jail, GuestError
        >>> with Jail() as jail:
        ...     try:
        ...         jail.run("1 / 0").check()
        ...     except GuestError as error:
        ...         print(error.result.exception.type)
        ZeroDivisionError
        """
        if self.ok:
            return self
        if self.verdict == "internal":
            raise _errors.Unavailable("immure failed: %s" % self.why,
                                      may_have_run=True, code="internal")
        raise self._kind()(self._summary(), self)

    def _kind(self) -> type[_errors.RunError]:
        if self.limit is not None and self.limit.name == "memory":
            return _errors.MemoryLimit
        return _KINDS.get(self.verdict, _errors.Crashed)

    def _summary(self) -> str:
        if self.verdict in ("killed", "crashed"):
            return self.why or "%s by signal %s" % (self.verdict, self.signal)
        if self.limit is not None:
            return "over the limit %s: %s" % (self.limit.name,
                                              self.limit.value)
        if self.exception is not None:
            return "%s: %s" % (self.exception.type, self.exception.message)
        return "exit status %s" % self.exit_code


_KINDS: dict[str, type[_errors.RunError]] = {
    "cpu": _errors.TimeLimit,
    "wall": _errors.TimeLimit,
    "fuel": _errors.TimeLimit,
    "memory": _errors.MemoryLimit,
    "output": _errors.OutputLimit,
    "denied": _errors.Denied,
    "error": _errors.GuestError,
    "exit": _errors.GuestError,
}


def _content(value: Any) -> Optional[bytes]:
    if value is None:
        return None
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    return str(value).encode("utf-8")


def _exception(value: Any) -> Optional[GuestException]:
    if value is None:
        return None
    frames = tuple(Frame(f["file"], f["name"], f["line"], f["source"])
                   for f in value["frames"])
    return GuestException(value["type"], value["message"], value["text"],
                          frames)


def _limit(value: Any) -> Optional[Limit]:
    if value is None:
        return None
    return Limit(value["name"], value.get("value"), value.get("used"),
                 value.get("phase"), value.get("layer"))


def parse(text: bytes) -> Result:
    """A result frame's JSON."""
    raw = json.loads(text)
    usage = raw["usage"]
    return Result(
        **{key: raw[key] for key in (
            "id", "verdict", "exit_code", "signal", "why", "stdout", "stderr",
            "stdout_truncated", "stderr_truncated", "policy", "engine",
            "files_truncated")},
        limit=_limit(raw["limit"]),
        usage=Usage(usage["cpu_ms"], usage["wall_ms"], usage["mem_peak"],
                    usage["faults"]),
        exception=_exception(raw["exception"]),
        denials=tuple(Denial(d["what"], d["layer"], d["rule"], d["line"],
                             d["fix"], d["count"]) for d in raw["denials"]),
        globals=raw["globals"] or {},
        calls=tuple(Calls(c["name"], c["count"], c["bytes"], c["ms"],
                          c["refused"]) for c in raw["calls"]),
        files={f["path"]: _content(f["content"]) for f in raw["files"]},
        raw=raw)
