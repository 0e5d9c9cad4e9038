# escape: 252
# policy-wall: optional; it changes its own process alone
# technique: list < list whose items' __lt__ empties both, and __gt__ of what was freed
# family: memory
# goal: memory
# expect: contained
hold = []
class Left:
    def __eq__(self, other):
        return False
    def __lt__(self, other):
        del left[:], right[:]
        hold.extend([bytes(48) for _ in range(500)])
        return NotImplemented
class Right:
    def __eq__(self, other):
        return False
    def __gt__(self, other):
        hold.append(other)
        return True
for _ in range(200):
    left, right = [Left()], [Right()]
    left < right
    if type(hold[-1]) is not Left:
        print('ESCAPED: an operand became', type(hold[-1]))
print('done')
