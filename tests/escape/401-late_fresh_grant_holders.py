# escape: 401
# technique: take modules that hold grants out of sys.modules, poison what they bind, import them again
# family: late
# goal: globals
# expect: contained
# policy-wall: optional; it looks at its own process alone
import sys
load = vars(sys.modules['buil' + 'tins'])['__imp' + 'ort__']
got = []
class Evil:
    def __getattr__(self, name):
        return lambda *args, **kwargs: got.append((name, args)) or Evil()
for name in ('trace' + 'back', 're', 're._com' + 'piler', 'enu' + 'm', 'colle' + 'ctions', 'typ' + 'ing', 'insp' + 'ect', 'logg' + 'ing', 'asyn' + 'cio', 'doc' + 'test'):
    old = sys.modules.pop(name, None)
    for helper in ('linecache', '_sre', '_weakref', 'contextlib', 'functools'):
        sys.modules[helper] = Evil()
    try:
        new = load(name, fromlist=['x'])
    except BaseException as e:
        print(name, type(e).__name__)
        continue
    if new is old or type(new) is Evil:
        continue
    print(name, 'is new')
    try:
        raise ValueError
    except ValueError as e:
        for take in (lambda: new.walk_tb(e.__traceback__), lambda: new.TracebackException(ValueError, e, e.__traceback__),
                     lambda: new.namedtuple('a', 'b'), lambda: new.get_annotations(print), lambda: new.compile('a', 0)):
            try:
                got.append(('call', list(take())))
            except BaseException as e2:
                print(type(e2).__name__)
for name, args in got:
    for value in args:
        if type(value).__name__ == 'frame' or (type(value) is dict and '__builtins__' in value and value is not globals()):
            print('ESCAPED:', name, type(value).__name__)
