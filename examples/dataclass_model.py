"""A small domain model: dataclasses, enums, protocols and pattern matching."""

from __future__ import annotations

import dataclasses
import enum
import functools
import typing


class Unit(enum.Enum):
    KG = "kg"
    PIECE = "pcs"


class Priced(typing.Protocol):
    def total(self) -> int: ...


@dataclasses.dataclass(frozen=True, order=True)
class Item:
    name: str
    cents: int
    quantity: float = 1
    unit: Unit = Unit.PIECE

    def __post_init__(self):
        if self.cents < 0:
            raise ValueError(f"{self.name}: a price below zero")

    def total(self) -> int:
        return round(self.cents * self.quantity)


@dataclasses.dataclass
class Basket:
    owner: str
    items: list[Item] = dataclasses.field(default_factory=list)

    def total(self) -> int:
        return sum(item.total() for item in self.items)


@functools.singledispatch
def describe(thing) -> str:
    return f"something else: {thing!r}"


@describe.register
def _(item: Item) -> str:
    match item:
        case Item(unit=Unit.KG, quantity=q):
            return f"{q} kg of {item.name}"
        case Item(quantity=1):
            return f"one {item.name}"
        case Item(quantity=q):
            return f"{q} {item.name}s"


@describe.register
def _(basket: Basket) -> str:
    return f"{basket.owner}: " + ", ".join(map(describe, basket.items))


def show(priced: Priced) -> None:
    print(f"{describe(priced)} = {priced.total() / 100:.2f}")


basket = Basket("Ada", [Item("lemon", 45, 3), Item("flour", 189, 1.5, Unit.KG),
                        Item("cake tin", 1250)])
for thing in [*sorted(basket.items), basket]:
    show(thing)
print(dataclasses.asdict(dataclasses.replace(basket.items[0], quantity=4)))
print([f.name for f in dataclasses.fields(Item)])
try:
    Item("gift", -1)
except ValueError as e:
    print("refused:", e)
try:
    basket.items[0].cents = 1
except dataclasses.FrozenInstanceError as e:
    print("frozen:", e)
