"""Classes with attrs: validation, conversion, frozen and slotted classes."""
import attr
from attrs import asdict, define, evolve, field, frozen, validators


@frozen
class Money:
    cents: int = field(converter=int, validator=validators.ge(0))

    def __str__(self):
        return "%d.%02d" % divmod(self.cents, 100)


@define(order=True)
class Line:
    name: str = field(validator=validators.instance_of(str), order=str.lower)
    price: Money = field(order=False)
    count: int = field(default=1, order=False)

    @property
    def total(self):
        return Money(self.price.cents * self.count)


@define
class Order:
    lines: list = field(factory=list)

    def __attrs_post_init__(self):
        self.lines = sorted(self.lines)


@define
class Discounted(Order):
    percent: int = 10

    def __attrs_post_init__(self):
        super().__attrs_post_init__()
        self.lines = [evolve(x, price=Money(x.price.cents * (
            100 - self.percent) // 100)) for x in self.lines]


order = Discounted([Line("tea", Money("320"), 2), Line("Bread", Money(199))])
print(order)
print(asdict(order.lines[0]))
print([str(line.total) for line in order.lines])
print(attr.make_class("Point", ["x", "y"])(1, 2))
for wrong in (lambda: Money(-1), lambda: Line(7, Money(1)),
              lambda: setattr(Money(1), "cents", 2),
              lambda: setattr(order, "other", 1)):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__)
