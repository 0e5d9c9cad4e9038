import array
import collections
import copyreg
import datetime
import decimal
import enum
import fractions
import io
import pickle
import pickletools
import re
import uuid


class Thing:
    def __init__(self, a):
        self.a = a

    def __eq__(self, other):
        return self.a == other.a


class State:
    def __getstate__(self):
        return 5

    def __setstate__(self, state):
        self.state = state


values = [None, True, 1, -2 ** 70, 1.5, 2j, "é", b"x", bytearray(b"y"), [1, [2]],
          (1, 2), {"a": {1}}, frozenset("x"), range(3), Ellipsis, slice(1, 2),
          datetime.datetime(2020, 1, 1), decimal.Decimal("1.1"), len, int,
          collections.OrderedDict(a=1), collections.Counter("ab"), Thing([1]),
          datetime.timezone.utc, ValueError("x").args]
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    again = pickle.loads(pickle.dumps(values, protocol))
    assert again == values, protocol
assert pickle.loads(pickle.dumps(State())).state == 5
out = io.BytesIO()
pickle.Pickler(out).dump([1])
pickle.dump([2], out)
out.seek(0)
assert pickle.Unpickler(out).load() == [1] and pickle.load(out) == [2]
copyreg.pickle(complex, lambda c: (complex, (c.real, c.imag)))
assert pickle.loads(pickle.dumps(1j)) == 1j
try:
    pickle.dumps(lambda: 0)
except (pickle.PicklingError, AttributeError):
    pass
else:
    raise AssertionError("a lambda was pickled")
try:
    pickle.loads(b"")
except EOFError:
    pass
else:
    raise AssertionError("nothing was loaded")
loop = []
loop.append(loop)
again = pickle.loads(pickle.dumps(loop))
assert again[0] is again
assert pickletools.optimize(pickle.dumps((1, 1)))


# Ways that objects choose for themselves.
class Point(collections.namedtuple("Point", "x y")):
    __slots__ = ()


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


class Reduced:
    def __init__(self, items):
        self.items = list(items)

    def __reduce_ex__(self, protocol):
        return Reduced, ((),), None, iter(self.items), None

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items.extend(items)


class Fresh:
    def __new__(cls, *args, key=None):
        self = object.__new__(cls)
        self.given = args, key
        return self

    def __getnewargs_ex__(self):
        return (1, 2), {"key": 3}

    def __getstate__(self):
        return None


class Color(enum.Enum):
    RED = 1


for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
    for thing in (Point(1, 2), Color.RED, int.from_bytes,
                  collections.deque([1], 2), array.array("i", [1, 2]),
                  fractions.Fraction(1, 3), uuid.UUID(int=5)):
        again = pickle.loads(pickle.dumps(thing, protocol))
        assert again == thing and type(again) is type(thing), thing
    again = pickle.loads(pickle.dumps(Slotted(1, [2]), protocol))
    assert (again.a, again.b) == (1, [2])
    assert pickle.loads(pickle.dumps(Reduced("abc"), protocol)).items == \
        ["a", "b", "c"]
    assert pickle.loads(pickle.dumps(Fresh(1), protocol)).given == \
        ((1, 2), 3)
error = pickle.loads(pickle.dumps(KeyError("k", 1)))
assert type(error) is KeyError and error.args == ("k", 1)
assert isinstance(pickle.loads(pickle.dumps(re.compile("a+"))), re.Pattern)

database = {"id-1": object()}


class Saver(pickle.Pickler):
    def persistent_id(self, obj):
        return next((k for k, v in database.items() if v is obj), None)

    def reducer_override(self, obj):
        return (str, ("thing",)) if isinstance(obj, Thing) else NotImplemented


class Loader(pickle.Unpickler):
    def persistent_load(self, pid):
        return database[pid]

    def find_class(self, module, name):
        if (module, name) != ("builtins", "str"):
            raise pickle.UnpicklingError("%s.%s" % (module, name))
        return super().find_class(module, name)


out = io.BytesIO()
Saver(out, 4).dump([database["id-1"], Thing(1)])
assert Loader(io.BytesIO(out.getvalue())).load() == \
    [database["id-1"], "thing"]
try:
    Loader(io.BytesIO(pickle.dumps(Color))).load()
except pickle.UnpicklingError as error:
    assert "Color" in str(error)
else:
    raise AssertionError("find_class() was not asked")

# Protocol 5: buffers beside the stream.
data, buffers = bytearray(b"shared"), []
text = pickle.dumps(pickle.PickleBuffer(data), 5,
                    buffer_callback=buffers.append)
assert len(buffers) == 1 and buffers[0].raw().tobytes() == b"shared"
again = pickle.loads(text, buffers=buffers)
again.raw()[:1] = b"S"
assert data == b"Shared"
