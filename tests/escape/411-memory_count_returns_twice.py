# escape: 411
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: itertools.count advanced by the __add__ of its number: both calls return the one reference there is
# family: memory
# goal: memory
# expect: contained
import itertools
hold = []
class Number:
    def __float__(self):
        return 1.0
    def __add__(self, other):
        Number.calls += 1
        if Number.calls == 1:
            hold.append(next(numbers))
        return Number()
for _ in range(30):
    Number.calls = 0
    numbers = itertools.count(Number(), 1)
    one, two = next(numbers), hold.pop()
    del one
    junk = [bytes(24) for _ in range(50)] + [[] for _ in range(50)]
    if type(two) is not Number:
        print('ESCAPED: a number became', type(two))
        break
    del two
print('done')
