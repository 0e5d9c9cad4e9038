# escape: 157
# policy-wall: optional; it changes its own process alone
# technique: guest globals and callables at the inputs of granted functions
# family: confused
# goal: frames
# expect: contained
import collections, enum, sys, doctest, logging, inspect, types
got = []
class Frame:
    f_globals = {'__name__': 'x'}
ns = vars(collections)
ns['_sys'] = types.SimpleNamespace(_getframe=lambda n=0: got.append(n) or Frame, intern=sys.intern)
try:
    collections.namedtuple('T', 'a b')
except Exception as error:
    print(repr(error)[:80])
grabbed = []
class Level(dict):
    def get(self, *a):
        grabbed.append(a)
logging.currentframe = lambda: None
class Sys:
    def __getattr__(self, name):
        return getattr(sys, name)
frames = []
real = sys._getframe
logging._srcfile = 'x'
for name, f in vars(logging).items():
    if callable(f) and getattr(f, '__name__', '') == '<lambda>':
        try:
            frames.append(f())
        except Exception as error:
            print(repr(error)[:80])
for frame in frames:
    try:
        if frame.f_globals is not globals():
            print('ESCAPED:', frame.f_globals)
    except AttributeError:
        print('a frame, closed')
