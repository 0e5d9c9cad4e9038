# escape: 253
# policy-wall: optional; it changes its own process alone
# technique: weakref.proxy() < x: __lt__ drops the last reference to the referent
# family: memory
# goal: memory
# expect: contained
import weakref
hold = []
class Left:
    def __lt__(self, other):
        global left
        left = None
        return NotImplemented
class Right:
    def __gt__(self, other):
        hold.extend([bytes(48) for _ in range(500)])
        hold.append(other)
        return True
for call in (None, lambda self: None):
    if call:
        Left.__call__ = call
    for _ in range(200):
        left = Left()
        weakref.proxy(left) < Right()
        if type(hold[-1]) is not Left:
            print('ESCAPED: an operand became', type(hold[-1]))
print('done')
