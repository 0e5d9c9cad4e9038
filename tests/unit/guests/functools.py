import functools


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


assert fib(80) == 23416728348467685
assert functools.reduce(lambda a, b: a * b, range(1, 6)) == 120
assert functools.partial(int, base=2)("101") == 5


@functools.singledispatch
def kind(x):
    return "any"


@kind.register
def _(x: int):
    return "int"


assert kind(1) == "int" and kind("") == "any"


@functools.total_ordering
class V:
    def __init__(self, v):
        self.v = v

    def __eq__(self, other):
        return self.v == other.v

    def __lt__(self, other):
        return self.v < other.v


assert V(2) >= V(1)


class C:
    @functools.cached_property
    def x(self):
        return [1]


c = C()
assert c.x is c.x


@functools.wraps(fib)
def wrapped():
    pass


assert wrapped.__name__ == "fib"
assert sorted([3, 1], key=functools.cmp_to_key(lambda a, b: a - b)) == [1, 3]
