# escape: 418
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: property.__init__ inside of its getter, setter and deleter, which are objects of C that nobody else holds
# family: memory
# goal: memory
# expect: contained
import functools, operator
hold = []
def fill():
    hold.extend(bytes(60 + 8 * i) for i in range(30) for _ in range(20))
def anew(*args):
    slot.__init__(None, None, None)
    fill()
    return 1
class Item:
    def __getitem__(self, key):
        anew()
        return 1
    x = 1
for wrap in (functools.lru_cache(maxsize=8), functools.partial, lambda f: operator.itemgetter(*range(40))):
    for use in (lambda a: a.x, lambda a: setattr(a, 'x', 1), lambda a: delattr(a, 'x')):
        for _ in range(3):
            slot = property(wrap(anew), wrap(anew), wrap(anew))
            class A(Item):
                x = slot
            try:
                use(A())
            except (AttributeError, TypeError) as error:
                pass
print('done')
