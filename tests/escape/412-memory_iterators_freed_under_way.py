# escape: 412
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: an iterator that chain, islice or cycle lets go of while its own C code runs, because it asked the outer one for more
# family: memory
# goal: memory
# expect: contained
import itertools
hold = []
class Again:
    def __init__(self):
        self.calls = 0
    def __iter__(self):
        return self
    def __next__(self):
        self.calls += 1
        if self.calls > 1:
            raise StopIteration
        for _ in range(3):
            try:
                next(outer)
            except (StopIteration, ValueError, RuntimeError):
                pass
        hold.extend(bytes(n) for n in (8, 24, 40, 56) for _ in range(100))
        return self.calls
inner = (lambda: map(str, Again()), lambda: filter(None, Again()), lambda: zip(Again(), [1, 2]),
         lambda: itertools.starmap(max, zip(Again(), [1, 2])), lambda: (x for x in Again()))
outside = (itertools.chain, lambda it: itertools.islice(it, 1), itertools.cycle, lambda it: itertools.chain.from_iterable([it]))
for make in outside:
    for it in inner:
        outer = make(it())
        try:
            next(outer), next(outer)
        except (StopIteration, ValueError, RuntimeError):
            pass
print('done')
