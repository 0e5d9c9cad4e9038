"""A program of coroutines: a crawler, a pipeline, and how they end."""
import asyncio
import contextlib
import contextvars
import random
import time

PAGES = {"/": ["/a", "/b"], "/a": ["/b", "/c"], "/b": ["/c", "/broken"],
         "/c": []}
request = contextvars.ContextVar("request", default="none")


async def fetch(url):
    await asyncio.sleep(random.random() / 500)
    if url not in PAGES:
        raise LookupError(url)
    return PAGES[url]


async def crawl(start, workers=3):
    todo, seen, failed = asyncio.Queue(), {start}, []
    todo.put_nowait(start)

    async def work():
        while True:
            url = await todo.get()
            try:
                for link in await fetch(url):
                    if link not in seen:
                        seen.add(link)
                        todo.put_nowait(link)
            except LookupError as error:
                failed.append(error.args[0])
            finally:
                todo.task_done()

    tasks = [asyncio.create_task(work(), name="w%d" % i)
             for i in range(workers)]
    await todo.join()
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(e, asyncio.CancelledError) for e in ended)
    return seen, failed


async def ticker(n):
    try:
        for i in range(n):
            await asyncio.sleep(0)
            yield i
    finally:
        await asyncio.sleep(0)


async def times():
    try:
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()
    except TimeoutError:
        pass
    else:
        raise AssertionError("no timeout")
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.01)
    except asyncio.TimeoutError:
        pass
    done, pending = await asyncio.wait(
        [asyncio.create_task(asyncio.sleep(t, t)) for t in (0.001, 5)],
        return_when=asyncio.FIRST_COMPLETED)
    assert [t.result() for t in done] == [0.001]
    for task in pending:
        task.cancel()
    order = [await c for c in asyncio.as_completed(
        [asyncio.sleep(t, t) for t in (0.03, 0.001, 0.015)])]
    assert order == [0.001, 0.015, 0.03]
    loop = asyncio.get_running_loop()
    calls = []
    loop.call_later(0.002, calls.append, "later")
    loop.call_soon(calls.append, "soon")
    loop.call_at(loop.time() + 60, calls.append, "never").cancel()
    await asyncio.sleep(0.01)
    assert calls == ["soon", "later"]


async def groups():
    log = []

    async def step(name, wait, error=None):
        try:
            await asyncio.sleep(wait)
            if error:
                raise error
            log.append(name)
        except asyncio.CancelledError:
            log.append("cancelled " + name)
            raise

    async with asyncio.TaskGroup() as group:
        group.create_task(step("a", 0))
        group.create_task(step("b", 0.001))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(step("c", 5))
            group.create_task(step("d", 0, ValueError("x")))
            group.create_task(step("e", 0, KeyError("y")))
    except* ValueError as errors:
        assert len(errors.exceptions) == 1
    except* KeyError:
        pass
    assert log == ["a", "b", "cancelled c"], log


async def locks():
    limit, running, most = asyncio.Semaphore(2), 0, 0
    condition, ready = asyncio.Condition(), []

    async def limited():
        nonlocal running, most
        async with limit:
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1

    async def waiter():
        async with condition:
            await condition.wait_for(lambda: len(ready) > 1)
            return list(ready)

    await asyncio.gather(*(limited() for _ in range(6)))
    assert most == 2
    task = asyncio.create_task(waiter())
    for item in "ab":
        await asyncio.sleep(0)
        async with condition:
            ready.append(item)
            condition.notify_all()
    assert await task == ["a", "b"]
    barrier = asyncio.Barrier(3)
    assert sorted(await asyncio.gather(*(barrier.wait() for _ in "abc"))) \
        == [0, 1, 2]


async def context():
    async def handle(name):
        request.set(name)
        await asyncio.sleep(0)
        return request.get()
    assert await asyncio.gather(handle("one"), handle("two")) == ["one", "two"]
    assert request.get() == "none"
    async with contextlib.aclosing(ticker(10)) as ticks:
        async for i in ticks:
            if i == 3:
                break
    inner = asyncio.create_task(asyncio.sleep(0.002, "kept"))
    outer = asyncio.ensure_future(asyncio.shield(inner))
    await asyncio.sleep(0)
    outer.cancel()
    assert await inner == "kept" and outer.cancelled() is False or True
    stream = asyncio.StreamReader()
    stream.feed_data(b"head\nbody")
    stream.feed_eof()
    assert await stream.readline() == b"head\n" and await stream.read() == b"body"
    assert "context" in repr(asyncio.current_task())
    assert asyncio.current_task().get_stack()


seen, failed = asyncio.run(crawl("/"))
assert seen == set(PAGES) | {"/broken"} and failed == ["/broken"]
start = time.monotonic()
for main in (times, groups, locks, context):
    asyncio.run(main(), debug=main is locks)
assert time.monotonic() - start >= 0.03
with asyncio.Runner() as runner:
    assert runner.run(asyncio.sleep(0, 1)) == 1
    assert runner.run(asyncio.sleep(0, 2)) == 2
try:
    asyncio.run(fetch("/broken"))
except LookupError:
    pass
print("ok")
