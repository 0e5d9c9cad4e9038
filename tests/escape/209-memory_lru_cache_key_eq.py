# escape: 209
# policy-wall: optional; it changes its own process alone
# technique: functools.lru_cache cleared by the __eq__ of a key while it looks up
# family: memory
# goal: memory
# expect: contained
import functools
hold = []
class Key:
    def __hash__(self):
        return 7
    def __eq__(self, other):
        f.cache_clear()
        hold.extend([0] * 6 for _ in range(50))
        try:
            f(0)
        except RecursionError:
            pass
        return False
@functools.lru_cache(maxsize=3)
def f(x):
    return [x]
for i in range(300):
    assert type(f(Key())) is list
print(f.cache_info())
