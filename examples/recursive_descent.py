"""A recursive-descent parser and evaluator for arithmetic with names."""

import math
import operator
import re

TOKEN = re.compile(r"\s*(?:(\d+\.?\d*)|([a-z_]\w*)|(.))", re.I)
BINARY = {"+": operator.add, "-": operator.sub, "*": operator.mul,
          "/": operator.truediv, "%": operator.mod}
NAMES = {"pi": math.pi, "sqrt": math.sqrt, "max": max}


class ParseError(Exception):
    pass


class Parser:
    """expr: term (+- term)*; term: factor (*/% factor)*;
    factor: - factor | power; power: atom (^ factor)?"""

    def __init__(self, text):
        self.tokens = [m.groups() for m in TOKEN.finditer(text.strip())]
        self.at = 0

    def peek(self):
        rest = self.tokens[self.at:self.at + 1]
        return rest[0][2] if rest else None

    def take(self, symbol):
        if self.peek() != symbol:
            raise ParseError(f"expected {symbol!r} at token {self.at + 1}")
        self.at += 1

    def whole(self):
        tree = self.expr()
        if self.at != len(self.tokens):
            raise ParseError(f"left over at token {self.at + 1}")
        return tree

    def chain(self, operators, operand):
        tree = operand()
        while self.peek() in operators:
            symbol = self.peek()
            self.take(symbol)
            tree = (symbol, tree, operand())
        return tree

    def expr(self):
        return self.chain(("+", "-"), self.term)

    def term(self):
        return self.chain(("*", "/", "%"), self.factor)

    def factor(self):
        if self.peek() == "-":
            self.take("-")
            return ("neg", self.factor())
        base = self.atom()
        if self.peek() == "^":
            self.take("^")
            return ("^", base, self.factor())
        return base

    def atom(self):
        if self.at == len(self.tokens):
            raise ParseError("unexpected end")
        number, name, symbol = self.tokens[self.at]
        if symbol not in (None, "("):
            raise ParseError(f"unexpected {symbol!r} at token {self.at + 1}")
        if symbol == "(":
            self.take("(")
            tree = self.expr()
            self.take(")")
            return tree
        self.at += 1
        if number:
            return float(number) if "." in number else int(number)
        return self.call(name) if self.peek() == "(" else ("name", name)

    def call(self, name):
        self.take("(")
        args = [self.expr()]
        while self.peek() == ",":
            self.take(",")
            args.append(self.expr())
        self.take(")")
        return ("call", name, args)


def evaluate(tree, names):
    match tree:
        case int() | float():
            return tree
        case ("name", name):
            return names[name]
        case ("neg", x):
            return -evaluate(x, names)
        case ("call", name, args):
            return names[name](*(evaluate(a, names) for a in args))
        case ("^", a, b):
            return evaluate(a, names) ** evaluate(b, names)
        case (symbol, a, b):
            return BINARY[symbol](evaluate(a, names), evaluate(b, names))


for text in ("1 + 2 * 3", "2 ^ 3 ^ 2", "-2 ^ 2", "(1 + x) * -3 % 5",
             "sqrt(3^2 + 4^2) / max(1, 2, x)", "2 * pi", "1 / 0", "1 +",
             "2 $ 3", "nobody + 1"):
    try:
        shown = f"{evaluate(Parser(text).whole(), NAMES | {'x': 7}):.10g}"
    except (ParseError, KeyError, ZeroDivisionError) as e:
        shown = f"{type(e).__name__}: {e}"
    print(f"{text:32} {shown}")
