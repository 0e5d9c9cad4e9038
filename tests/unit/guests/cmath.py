import cmath

assert cmath.sqrt(-1) == 1j
assert abs(cmath.exp(1j * cmath.pi) + 1) < 1e-12
assert cmath.isclose(cmath.rect(*cmath.polar(3 + 4j)), 3 + 4j)
