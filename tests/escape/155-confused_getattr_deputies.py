# escape: 155
# policy-wall: optional; it changes its own process alone
# technique: attribute readers of the library over gated attributes
# family: confused
# goal: globals
# expect: contained
import functools, inspect, json, operator, string, pydoc_data, unittest.mock, copy, types, weakref
f = json.dumps
ways = {
    'attrgetter': lambda: operator.attrgetter('__globals__')(f),
    'methodcaller': lambda: operator.methodcaller('__getattribute__', '__globals__')(f),
    'object': lambda: object.__getattribute__(f, '__globals__'),
    'descr': lambda: types.FunctionType.__dict__['__globals__'].__get__(f),
    'inspect': lambda: inspect.getattr_static(f, '__globals__').__get__(f),
    'unwrap': lambda: inspect.getclosurevars(f).globals,
    'fmt': lambda: string.Formatter().get_field('0.__globals__', (f,), {})[0],
    'super': lambda: super(types.MethodType, types.MethodType(f, 1)).__getattribute__('__globals__'),
    'method': lambda: types.MethodType(f, 1).__globals__,
    'proxy': lambda: weakref.proxy(f).__globals__,
    'partialm': lambda: functools.partialmethod(f).func.__globals__,
    'members': lambda: dict(inspect.getmembers(f))['__globals__'],
    'reduce': lambda: copy.copy(f).__globals__,
    'mock': lambda: unittest.mock.create_autospec(f).__globals__,
    'wraps': lambda: functools.update_wrapper(lambda: 0, f, assigned=('__globals__',)).__globals__,
    'closure': lambda: functools.singledispatch(f).register.__closure__,
    'builtins': lambda: f.__builtins__,
    'match': lambda: _match(f),
}
def _match(x):
    match x:
        case types.FunctionType(__globals__=g):
            return g
mine = globals()
for name, way in ways.items():
    try:
        got = way()
    except Exception as error:
        print(name, repr(error)[:50])
        continue
    if type(got) is dict and got is not mine and '__spec__' in got:
        print('ESCAPED:', name)
