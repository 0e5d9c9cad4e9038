"""Money without floats: tax, rounding, and a split that loses no cent."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

CENT = Decimal("0.01")


def split(amount, parts):
    """Parts that differ by at most a cent and add up exactly."""
    cents = int(amount / CENT)
    base, extra = divmod(cents, parts)
    return [(base + (i < extra)) * CENT for i in range(parts)]


net = [Decimal("19.99"), Decimal("4.45"), Decimal("0.10")]
tax = sum(n * Decimal("0.19") for n in net)
print("net  ", sum(net))
print("tax  ", tax, "->", tax.quantize(CENT, ROUND_HALF_UP))
print("total", (sum(net) + tax).quantize(CENT, ROUND_HALF_UP))

shares = split(Decimal("100.00"), 3)
print("split", *shares, "sum", sum(shares))
print("2.675 half up  ", Decimal("2.675").quantize(CENT, ROUND_HALF_UP))
print("2.665 half even", Decimal("2.665").quantize(CENT, ROUND_HALF_EVEN))
print("as a float     ", round(2.675, 2))

with localcontext() as context:
    context.prec = 50
    print("1.05 ** 30 =", Decimal("1.05") ** 30)
print("a third and a sixth:", Fraction(1, 3) + Fraction(1, 6))
print(f"{Decimal('1234567.891'):,.2f}")
