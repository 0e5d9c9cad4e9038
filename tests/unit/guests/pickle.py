import collections
import copyreg
import datetime
import decimal
import io
import pickle
import pickletools


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
