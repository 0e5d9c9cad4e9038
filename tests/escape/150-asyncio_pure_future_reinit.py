# escape: 150
# technique: Future and Task of the pure Python half, initialised again by their own callbacks
# family: asyncio
# goal: tamper
# expect: contained
import asyncio
loop = asyncio.new_event_loop()
f = loop.create_future()
f._callbacks = [(lambda f: f.__init__(loop=loop), None)] * 3
f.set_result(1)
loop.run_until_complete(asyncio.sleep(0))
f.__del__()
async def main():
    task = asyncio.current_task()
    try:
        task.__init__(asyncio.sleep(0), loop=loop)
    except Exception as error:
        print(repr(error)[:60])
    return task.get_stack()
try:
    print(loop.run_until_complete(asyncio.wait_for(main(), 1)))
except BaseException as error:
    print(repr(error)[:80])
