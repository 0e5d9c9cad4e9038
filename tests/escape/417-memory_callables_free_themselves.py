# escape: 417
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: a cached function that takes itself out of codecs' list, a property or sys.unraisablehook while it runs
# family: memory
# goal: memory
# expect: contained
import codecs, functools, sys
hold = []
def fill():
    hold.extend(bytes(60 + 8 * i) for i in range(30) for _ in range(20))
def search(name):
    global found
    codecs.unregister(found)
    del found
    fill()
def unraisable(args):
    sys.unraisablehook = lambda args: None
    fill()
class Dies:
    def __del__(self):
        1 / 0
for i in range(5):
    found = functools.lru_cache(maxsize=8)(search)
    codecs.register(found)
    try:
        codecs.lookup('immure%d' % i)
    except LookupError:
        pass
    sys.unraisablehook = functools.lru_cache(maxsize=8)(unraisable)
    Dies()
    found = {}.setdefault
    class Key(str):
        def __hash__(self):
            return hash('immure_key')
        def __eq__(self, other):
            fill()
            return False
print('done')
