# escape: 227
# policy-wall: optional; it changes its own process alone
# technique: itertools.tee and groupby advanced by their own iterator and key
# family: memory
# goal: memory
# expect: contained
import itertools
hold = []
class It:
    n = 0
    def __iter__(self):
        return self
    def __next__(self):
        self.n += 1
        if self.n > 200:
            raise StopIteration
        if self.n % 7 == 3:
            for it in its:
                try:
                    hold.append(next(it))
                except (RuntimeError, StopIteration):
                    pass
        return bytearray(8)
its = list(itertools.tee(It(), 3))
for it in its:
    for x in it:
        assert type(x) is bytearray, x
class Key:
    def __init__(self, value):
        self.value = value
    def __eq__(self, other):
        if not hold or hold[-1] != 'in':
            hold.append('in')
            try:
                next(groups)
            except StopIteration:
                pass
            hold.append(0)
        hold.extend(bytes(40) for _ in range(100))
        return False
for _ in range(20):
    groups = itertools.groupby(range(30), Key)
    for key, group in groups:
        assert type(key) is Key
        try:
            list(group)
        except RuntimeError:
            break
print('done')
