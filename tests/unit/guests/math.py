import math

assert math.isclose(math.sin(math.pi / 2), 1) and math.comb(5, 2) == 10
assert math.gcd(12, 18, 30) == 6 and math.factorial(20) == 2432902008176640000
assert math.inf > 1e308 and math.isnan(math.nan) and math.prod([2, 3]) == 6
assert math.isqrt(10 ** 40) == 10 ** 20
