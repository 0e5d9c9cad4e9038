# escape: 239
# technique: namedtuple, dataclass, enum and typing that run strings: is the code trusted for imports
# family: stdlib
# goal: import
# expect: contained
import collections, dataclasses, enum, typing, sys, doctest, timeit, string, types
got = []
imp = "__import__('_posixsubprocess')"
def attempt(f):
    try:
        m = f()
        print(repr(m)[:60])
    except BaseException as error:
        print(repr(error)[:70])
attempt(lambda: collections.namedtuple('T', ['a'], module=imp))
attempt(lambda: dataclasses.make_dataclass('D', [('a', imp)]))
attempt(lambda: dataclasses._create_fn('f', ('a',), ['import _posixsubprocess as p', 'return p'])(1))
attempt(lambda: dataclasses._create_fn('f', ('a',), ['import _posixsubprocess as p', 'return p'], globals=vars(collections))(1))
attempt(lambda: typing.ForwardRef(imp)._evaluate({}, {}, frozenset()))
attempt(lambda: timeit.Timer(imp).timeit(1))
attempt(lambda: list(map(__import__, ['_posixsubprocess'])))
attempt(lambda: sys.modules['pickle']._Unpickler.find_class)
attempt(lambda: sys.modules['pickle'].loads(b'c_posixsubprocess\nfork_exec\n.'))
attempt(lambda: sys.modules['pickle'].loads(b'cposix\ngetlogin\n)R.'))
attempt(lambda: sys.modules['pickle'].loads(b'cmarshal\nloads\n(Vi\ntR.'))
attempt(lambda: sys.modules['pkgutil'].resolve_name('_posixsubprocess:fork_exec'))
attempt(lambda: sys.modules['logging.config'].BaseConfigurator({}).resolve('_posixsubprocess.fork_exec'))
attempt(lambda: __import__('unittest.mock').mock._importer('_posixsubprocess'))
attempt(lambda: sys.modules['typing'].get_type_hints(types.SimpleNamespace(__annotations__={'x': imp})))
for name in ('_posixsubprocess', 'ctypes', '_ctypes', '_socket'):
    m = sys.modules.get(name)
    if m is not None and getattr(m, '__file__', 'builtin'):
        print('loaded', name)
