"""Jails and sessions, for asyncio."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections import deque
from concurrent.futures import Future
from dataclasses import replace
from typing import (Any, AsyncIterable, AsyncIterator, Callable, Iterable,
                    Optional, Union)

from . import _functions
from ._job import Job
from ._jail import Jail, Session
from ._result import Result


def _for_threads(job: Job) -> Job:
    """Coroutine functions run in the loop of who sends the job; the others,
    which may wait, in threads."""
    loop = asyncio.get_running_loop()
    functions = _functions.checked(job.functions)
    for name, function in functions.items():
        if inspect.iscoroutinefunction(function.call):
            functions[name] = replace(function,
                                      call=_in_loop(loop, function.call))
    return replace(job, functions=functions) if functions else job


def _in_loop(loop: asyncio.AbstractEventLoop,
             function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(
            function(*args, **kwargs), loop).result()
    return call


async def _submit(send: Callable[[Job], Future[Result]], job: Job) -> Result:
    """Sending may wait for the supervisor: so it is another thread's.  Who is
    cancelled cancels the job."""
    loop = asyncio.get_running_loop()
    sent = loop.run_in_executor(None, send, _for_threads(job))
    try:
        future = await asyncio.shield(sent)
    except asyncio.CancelledError:
        sent.add_done_callback(_cancel_late)
        raise
    return await asyncio.wrap_future(future)


def _cancel_late(sent: asyncio.Future[Future[Result]]) -> None:
    if not sent.cancelled() and sent.exception() is None:
        sent.result().cancel()


class AsyncJail:
    """:class:`Jail` for asyncio; parameters as there.

    >>> import asyncio
    >>> async def main():
    ...     async with AsyncJail() as jail:
    ...         r = await jail.run("print(6 * 7)")
    ...         return r.stdout
    >>> asyncio.run(main())
    '42\\n'

    A task that is cancelled while it waits ends its guest.  Functions that the
    program may call (``functions``) can be coroutine functions: they run in
    the loop that the job was sent from.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        self._jail = Jail(*args, **settings)

    async def __aenter__(self) -> AsyncJail:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def start(self) -> None:
        """See :meth:`Jail.start`."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._jail.start)

    async def close(self) -> None:
        """See :meth:`Jail.close`."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._jail.close)

    async def run(self, code: Union[str, bytes], **job: Any) -> Result:
        """See :meth:`Jail.run`."""
        return await _submit(self._jail.submit, Job(code, **job))

    async def map(self, jobs: Union[Iterable[Union[Job, str, bytes]],
                                    AsyncIterable[Union[Job, str, bytes]]],
                  concurrency: int = 4) -> AsyncIterator[Result]:
        """See :meth:`Jail.map`; jobs may come from an asynchronous iterable.

        >>> import asyncio
        >>> async def main():
        ...     async with AsyncJail() as jail:
        ...         jobs = ("print(%d)" % n for n in range(3))
        ...         return [r.stdout async for r in jail.map(jobs)]
        >>> asyncio.run(main())
        ['0\\n', '1\\n', '2\\n']
        """
        if concurrency < 1:
            raise ValueError("concurrency: %r is less than 1" % concurrency)
        waiting: deque[asyncio.Task[Result]] = deque()
        try:
            async for job in _each(jobs):
                whole = job if isinstance(job, Job) else Job(job)
                waiting.append(asyncio.ensure_future(
                    _submit(self._jail.submit, whole)))
                if len(waiting) >= concurrency:
                    yield await waiting.popleft()
            while waiting:
                yield await waiting.popleft()
        finally:
            for task in waiting:
                task.cancel()

    def session(self) -> AsyncSession:
        """See :meth:`Jail.session`."""
        return AsyncSession(self._jail)


async def _each(jobs: Union[Iterable[Union[Job, str, bytes]],
                            AsyncIterable[Union[Job, str, bytes]]]
                ) -> AsyncIterator[Union[Job, str, bytes]]:
    if isinstance(jobs, AsyncIterable):
        async for job in jobs:
            yield job
    else:
        for job in jobs:
            yield job


class AsyncSession:
    """:class:`Session` for asyncio; it begins with its block or first step.

    >>> import asyncio
    >>> async def main():
    ...     async with AsyncJail() as jail, jail.session() as s:
    ...         await s.run("x = 20")
    ...         return (await s.run("print(x + 1)")).stdout
    >>> asyncio.run(main())
    '21\\n'
    """

    def __init__(self, jail: Jail) -> None:
        self._jail = jail
        self._session: Optional[Session] = None

    async def __aenter__(self) -> AsyncSession:
        await self._begun()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def _begun(self) -> Session:
        if self._session is None:
            loop = asyncio.get_running_loop()
            self._session = await loop.run_in_executor(None,
                                                       self._jail.session)
        return self._session

    async def run(self, code: Union[str, bytes], **job: Any) -> Result:
        """See :meth:`Session.run`.  A task that is cancelled here ends the
        session."""
        session = await self._begun()
        return await _submit(session.submit, Job(code, **job))

    def interrupt(self) -> None:
        """See :meth:`Session.interrupt`."""
        if self._session is not None:
            self._session.interrupt()

    def reset(self) -> None:
        """See :meth:`Session.reset`."""
        if self._session is not None:
            self._session.reset()

    async def close(self) -> None:
        """See :meth:`Session.close`."""
        if self._session is not None:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, self._session.close)
