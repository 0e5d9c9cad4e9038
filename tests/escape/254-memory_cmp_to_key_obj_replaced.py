# escape: 254
# policy-wall: optional; it changes its own process alone
# technique: functools.cmp_to_key(operator.lt): __lt__ sets another obj to both keys
# family: memory
# goal: memory
# expect: contained
import functools
import operator
hold = []
class Left:
    def __lt__(self, other):
        one.obj = two.obj = None
        hold.extend([bytes(48) for _ in range(500)])
        return NotImplemented
class Right:
    def __gt__(self, other):
        hold.append(other)
        return 1
key = functools.cmp_to_key(operator.lt)
for _ in range(200):
    one, two = key(Left()), key(Right())
    one < two
    if type(hold[-1]) is not Left:
        print('ESCAPED: an operand became', type(hold[-1]))
print('done')
