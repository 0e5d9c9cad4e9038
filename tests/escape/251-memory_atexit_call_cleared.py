# escape: 251
# policy-wall: optional; it changes its own process alone
# technique: an exit function whose call clears the table that holds its arguments
# family: memory
# goal: memory
# expect: contained
import atexit
hold = []
class Text:
    def __str__(self):
        atexit._clear()
        atexit.unregister(print)
        hold.extend([bytes(40) for _ in range(200)] + [(i, i) for i in range(2000)])
        return 'x'
    __repr__ = __str__
class Odd:
    asked = False
    def __eq__(self, other):
        if not self.asked:
            self.asked = True
            atexit.unregister(self)
            atexit._run_exitfuncs()
            atexit._clear()
        return True
for _ in range(50):
    for _ in range(5):
        atexit.register(print, Text(), Text(), Text(), end='')
    atexit.register(Text.__str__, Text())
    atexit.unregister(Odd())
    atexit._run_exitfuncs()
atexit.register(print, 'last', Text())
print('done')
