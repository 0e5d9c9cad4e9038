# escape: 415
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: __setstate__ of combinations and permutations that have stopped before they began: an index into nothing
# family: memory
# goal: memory
# expect: contained
import itertools
for make, state in ((lambda: itertools.combinations((), 1), (0,)),
                    (lambda: itertools.combinations_with_replacement((), 1), (5,)),
                    (lambda: itertools.permutations((1, 2), 3), ((0, 1), (1, 1, 1))),
                    (lambda: itertools.permutations((), 4), ((), (1, 1, 1, 1))),
                    (lambda: itertools.combinations('ab', 40), tuple(range(40))),
                    (lambda: itertools.product('ab', ''), (1, 9))):
    it = make()
    try:
        it.__setstate__(state)
    except (TypeError, ValueError) as error:
        print(repr(error)[:60])
    rest = it.__reduce__(), list(it)
    if rest[1]:
        print('ESCAPED: out of nothing', rest)
print('done')
