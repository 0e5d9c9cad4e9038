"""The asyncio twin."""

import asyncio

import pytest

import immure
from immure import AsyncJail, Job


def test_runs_are_concurrent():
    async def main():
        async with AsyncJail(policy="grader") as jail:
            results = await asyncio.gather(
                *(jail.run("print(%d)" % n) for n in range(10)))
            return [int(r.stdout) for r in results]
    assert asyncio.run(main()) == list(range(10))


def test_map_takes_both_kinds_of_iterables():
    async def jobs():
        for n in range(4):
            yield Job("print(%d)" % n)

    async def main():
        async with AsyncJail(policy="grader") as jail:
            first = [r.stdout async for r in jail.map(jobs(), concurrency=2)]
            second = [r.stdout async for r in jail.map(["print(9)"])]
            return first + second
    assert asyncio.run(main()) == ["0\n", "1\n", "2\n", "3\n", "9\n"]


def test_a_cancelled_task_ends_its_guest():
    async def main():
        async with AsyncJail(policy="grader", guests=1) as jail:
            task = asyncio.ensure_future(
                jail.run("import time; time.sleep(3600)", wall="60m"))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            # There is room for one guest: this would wait for ever.
            return (await jail.run("print(1)")).stdout
    assert asyncio.run(main()) == "1\n"


def test_sessions():
    async def main():
        async with AsyncJail(policy="grader") as jail:
            async with jail.session() as s:
                await s.run("x = 1")
                assert (await s.run("print(x)")).stdout == "1\n"
                s.reset()
                r = await s.run("print(x)")
                with pytest.raises(immure.GuestError):
                    r.check()
                return r.exception.type
    assert asyncio.run(main()) == "NameError"
