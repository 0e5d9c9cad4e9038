# escape: 245
# policy-wall: optional; it changes its own process alone
# technique: ways to write into the dict of a frozen or builtin class
# family: tamper
# goal: tamper
# expect: contained
import json, copy, types, weakref, collections, gc, enum
target = json.JSONEncoder
def attempt(f):
    try:
        f()
    except BaseException as error:
        pass
class Eq(dict):
    def __eq__(self, other):
        grabbed.append(other)
        return True
    __ror__ = __or__ = __eq__
    __hash__ = None
grabbed = []
for cls in (str, target):
    p = cls.__dict__
    for f in (lambda: p == Eq(), lambda: p | Eq(), lambda: Eq() | p, lambda: p.__eq__(Eq()), lambda: p.__or__(Eq()), lambda: p.__ror__(Eq()),
              lambda: p.items() == Eq(), lambda: p.keys() & Eq(), lambda: p.keys() == Eq(), lambda: p.values().mapping == Eq(),
              lambda: p.copy().update(zz=1), lambda: types.MappingProxyType(p) == Eq(), lambda: types.MappingProxyType(p).__ior__(Eq()),
              lambda: p.__contains__(Eq()), lambda: p.get(Eq()), lambda: collections.ChainMap(p)['x'], lambda: copy.copy(p),
              lambda: type('X', (cls,), p), lambda: type.__setattr__(cls, 'zz', 1), lambda: object.__setattr__(cls, 'zz', 1),
              lambda: super(type, cls).__setattr__('zz', 1), lambda: setattr(cls, '__bases__', (dict,)), lambda: setattr(cls, '__class__', type('M', (type,), {})),
              lambda: type.__dict__['__dict__'].__get__(cls).__setitem__('zz', 1), lambda: types.DynamicClassAttribute().__set__(cls, 1),
              lambda: cls.__init_subclass__(), lambda: vars(cls).update(zz=1), lambda: type.__init__(cls, 'x', (object,), {'zz': 1}),
              lambda: cls.__subclasses__().append(1), lambda: cls.__mro__.__iadd__((1,)), lambda: types.FunctionType.__set_name__(cls, 'x')):
        attempt(f)
for d in grabbed:
    try:
        d['zz'] = 1
    except TypeError:
        pass
if hasattr(str, 'zz') or hasattr(target, 'zz'):
    print('ESCAPED: a class of the library changed')
print(len(grabbed))
