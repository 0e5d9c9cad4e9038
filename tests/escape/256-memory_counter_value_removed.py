# escape: 256
# policy-wall: optional; it changes its own process alone
# technique: Counter.update() with a count whose __add__ removes it from the counter
# family: memory
# goal: memory
# expect: contained
import collections
hold = []
class Count:
    __slots__ = ('x',)
    def __add__(self, other):
        counter.clear()
        hold.extend([bytes(size) for size in (8, 16, 24) for _ in range(200)])
        return NotImplemented
for _ in range(200):
    counter = collections.Counter()
    dict.__setitem__(counter, 'a', Count())
    try:
        counter.update(['a'])
    except TypeError as error:
        if "'Count' and 'int'" not in str(error):
            print('ESCAPED: the operand became', error)
assert collections.Counter('abca') == {'a': 2, 'b': 1, 'c': 1}
print('done')
