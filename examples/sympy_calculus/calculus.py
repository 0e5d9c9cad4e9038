"""Symbols: derivatives, integrals, equations, exact numbers."""
from sympy import (Eq, Function, Matrix, Rational, Symbol, dsolve, exp,
                   factor, integrate, lambdify, latex, limit, oo, pi, pprint,
                   series, simplify, sin, cos, solve, sqrt, symbols, sympify)

x, y = symbols("x y")
print(integrate(exp(x) * sin(x), x))
print(integrate(exp(-x ** 2), (x, -oo, oo)))
print(limit(sin(x) / x, x, 0), series(cos(x), x, 0, 6))
print(solve([x + y - 3, x * y - 2], [x, y]))
print(factor(x ** 4 - 1), simplify(sin(x) ** 2 + cos(x) ** 2))
print(Matrix([[1, 2], [3, 4]]).inv(), Matrix([[2, 1], [1, 2]]).eigenvals())
f = Function("f")
print(dsolve(Eq(f(x).diff(x), f(x)), f(x)))
print(pi.evalf(30))
print(lambdify(x, x ** 2 + 1)(3), latex(sqrt(x) / 2))
print(sympify("2*x + 3*x"), Rational(1, 3) + Rational(1, 6))
pprint(Symbol("alpha") / (1 + x ** 2))
