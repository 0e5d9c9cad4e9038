# escape: 419
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: sys.stdout replaced by its own write(), or by the __repr__ of what is shown: print() and sys.displayhook() go on with a stream that is gone
# family: memory
# goal: memory
# expect: contained
import sys
real, hold = sys.stdout, []
def fill():
    sys.stdout = real
    hold.extend([1] for _ in range(60))
class Stream:
    def write(self, text):
        fill()
class Shown:
    def __repr__(self):
        fill()
        return ''
class Flush:
    def __bool__(self):
        fill()
        return True
for call in (lambda: print('a', 'b', 'c'), lambda: print(Shown(), 'b'), lambda: print('a', 'b', sep='', file=None),
             lambda: print(*range(20)), lambda: print('a', flush=Flush()), lambda: sys.displayhook(Shown()),
             lambda: exec(compile('Shown()', 'x', 'single'))):
    for _ in range(5):
        sys.stdout = Stream()
        try:
            call()
        except AttributeError:
            pass
        sys.stdout = real
print('done')
