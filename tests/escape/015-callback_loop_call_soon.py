# escape: 015
# technique: asyncio loop.call_soon(gated): called by Handle._run through Context.run
# family: callback
# goal: exec
# first-seen: mcp-use PR 1735
import asyncio, posix
l = asyncio.new_event_loop(); l.call_soon(posix.system, 'echo ESCAPED:call_soon'); l.call_soon(l.stop); l.run_forever()
