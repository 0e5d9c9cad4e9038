import typing
from typing import (Any, Callable, Dict, Generic, List, NamedTuple, Optional,
                    Protocol, TypedDict, TypeVar, Union, get_type_hints)

T = TypeVar("T")


class Box(Generic[T]):
    item: T


class P(NamedTuple):
    x: int
    y: "int" = 2


class D(TypedDict, total=False):
    a: List[int]


@typing.runtime_checkable
class HasLen(Protocol):
    def __len__(self) -> int: ...


def f(a: Optional[int], b: "Dict[str, Any]" = None) -> Callable[..., Box[int]]:
    pass


assert P(1) == (1, 2) and D(a=[1]) == {"a": [1]} and isinstance([], HasLen)
assert get_type_hints(f)["a"] == Optional[int]
assert get_type_hints(P)["y"] is int
assert Box[int].__args__ == (int,) and Union[int, str] == Union[str, int]
assert typing.cast(int, "x") == "x" and typing.get_origin(List[int]) is list
assert P.__module__ == "__main__" and typing.NewType("N", int)(3) == 3
assert T.__module__ == "__main__"
