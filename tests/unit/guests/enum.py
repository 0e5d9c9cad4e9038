import enum


class Color(enum.Enum):
    RED = 1
    BLUE = enum.auto()


class Perm(enum.Flag):
    R = enum.auto()
    W = enum.auto()


assert Color(1) is Color.RED and Color["BLUE"].value == 2
assert repr(Color.RED) == "<Color.RED: 1>"
assert Perm.R | Perm.W and Perm.R in (Perm.R | Perm.W)
assert enum.IntEnum("N", "a b").b == 2
assert enum.StrEnum("S", {"x": "y"}).x == "y"
assert [c.name for c in Color] == ["RED", "BLUE"]

assert Color.__module__ == "__main__"
assert enum.Enum("Made", "a").__module__ == "__main__"
