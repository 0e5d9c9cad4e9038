"""One jail for the whole process, and a CodeJail run in it."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from .._errors import Unavailable
from .._jail import Jail, Policy
from .._job import Job
from .._result import Result
from . import _files
from .exceptions import JailError
from .limits import Limits
from .util import JailResult

log = logging.getLogger("codejail")

_DAY = 86400
_MEMORY = 1 << 30
_OUTPUT = 32 << 20
_GIVEN = 256 << 20

_lock = threading.Lock()
_jail: Optional[Jail] = None


def use_policy(policy: Policy = "pure", **settings: Any) -> None:
    """The policy that all runs have from here on: packages that the code may
    import, and how many guests are kept ready.

    :param policy: see :class:`immure.Jail`, and so for the rest.
    """
    global _jail
    with _lock:
        old, _jail = _jail, Jail(policy, **settings)
    if old is not None:
        old.close()


def shared_jail() -> Jail:
    global _jail
    with _lock:
        if _jail is None:
            _jail = Jail(os.environ.get("IMMURE_CODEJAIL_POLICY", "pure"))
        return _jail


@dataclass
class Run:
    """What one call of jail_code() asks for."""

    command: str
    user: Optional[str]
    limits: Limits
    code: Optional[str] = None
    files: Optional[Sequence[str]] = None
    extra_files: Optional[_files.ExtraFiles] = None
    argv: Optional[Sequence[str]] = None
    stdin: Union[str, bytes, None] = None
    slug: Optional[str] = None
    context: Optional[str] = None
    more: Dict[str, bytes] = field(default_factory=dict)


def _main(run: Run, given: Dict[str, bytes]) -> Tuple[bytes, str, List[str]]:
    """(source, its name, its arguments)."""
    argv = list(run.argv or ())
    if run.code:
        source = run.code.encode("utf-8")
        given["jailed_code"] = source
        return source, "jailed_code", argv
    if not argv:
        raise JailError("jail_code: neither code, nor the name of a file to "
                        "run in argv")
    if argv[0] not in given:
        raise JailError("jail_code: there is no file %r to run" % argv[0])
    return given[argv[0]], argv[0], argv[1:]


def _seconds(limit: Optional[int]) -> float:
    return limit or _DAY


class _Output:
    """Bytes as they came: a result has them as text."""

    def __init__(self) -> None:
        self.parts: Dict[int, List[bytes]] = {1: [], 2: []}

    def __call__(self, fd: int, data: bytes) -> None:
        self.parts[fd].append(data)

    def whole(self, fd: int) -> bytes:
        return b"".join(self.parts[fd])


def _job(run: Run, output: _Output) -> Job:
    given = {"tmp/": b"", **_files.gather(run.files or ()), **run.more,
             **_files.extra(run.extra_files)}
    source, name, args = _main(run, given)
    limits = run.limits
    return Job(source, filename=name, args=args, files=given,
               stdin=run.stdin or b"", env={"TMPDIR": "tmp"},
               cpu=_seconds(limits["CPU"]), wall=_seconds(limits["REALTIME"]),
               memory=limits["VMEM"] or _MEMORY, output=_OUTPUT,
               quota=_GIVEN, made=limits["FSIZE"] or 0, on_output=output)


def _status(run: Run, result: Result) -> int:
    """As subprocess tells it; CodeJail's sudo makes 128 + n of a signal, but
    not of the kill that it sends itself."""
    if result.verdict == "wall":
        log.warning("Killing job %s, slug %r: over %s s", result.id, run.slug,
                    run.limits["REALTIME"])
        return -signal.SIGKILL
    if result.verdict == "cpu":
        return _by_signal(run, signal.SIGXCPU)
    if result.verdict == "denied":
        return 1  # an uncaught exception
    if result.signal is not None:
        return _by_signal(run, result.signal)
    return result.exit_code if result.exit_code is not None else 1


def _by_signal(run: Run, number: int) -> int:
    return 128 + number if run.user else -number


def execute(run: Run) -> Tuple[JailResult, Result]:
    """Run it.

    :raises JailError: when immure can't.
    """
    output = _Output()
    job = _job(run, output)
    if run.slug:
        log.info("Preparing to execute jailed code %r (overrides context = "
                 "%r, resource limits = %r).", run.slug, run.context,
                 run.limits)
    begun = time.monotonic()
    try:
        result = shared_jail().submit(job).result()
    except Unavailable as error:
        raise JailError("immure: %s" % error) from error
    if result.verdict == "internal":
        raise JailError("immure: %s" % result.why)
    if run.slug:
        log.info("Executed jailed code %s in %.3f s, job %s, verdict %s",
                 run.slug, time.monotonic() - begun, result.id,
                 result.verdict)
    status = _status(run, result)
    return JailResult(status, output.whole(1), output.whole(2)), result
