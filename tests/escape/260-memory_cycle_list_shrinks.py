# escape: 260
# policy-wall: optional; it changes its own process alone
# technique: itertools.cycle() over a list that the guest handed in, or got out, and shrinks
# family: memory
# goal: memory
# expect: contained
import copy
import itertools
def turn(cycle, count):
    for _ in range(count):
        next(cycle)
    return cycle
mine = [object() for _ in range(100000)]
cycle = itertools.cycle(())
cycle.__setstate__((mine, 1))
turn(cycle, 90000)
del mine[1:]
mine = [bytes(100) for _ in range(10000)]
if type(next(cycle)) is not object:
    print('ESCAPED: an item became another object')
cycle = turn(itertools.cycle([object() for _ in range(100000)]), 190000)
iterator, (saved, _) = cycle.__reduce__()[1][0], cycle.__reduce__()[2]
del saved[1:], iterator.__reduce__()[1][0][1:]
if type(next(cycle)) is not object:
    print('ESCAPED: an item became another object')
cycle = turn(itertools.cycle('abc'), 4)
assert ''.join(itertools.islice(copy.copy(cycle), 5)) == 'bcabc'
print('done')
