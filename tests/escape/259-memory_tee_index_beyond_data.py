# escape: 259
# policy-wall: optional; it changes its own process alone
# technique: itertools.tee() set to an index beyond the values its data has
# family: memory
# goal: memory
# expect: contained
import copy
import itertools
first, second = itertools.tee(iter(range(1000)))
next(first)
data = first.__reduce__()[2][0]
class Index:
    def __index__(self):
        return 50
for index in (*range(2, 58), Index(), -1, 10**30):
    other = type(first)(())
    try:
        other.__setstate__((data, index))
        next(other)
    except (ValueError, TypeError, OverflowError):
        pass
for value in data.__reduce__()[1][1]:
    if type(value) is not int:
        print('ESCAPED: a value became', type(value))
assert list(copy.copy(first))[:3] == [1, 2, 3]
print('done')
