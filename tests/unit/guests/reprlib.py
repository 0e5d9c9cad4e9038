import reprlib

assert reprlib.repr(list(range(100))) == "[0, 1, 2, 3, 4, 5, ...]"


class C(list):
    @reprlib.recursive_repr()
    def __repr__(self):
        return "C(" + ", ".join(map(repr, self)) + ")"


c = C()
c.append(c)
assert repr(c) == "C(...)"
