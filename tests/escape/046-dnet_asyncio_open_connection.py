# escape: 046
# technique: asyncio streams (loop.create_server / open_connection)
# family: dnet
# goal: network
# first-seen: mcp-use PR 1735 (event loop leak)
import asyncio
async def m():
    async def cb(r, w): w.write(await r.read(2)); await w.drain(); w.close()
    s = await asyncio.start_server(cb, '127.0.0.1', 0)
    r, w = await asyncio.open_connection(*s.sockets[0].getsockname())
    w.write(b'ai'); await w.drain()
    if await r.read(2) == b'ai': print('ESCAPED:asyncio tcp')
asyncio.run(m())
