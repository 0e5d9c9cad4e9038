# escape: 216
# policy-wall: optional; it changes its own process alone
# technique: itertools.pairwise advanced by the iterator under it
# family: memory
# goal: memory
# expect: contained
import itertools
hold = []
class It:
    def __init__(self):
        self.n = 0
    def __iter__(self):
        return self
    def __next__(self):
        self.n += 1
        if self.n in (1, 2, 3):
            try:
                hold.append(next(pairs))
            except StopIteration:
                pass
            hold.extend(bytes(8) for _ in range(100))
        if self.n > 20:
            raise StopIteration
        return [self.n]
for _ in range(20):
    pairs = itertools.pairwise(It())
    for row in pairs:
        if any(type(x) is not list for x in row):
            print('ESCAPED: foreign object', row)
print('done')
