import types

s = types.SimpleNamespace(a=1)
assert s.a == 1 and repr(s) == "namespace(a=1)"
m = types.ModuleType("made")
m.x = 1
assert m.__name__ == "made"
C = types.new_class("C", (), {}, lambda ns: ns.update(x=5))
assert C.x == 5
assert isinstance(len, types.BuiltinFunctionType)
assert isinstance(lambda: 0, types.FunctionType)
assert types.MappingProxyType({"a": 1})["a"] == 1
assert types.MethodType(lambda self: self, 3)() == 3


@types.coroutine
def g():
    yield 1


assert list(g()) == [1]
