# escape: 195
# policy-wall: optional; it changes its own process alone
# technique: deque methods with an __eq__ that changes the deque
# family: memory
# goal: memory
# expect: contained
from collections import deque
hold = []
class E:
    def __eq__(self, other):
        hold.clear()
        d.clear()
        d.extend(range(3))
        hold.extend(bytes(500) for _ in range(100))
        return False
for call in (lambda: d.remove(1), lambda: d.index(1), lambda: d.count(1), lambda: 1 in d,
             lambda: d == deque([E()] * 200), lambda: d < deque([1] * 200),
             lambda: d.insert(5, d), lambda: d.rotate(10**9)):
    d = deque([E() for _ in range(200)])
    try:
        call()
    except Exception as error:
        print(repr(error)[:60])
print(len(d))
