from fractions import Fraction

assert Fraction(1, 3) + Fraction("1/6") == Fraction(1, 2)
assert Fraction(0.5).limit_denominator(10) == Fraction(1, 2)
assert Fraction("3.14") == Fraction(157, 50)
