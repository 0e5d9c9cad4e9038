import decimal
from decimal import Decimal

assert Decimal("0.1") + Decimal("0.2") == Decimal("0.3")
with decimal.localcontext() as context:
    context.prec = 50
    assert str(Decimal(2).sqrt()).startswith("1.4142135623730950488")
assert Decimal("1.005").quantize(Decimal(".01"), decimal.ROUND_HALF_UP) == \
    Decimal("1.01")
try:
    Decimal(1) / 0
except decimal.DivisionByZero:
    pass
else:
    raise AssertionError("division by zero")
assert decimal.getcontext().prec == 28
assert f"{Decimal('1234.5'):,.2f}" == "1,234.50"
