# escape: 183
# policy-wall: optional; it changes its own process alone
# technique: atexit.unregister of an object whose __eq__ clears the table
# family: memory
# goal: memory
# expect: contained
import atexit
hold = []
class Callback:
    def __call__(self):
        pass
    def __eq__(self, other):
        atexit._clear()
        hold.extend(bytes(32) for _ in range(1000))
        return NotImplemented
    __hash__ = None
class Other:
    def __eq__(self, other):
        return False
for _ in range(20):
    for _ in range(5):
        atexit.register(Callback())
    atexit.unregister(Other())
print('done')
