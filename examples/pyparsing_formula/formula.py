"""A calculator: a grammar, parse actions, and errors with their place."""
import operator
import sys

import pyparsing as pp

pp.ParserElement.enable_packrat()
OPS = {"+": operator.add, "-": operator.sub, "*": operator.mul,
       "/": operator.truediv, "^": operator.pow}


def fold(tokens):
    value, *rest = tokens[0]
    for op, other in zip(rest[::2], rest[1::2]):
        value = OPS[op](value, other)
    return value


names = dict(pair.split("=") for pair in sys.argv[2:])
number = pp.common.number()
name = pp.common.identifier().add_parse_action(lambda t: float(names[t[0]]))
formula = pp.infix_notation(number | name, [
    (pp.one_of("^"), 2, pp.OpAssoc.RIGHT, fold),
    (pp.one_of("* /"), 2, pp.OpAssoc.LEFT, fold),
    (pp.one_of("+ -"), 2, pp.OpAssoc.LEFT, fold)])

print(formula.parse_string(sys.argv[1], parse_all=True)[0])
try:
    formula.parse_string("2 * (3 + )", parse_all=True)
except pp.ParseException as error:
    print(error.explain(depth=0))

row = pp.Group(pp.Word(pp.alphas)("key") + pp.Suppress(":")
               + pp.delimited_list(pp.common.integer)("values"))
for each in row[1, ...].parse_string("a: 1, 2 b: 3").as_list():
    print(each)
