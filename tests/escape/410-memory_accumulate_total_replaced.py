# escape: 410
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: itertools.accumulate: __add__ of the total advances the accumulate, whose C code then asks __radd__ about the freed total
# family: memory
# goal: memory
# expect: contained
import itertools
hold, seen = [], []
class Left:
    def __add__(self, other):
        Left.calls += 1
        if Left.calls == 1:
            next(sums)
        return NotImplemented
class Right:
    def __radd__(self, other):
        hold.extend(bytes(n) for n in range(1, 80) for _ in range(30))
        seen.append(type(other))
        return 5
for _ in range(20):
    Left.calls = 0
    sums = itertools.accumulate(make() for make in (Left, Right, Right, int))
    next(sums)
    next(sums)
if set(seen) - {Left, int}:
    print('ESCAPED: a total became', set(seen))
print('done')
