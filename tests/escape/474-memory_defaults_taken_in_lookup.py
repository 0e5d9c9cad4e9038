# escape: 474
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: __kwdefaults__ taken away by a key of theirs, in the middle of the call that looks its default up
# family: memory
# goal: memory
# expect: contained
hold = []
class Key(str):
    def __hash__(self):
        return hash('a')
    def __eq__(self, other):
        f.__kwdefaults__ = None
        hold.extend(b'%031d' % i for i in range(300))
        return False
for i in range(20):
    def f(*, a=1):
        return a
    f.__kwdefaults__ = {Key('a'): 2, 'b': 3}
    junk = [{} for _ in range(300)]
    del junk
    try:
        print('ESCAPED: a default is', f())
    except TypeError:
        pass
print('done')
