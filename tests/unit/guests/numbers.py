import numbers

assert isinstance(3, numbers.Integral) and isinstance(2j, numbers.Complex)
assert not isinstance("3", numbers.Number)
