"""Timers, a queue and gather, all in one guest: no thread, no socket."""

import asyncio


async def worker(name, queue, done):
    while True:
        job, delay = await queue.get()
        await asyncio.sleep(delay)
        done.append(job)
        queue.task_done()


async def fetch(n):
    await asyncio.sleep(0.002 * (5 - n))
    if n == 3:
        raise ValueError(f"job {n} went wrong")
    return n * n


async def main():
    results = await asyncio.gather(*map(fetch, range(5)),
                                   return_exceptions=True)
    print("gather:", results)

    queue, done = asyncio.Queue(), []
    workers = [asyncio.create_task(worker(i, queue, done)) for i in range(2)]
    for job in ("a", "b", "c", "d"):
        queue.put_nowait((job, 0.001))
    await queue.join()
    for task in workers:
        task.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    print("queue:", sorted(done))

    try:
        await asyncio.wait_for(asyncio.sleep(1), timeout=0.01)
    except asyncio.TimeoutError:
        print("wait_for: too slow")

    order, lock = [], asyncio.Lock()

    async def step(name):
        async with lock:
            order.append(name)
            await asyncio.sleep(0)
            order.append(name)

    await asyncio.gather(step("x"), step("y"))
    print("lock:", "".join(order))


asyncio.run(main())
