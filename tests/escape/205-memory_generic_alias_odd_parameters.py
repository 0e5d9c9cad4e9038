# escape: 205
# policy-wall: optional; it changes its own process alone
# technique: types.GenericAlias with __parameters__ and __typing_prepare_subst__ of other types
# family: memory
# goal: memory
# expect: contained
import types
class P:
    def __init__(self, **names):
        self.__dict__.update(names)
class A:
    __parameters__ = 5
class B:
    __parameters__ = [1, 2]
class C:
    __parameters__ = (1, 2)
    def __getitem__(self, x):
        return 1
class Q:
    __typing_subst__ = staticmethod(lambda a: a)
    @staticmethod
    def __typing_prepare_subst__(alias, args):
        return b'x' * 40
class Flip:
    n = 0
    def __getattribute__(self, name):
        if name == '__typing_subst__':
            Flip.n += 1
            if Flip.n % 2:
                raise AttributeError(name)
            return lambda a: a
        return object.__getattribute__(self, name)
for args in ((A(),), (B(),), (C(),), (Q(),), (Q(), Q()), (Flip(),), (Flip(), Q())):
    for item in (int, (int, str), (), b'xxxxxxxx'):
        try:
            print(types.GenericAlias(list, args)[item])
        except Exception as error:
            print(repr(error)[:70])
