import asyncio
import time


async def worker(n, delay):
    await asyncio.sleep(delay)
    return n * n


async def main():
    start = time.monotonic()
    got = await asyncio.gather(*(worker(i, 0.02) for i in range(5)))
    assert got == [0, 1, 4, 9, 16]
    assert time.monotonic() - start < 1
    try:
        await asyncio.wait_for(asyncio.sleep(30), 0.01)
    except asyncio.TimeoutError:
        pass
    else:
        raise AssertionError("no timeout")
    queue = asyncio.Queue(maxsize=1)

    async def produce():
        for i in range(4):
            await queue.put(i)
        await queue.put(None)

    task = asyncio.create_task(produce(), name="producer")
    seen = []
    while (item := await queue.get()) is not None:
        seen.append(item)
    await task
    assert seen == [0, 1, 2, 3]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(worker(i, 0)) for i in range(3)]
    assert [t.result() for t in tasks] == [0, 1, 4]
    async with asyncio.timeout(1):
        async with asyncio.Lock():
            await asyncio.sleep(0)
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.call_later(0.01, event.set)
    loop.call_soon_threadsafe(lambda: None)
    await event.wait()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker(1, 30))
            group.create_task(fail())
    except* KeyError as errors:
        assert len(errors.exceptions) == 1
    agen = numbers()
    assert [n async for n in agen] == [0, 1, 2]
    return "done"


async def fail():
    raise KeyError("fail")


async def numbers():
    for i in range(3):
        await asyncio.sleep(0)
        yield i


assert asyncio.run(main()) == "done"
assert asyncio.run(main(), debug=True) == "done"
loop = asyncio.new_event_loop()
assert loop.run_until_complete(worker(3, 0)) == 9
loop.close()
with asyncio.Runner() as runner:
    assert runner.run(worker(2, 0)) == 4
