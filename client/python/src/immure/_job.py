"""A job, and how it is sent."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, Sequence, Union

from . import _functions, _wire
from ._functions import Functions
from ._units import Size, Time, milliseconds, size

#: Contents of files and of stdin.
Content = Union[bytes, str]

LIMIT_NAMES = ("cpu", "wall", "memory", "output", "files")


@dataclass(frozen=True)
class Job:
    """One program and all that it is given.

    :param code: Python source; bytes may have any encoding that they declare.
    :param globals: names and JSON values that the program starts with.
        ``Result.globals`` has what it left, by the same straw.  ``False``: no
        globals, neither in nor out.
    :param files: names and contents, which the program finds in its working
        directory ``/job``.  Nothing of the host's files is there.
    :param stdin: what ``sys.stdin`` gives, then end of file.
    :param args: ``sys.argv[1:]``.
    :param env: all that ``os.environ`` holds.
    :param filename: what tracebacks and ``sys.argv[0]`` say.
    :param cpu: processor time, seconds, or a text such as ``"500ms"``.
    :param wall: wall-clock time from the start, in the same way.
    :param memory: bytes, or a text such as ``"64M"``.
    :param output: bytes of stdout and stderr together.
    :param quota: bytes that the given files may have together, and those
        that the program makes.
    :param made: the same for those that it makes alone.
    :param seed: of ``random``; without it each run draws its own numbers.
    :param nice: 0 to 19.
    :param functions: functions of yours that the program may call, by the
        names that it calls them by; each a callable, or a :class:`Function`,
        which says how often.  They run in threads of the jail's; the
        program's wall clock runs on meanwhile.
    :param on_output: called with 1 or 2, for stdout and stderr, and the bytes
        as they come, in a thread of the jail's: it has to be quick, and may
        not wait for a run.  What it raises ends the run, and is raised there.

    A limit that is not given is the jail's, or else the policy's.
    """

    code: Union[str, bytes]
    globals: Union[Mapping[str, Any], None, bool] = None
    files: Optional[Mapping[str, Content]] = None
    stdin: Content = b""
    args: Sequence[str] = ()
    env: Optional[Mapping[str, str]] = None
    filename: str = "<string>"
    cpu: Optional[Time] = None
    wall: Optional[Time] = None
    memory: Optional[Size] = None
    output: Optional[Size] = None
    quota: Optional[Size] = None
    made: Optional[Size] = None
    seed: Optional[int] = None
    nice: int = 0
    on_output: Optional[Callable[[int, bytes], None]] = None
    functions: Optional[Functions] = None


def limits_of(cpu: Optional[Time], wall: Optional[Time],
              memory: Optional[Size], output: Optional[Size],
              files: Optional[Size]) -> dict[str, int]:
    """Those that are given, in milliseconds and bytes."""
    given: dict[str, int] = {}
    for name, time in (("cpu", cpu), ("wall", wall)):
        if time is not None:
            given[name] = milliseconds(name, time)
    for name, bytes_ in (("memory", memory), ("output", output),
                         ("files", files)):
        if bytes_ is not None:
            given[name] = size(name, bytes_)
    return given


def _data(content: Content) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else \
        bytes(content)


def _text(text: str) -> bytes:
    data = os.fsencode(text)
    if b"\0" in data:
        raise ValueError("%r has a null character" % text)
    return data


def _globals(values: Union[Mapping[str, Any], bool, None]) -> Optional[bytes]:
    if values is False:
        return None
    if values is None or values is True:
        return b"{}"
    try:
        return json.dumps(dict(values), allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError("globals: not JSON: %s" % error) from None


def encode(job: Job, id: int, defaults: Mapping[str, int],
           session: bool = False) -> bytes:
    """The frames of a job or of a session's step, from its limits on."""
    limits = {**defaults, **limits_of(job.cpu, job.wall, job.memory,
                                      job.output, job.quota)}
    if not 0 <= job.nice <= 19:
        raise ValueError("nice: %r is not from 0 to 19" % job.nice)
    numbers = [limits[name] for name in LIMIT_NAMES] + [job.nice]
    parts = [(_wire.LIMITS, struct.pack("<6Q", *numbers))]
    if session:
        parts.append((_wire.SESSION, b""))
    parts.append((_wire.FILENAME, _text(job.filename)))
    made = limits["files"] if job.made is None else size("made", job.made)
    parts.append((_wire.QUOTA, struct.pack("<Q", made)))
    for arg in (job.filename, *job.args):
        parts.append((_wire.ARGUMENT, _text(arg)))
    for name, value in (job.env or {}).items():
        parts.append((_wire.ENVIRONMENT, _text(name + "=" + value)))
    room = limits["files"]
    for name, content in (job.files or {}).items():
        data = _data(content)
        room -= len(data)
        parts.append((_wire.FILE, _wire.field(_text(name)) +
                      _wire.field(data)))
    if room < 0:
        raise ValueError("files: %d bytes over the limit of %d"
                         % (-room, limits["files"]))
    parts.append((_wire.INPUT, _data(job.stdin)))
    given = _globals(job.globals)
    if given is not None:
        parts.append((_wire.GLOBALS, given))
    for name, function in _functions.checked(job.functions).items():
        parts.append((_wire.GRANT, struct.pack(
            "<IQ", function.calls, _functions.quota(name, function)) +
            name.encode("ascii")))
    if job.seed is not None:
        parts.append((_wire.SEED, struct.pack("<q", job.seed)))
    parts.append((_wire.CODE, _data(job.code)))
    parts.append((_wire.RUN, b""))
    return b"".join(_wire.frame(type, id, data) for type, data in parts)
