# escape: 580
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: an iterator that itertools.batched lets go of while its own C code runs, because it asked the outer one for more
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
for make in inner if hasattr(itertools, 'batched') else ():
    outer = itertools.batched(make(), 2)
    try:
        next(outer), next(outer)
    except (StopIteration, ValueError, RuntimeError):
        pass
print('done')
