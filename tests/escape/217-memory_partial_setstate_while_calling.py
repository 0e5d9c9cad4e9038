# escape: 217
# policy-wall: optional; it changes its own process alone
# technique: functools.partial.__setstate__ drops the arguments of the call it is in
# family: memory
# goal: memory
# expect: contained
import functools, operator
hold = []
class Arg:
    __slots__ = ('x',)
    def __eq__(self, other):
        p.__setstate__((operator.eq, (), {}, {}))
        hold.extend(bytes(8) for _ in range(1000))
        return NotImplemented
class Other:
    def __eq__(self, other):
        hold.append(other)
        return False
for _ in range(20):
    p = functools.partial(operator.eq, Arg())
    p(Other())
    if type(hold[-1]) is not Arg:
        print('ESCAPED: an argument became', type(hold[-1]))
print('done')
