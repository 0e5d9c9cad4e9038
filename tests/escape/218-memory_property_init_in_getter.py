# escape: 218
# policy-wall: optional; it changes its own process alone
# technique: property.__init__ from its own getter frees what is being called
# family: memory
# goal: memory
# expect: contained
import functools
hold = []
class Key:
    def __eq__(self, other):
        prop.__init__()
        hold.extend(bytes(60) for _ in range(2000))
        return NotImplemented
import operator
prop = property(functools.partial(operator.eq, Key()))
C = type('C', (), {'p': prop, '__eq__': lambda self, other: hold.append(other) or False})
for _ in range(20):
    prop.__init__(functools.partial(operator.eq, Key()))
    C().p
    if type(hold[-1]) is not Key:
        print('ESCAPED: an argument became', type(hold[-1]))
print('done')
