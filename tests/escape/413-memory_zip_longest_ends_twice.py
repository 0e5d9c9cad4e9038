# escape: 413
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: itertools.zip_longest: an iterator that ends inside of itself is let go of twice
# family: memory
# goal: memory
# expect: contained
import itertools
class Ends:
    def __init__(self):
        self.calls = 0
    def __iter__(self):
        return self
    def __next__(self):
        self.calls += 1
        if self.calls == 2:
            next(rows)
        if self.calls >= 2:
            raise StopIteration
        return 1
for _ in range(30):
    it = Ends()
    rows = itertools.zip_longest(it, range(9), range(9))
    next(rows), next(rows)
    del rows
    junk = [[1] for _ in range(60)] + [bytes(24) for _ in range(60)]
    if type(it) is not Ends:
        print('ESCAPED: the iterator became', type(it))
        break
print('done')
