"""Run untrusted Python on CPython behind two walls.

    >>> from immure import Jail
    >>> with Jail(policy="grader") as jail:
    ...     r = jail.run("b = a + 1; print('hello')", globals={"a": 1})
    >>> r.verdict, r.globals["b"], r.stdout
    ('ok', 2, 'hello\\n')

A :class:`Jail` starts a private supervisor process and keeps sealed guests
ready: a run costs a millisecond or two, and each has a process of its own.
:class:`AsyncJail` is the same for asyncio.  Times are seconds, sizes bytes.

The programs ``immure``, ``immure-supervisor`` and ``immure-zygote`` have to be
installed; :func:`find_programs` says where they are looked for.
"""

from ._aio import AsyncJail, AsyncSession
from ._errors import (Crashed, Denied, Error, FunctionError, GuestError,
                      MemoryLimit, OutputLimit, RunError, TimeLimit,
                      Unavailable)
from ._find import Programs, find_programs
from ._functions import Function
from ._jail import Jail, Session
from ._job import Job
from ._result import (Calls, Denial, Frame, GuestException, Limit, Result, Usage)

__version__ = "0.1"

__all__ = [
    "AsyncJail", "AsyncSession", "Calls", "Crashed", "Denial", "Denied",
    "Error", "Frame", "Function", "FunctionError", "GuestError", "GuestException", "Jail", "Job", "Limit",
    "MemoryLimit", "OutputLimit", "Programs", "Result", "RunError", "Session",
    "TimeLimit", "Unavailable", "Usage", "find_programs",
]
