# escape: 404
# technique: finalizers and callbacks of the collector, run while late code is being made
# family: late
# goal: code
# expect: contained
# policy-wall: optional; it changes its own process alone
import gc, sys
load = vars(sys.modules['buil' + 'tins'])['__imp' + 'ort__']
m = sys.modules['marsh' + 'al']
seen = []
def attempt(*args):
    for what in (lambda: m.loads(b'i\x01\0\0\0'), lambda: type(attempt.__code__)(0, 0, 0, 0, 0, 0, b'', (), (), (), '', '', '', 1, b'', b''),
                 lambda: attempt.__code__.replace(co_stacksize=0)):
        try:
            seen.append(what())
        except BaseException:
            pass
class Loop:
    def __init__(self):
        self.me = self
    def __del__(self):
        attempt()
gc.callbacks.append(attempt)
gc.set_threshold(1, 1, 1)
for name in ('stat' + 'istics', 'encodings.cp1252', 'encodings.cp850', 'html.ent' + 'ities', 'uu' + 'id', 'plist' + 'lib', 'tar' + 'file'):
    for i in range(50):
        Loop()
    try:
        load(name)
    except BaseException as e:
        print(name, type(e).__name__)
for value in seen:
    print('ESCAPED:', value)
