# escape: 475
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: itertools.groupby: __eq__ of a key advances the groupby, which goes on with the freed key
# family: memory
# goal: memory
# expect: contained
import itertools
hold, seen = [], set()
class Key:
    def __init__(self, n):
        self.n = n
    def __eq__(self, other):
        if Key.on:
            Key.on = False
            for _ in range(2):
                try:
                    next(groups)
                except (StopIteration, ValueError):
                    pass
        return NotImplemented
class Other:
    def __init__(self, n):
        self.n = n
    def __eq__(self, other):
        hold.extend(bytes(n) for n in range(1, 80) for _ in range(20))
        seen.add(type(other))
        return False
for _ in range(10):
    Key.on = False
    groups = itertools.groupby(c(i) for i in range(9) for c in (Key, Other))
    next(groups)
    Key.on = True
    next(groups)
    Key.on = False
    groups = itertools.groupby(c(i) for i in range(9) for c in (Key, Other))
    group = next(groups)[1]
    next(group)
    Key.on = True
    list(group)
if seen - {Key, Other}:
    print('ESCAPED: a key became', seen)
assert [(k, list(g)) for k, g in itertools.groupby('aab')] == [('a', ['a', 'a']), ('b', ['b'])]
print('done')
