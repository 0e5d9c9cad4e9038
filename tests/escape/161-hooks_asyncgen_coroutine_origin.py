# escape: 161
# policy-wall: optional; it looks at its own process alone
# technique: async generator hooks and coroutine origins that hold frames
# family: hooks
# goal: frames
# expect: contained
import sys, traceback, gc, types
sys.set_coroutine_origin_tracking_depth(10)
async def c():
    pass
x = c()
print(x.cr_origin)
x.close()
got = []
sys.set_asyncgen_hooks(firstiter=got.append, finalizer=got.append)
async def ag():
    yield 1
a = ag()
a.__anext__().close()
import asyncio
for obj, name in ((asyncio.sleep(0), 'cr_frame'), (traceback.walk_stack(None), 'gi_frame')):
    frame = getattr(obj, name)
    for attr in ('f_globals', 'f_locals', 'f_builtins'):
        try:
            getattr(frame, attr)
            print('ESCAPED:', name, attr)
        except AttributeError as error:
            print(repr(error)[:60])
