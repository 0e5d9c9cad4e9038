import collections
import copy
import datetime


class Node:
    def __init__(self):
        self.kids = [self]


node = copy.deepcopy(Node())
assert node.kids[0] is node
a = {"x": [1, {2}], "d": datetime.date(2020, 1, 1), "c": collections.Counter("aa")}
b = copy.deepcopy(a)
assert b == a and b["x"] is not a["x"]
assert copy.copy(a)["x"] is a["x"]
