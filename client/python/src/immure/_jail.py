"""Jails and sessions, for threads."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections import deque
from concurrent.futures import Future
from typing import (Any, Iterable, Iterator, Mapping, Optional, Union)

from ._errors import Unavailable
from ._functions import checked
from ._find import Programs, StrPath, find_programs
from ._job import Job, encode, limits_of
from ._link import Call, Link, OnOutput
from ._result import Result
from ._units import Size, Time
from . import _wire

#: The name of a profile, a policy file, or an effective policy (the object
#: that ``immure policy show --json`` prints).
Policy = Union[str, "os.PathLike[str]", Mapping[str, Any]]

#: Seconds a job is offered again to a supervisor that says it is busy.
PATIENCE = 60.0


def load_policy(programs: Programs, policy: Policy) -> dict[str, Any]:
    """The effective policy, by immure's own compiler.

    :raises Unavailable: with the code ``"policy"``, and what is wrong where.
    """
    if isinstance(policy, Mapping):
        return dict(policy)
    name = os.fspath(policy)
    done = subprocess.run(
        [programs.immure, "policy", "show", "--json", "--", name],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise Unavailable(said or "immure policy show failed", code="policy")
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


def _policy_limits(policy: Mapping[str, Any]) -> dict[str, int]:
    limits = policy["limits"]
    return {"cpu": limits["cpu_ms"], "wall": limits["wall_ms"],
            "memory": limits["memory"], "output": limits["output"],
            "files": limits["files"]}


class Jail:
    """A private supervisor and its ready guests.

    :param policy: the name of a profile (``"pure"``, ``"grader"``...), the
        path of a policy file, or an effective policy.
    :param cpu, wall, memory, output, quota: limits of each run, where they
        differ from the policy's; see :class:`Job`.  Guests are made ready
        with the policy's: one that is to have more is made when it is asked
        for.
    :param guests: the most that are alive at a time (64).
    :param bin: see :func:`find_programs`.
    :param patience: seconds to go on offering a job when too many wait.
    :raises Unavailable: from the first use on, when the programs or the
        policy can't be used.

    The supervisor starts with the ``with`` block or the first run, and ends
    with the block, with :meth:`close`, or with the process.  One that dies is
    started again by the next run.  All methods may be called from any thread.
    A child of ``os.fork()`` gets a supervisor of its own.
    """

    def __init__(self, policy: Policy = "pure", *, cpu: Optional[Time] = None,
                 wall: Optional[Time] = None, memory: Optional[Size] = None,
                 output: Optional[Size] = None, quota: Optional[Size] = None,
                 guests: Optional[int] = None, bin: Optional[StrPath] = None,
                 patience: float = PATIENCE) -> None:
        if guests is not None and not 1 <= guests <= 10000:
            raise ValueError("guests: %r is not from 1 to 10000" % guests)
        self._policy = policy
        self._limits = limits_of(cpu, wall, memory, output, quota)
        self._guests = guests
        self._bin = bin
        self._patience = patience
        self._lock = threading.Lock()
        self._link: Optional[Link] = None
        self._known: Optional[tuple[Programs, str, dict[str, int]]] = None
        self._closed = False

    def __enter__(self) -> Jail:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _loaded(self) -> tuple[Programs, str, dict[str, int]]:
        if self._known is None:
            programs = find_programs(self._bin)
            policy = load_policy(programs, self._policy)
            self._known = (programs, json.dumps(policy),
                           {**_policy_limits(policy), **self._limits})
        return self._known

    def _connected(self) -> tuple[Link, dict[str, int]]:
        with self._lock:
            if self._closed:
                raise Unavailable("this jail is closed", code="closed")
            programs, policy, limits = self._loaded()
            if self._link is None or not self._link.usable:
                self._link = Link(programs, policy, self._guests)
            return self._link, limits

    def start(self) -> None:
        """Start the supervisor now, so that the first run need not wait."""
        self._connected()

    def close(self) -> None:
        """End all guests and the supervisor, and wait until they are gone.
        Runs that are not over raise :class:`Unavailable`."""
        with self._lock:
            self._closed = True
            link, self._link = self._link, None
        if link is not None:
            link.ending = "the jail was closed"
            link.close()
            if link.owner == os.getpid():
                link.lose()

    def submit(self, job: Union[Job, str, bytes]) -> Future[Result]:
        """Send a job, and return at once.  ``Future.cancel()`` ends it.

        >>> with Jail() as jail:
        ...     futures = [jail.submit("print(%d)" % n) for n in range(3)]
        ...     [f.result().stdout for f in futures]
        ['0\\n', '1\\n', '2\\n']
        """
        whole = job if isinstance(job, Job) else Job(job)
        link, limits = self._connected()
        return link.submit(Call(self._patience, False, whole.on_output,
                                checked(whole.functions)),
                           lambda id: encode(whole, id, limits))

    def run(self, code: Union[str, bytes], **job: Any) -> Result:
        """Run a program and wait for its result; parameters as for
        :class:`Job`.

        :raises Unavailable: when there is no result.
        :raises ValueError: for what no job can have: globals that are not
            JSON, files over their limit, a limit without a unit.

        How the program ended is in the result: :meth:`Result.check` turns
        that into exceptions.

        >>> with Jail(wall="1m") as jail:
        ...     jail.run("while True: pass", cpu=0.2).verdict
        'cpu'

        A program can call functions of yours, and only those:

        >>> prices = {"tea": 3, "cake": 4}
        >>> with Jail() as jail:
        ...     r = jail.run("from immure import gateway\\n"
        ...                  "total = gateway.call('price', 'tea') * 2",
        ...                  globals={}, functions={"price": prices.get})
        >>> r.globals["total"], r.calls[0].name, r.calls[0].count
        (6, 'price', 1)
        """
        return wait(self.submit(Job(code, **job)))

    def map(self, jobs: Iterable[Union[Job, str, bytes]],
            concurrency: int = 4) -> Iterator[Result]:
        """Run many jobs, at most ``concurrency`` at a time; results come in
        the order of the jobs.  Jobs are taken as there is room for them, so
        that they may come from an endless iterator.

        :raises Unavailable: at the place of a job that has no result.

        >>> with Jail() as jail:
        ...     [r.stdout for r in jail.map(["print(1)", "print(2)"])]
        ['1\\n', '2\\n']
        """
        if concurrency < 1:
            raise ValueError("concurrency: %r is less than 1" % concurrency)
        return self._map(iter(jobs), concurrency)

    def _map(self, jobs: Iterator[Union[Job, str, bytes]],
             concurrency: int) -> Iterator[Result]:
        waiting: deque[Future[Result]] = deque()
        try:
            for job in jobs:
                waiting.append(self.submit(job))
                if len(waiting) >= concurrency:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def session(self, on_output: Optional[OnOutput] = None) -> Session:
        """A guest that keeps its state over many steps.

        :param on_output: as for :class:`Job`, of all steps; steps have none
            of their own.

        >>> with Jail() as jail, jail.session() as s:
        ...     _ = s.run("x = 20")
        ...     s.run("print(x + 1)").stdout
        '21\\n'
        """
        link, limits = self._connected()
        return Session(link, limits, Call(self._patience, True, on_output))


def wait(future: Future[Result]) -> Result:
    """The result; a caller that is interrupted cancels the job."""
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


class Session:
    """One guest, step by step: names stay, one step at a time.

    When the guest ends (by a limit, a crash, ``sys.exit()``, or because it
    rested longer than the policy's ``[pool] session_idle``), the session is
    over: later steps raise :class:`Unavailable`.
    """

    def __init__(self, link: Link, limits: Mapping[str, int],
                 call: Call) -> None:
        self._link = link
        self._limits = limits
        self._call = call
        self._turn = threading.Lock()
        link.open_session(self._call)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def submit(self, job: Union[Job, str, bytes]) -> Future[Result]:
        """Send a step, and return at once.

        :raises Unavailable: when the session is over.
        :raises RuntimeError: while another step runs.
        """
        whole = job if isinstance(job, Job) else Job(job)
        frames = encode(whole, self._call.id, self._limits, session=True)
        with self._turn:
            if self._call.future is not None:
                raise RuntimeError("a step of this session is running")
            return self._link.step(self._call, frames,
                                   checked(whole.functions))

    def run(self, code: Union[str, bytes], **job: Any) -> Result:
        """Run a step and wait for its result; parameters as for
        :class:`Job`."""
        return wait(self.submit(Job(code, **job)))

    def interrupt(self) -> None:
        """``KeyboardInterrupt`` in the step that runs."""
        self._link.about(self._call, _wire.INTERRUPT)

    def reset(self) -> None:
        """The next step begins with a fresh guest.

        :raises RuntimeError: while a step runs.
        """
        if self._call.future is not None:
            raise RuntimeError("a step of this session is running")
        self._link.about(self._call, _wire.RESET)

    def close(self) -> None:
        """End the guest."""
        self._call.over = self._call.over or "the session was closed"
        self._link.about(self._call, _wire.CANCEL)
