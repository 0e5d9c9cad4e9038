# escape: 100
# technique: gc.get_objects/get_referrers exposes a tuple under construction
# family: memory
# goal: memory
# policy: optional
# first-seen: Lib/test/crashers/gc_inspection.py
import gc
class M: pass
mark = M()
got = []
def g():
    yield mark
    for o in gc.get_referrers(mark):
        if type(o) is tuple and o[0] is mark: got.append(o)
    yield 2
try: t = tuple(g())
except SystemError: pass
if got: print('ESCAPED:saw an unfinished tuple')
