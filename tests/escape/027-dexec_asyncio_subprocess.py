# escape: 027
# technique: loop.subprocess_exec through asyncio
# family: dexec
# goal: exec
# first-seen: smolagents (asyncio.base_events.subprocess)
import asyncio
async def m():
    p = await asyncio.create_subprocess_exec('/bin/echo', 'as', stdout=-1)
    if (await p.communicate())[0] == b'as\n': print('ESCAPED:asyncio subprocess')
asyncio.run(m())
