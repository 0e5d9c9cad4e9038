import collections

Point = collections.namedtuple("Point", "x y", defaults=[0])
assert Point(1) == (1, 0) and Point(1, 2)._asdict() == {"x": 1, "y": 2}
assert Point.__module__ == "__main__"
assert collections.Counter("abca").most_common(1) == [("a", 2)]
d = collections.defaultdict(list)
d["a"].append(1)
assert d == {"a": [1]}
q = collections.deque([1, 2, 3], maxlen=2)
q.appendleft(0)
assert list(q) == [0, 2]
o = collections.OrderedDict(a=1, b=2)
o.move_to_end("a")
assert list(o) == ["b", "a"]
c = collections.ChainMap({"a": 1}, {"b": 2})
assert c["b"] == 2
assert isinstance({}, collections.abc.Mapping)


class U(collections.UserDict):
    pass


assert U(a=1)["a"] == 1
