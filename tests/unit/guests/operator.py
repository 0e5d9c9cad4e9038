import operator

assert operator.itemgetter(1, 0)("ab") == ("b", "a")
assert operator.attrgetter("real")(3) == 3
assert operator.methodcaller("upper")("x") == "X"
assert operator.matmul and operator.xor(5, 1) == 4
assert operator.concat([1], [2]) == [1, 2]
