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
for obj, names in ((a, ('ag_frame',)), (c(), ('cr_frame',)), ((i for i in ()), ('gi_frame',))):
    for name in names:
        try:
            f = getattr(obj, name)
            f.f_globals
            print('ESCAPED:', name)
        except AttributeError as error:
            print(repr(error)[:60])
