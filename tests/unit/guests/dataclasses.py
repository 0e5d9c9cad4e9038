import dataclasses
import typing


@dataclasses.dataclass(order=True, slots=True)
class P:
    x: int
    y: float = 0.0
    tags: list = dataclasses.field(default_factory=list, compare=False)
    kind: typing.ClassVar[str] = "p"


@dataclasses.dataclass(frozen=True)
class F:
    a: int


assert P(1) < P(2) and dataclasses.asdict(P(1)) == {"x": 1, "y": 0.0, "tags": []}
assert repr(P(1, 2.0)) == "P(x=1, y=2.0, tags=[])"
assert dataclasses.replace(P(1), x=5).x == 5
assert hash(F(1)) == hash(F(1))
try:
    F(1).a = 2
except dataclasses.FrozenInstanceError:
    pass
else:
    raise AssertionError("frozen")
Made = dataclasses.make_dataclass("Made", [("q", int, 3)])
assert Made().q == 3
