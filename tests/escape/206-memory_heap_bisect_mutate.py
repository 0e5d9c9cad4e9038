# escape: 206
# policy-wall: optional; it changes its own process alone
# technique: heapq and bisect and sort with comparisons that clear the list
# family: memory
# goal: memory
# expect: contained
import bisect, heapq
class E:
    def __init__(self, n=0):
        self.n = n
    def __lt__(self, other):
        l.clear()
        hold.extend(bytes(300) for _ in range(20))
        return True
hold = []
for call in (lambda: heapq.heapify(l), lambda: heapq.heappush(l, E()), lambda: heapq.heappop(l),
             lambda: heapq.heapreplace(l, E()), lambda: heapq.heappushpop(l, E()),
             lambda: heapq._heapify_max(l), lambda: heapq._heapreplace_max(l, E()),
             lambda: bisect.insort(l, E()), lambda: bisect.bisect_left(l, E()),
             lambda: l.sort(), lambda: min(l), lambda: l.index(E()), lambda: l.__lt__([E()] * 90)):
    l = [E(i) for i in range(100)]
    try:
        call()
    except Exception as error:
        print(repr(error)[:60])
print('done')
