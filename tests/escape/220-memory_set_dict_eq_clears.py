# escape: 220
# policy-wall: optional; it changes its own process alone
# technique: set and dict operations with an __eq__ that clears both sides
# family: memory
# goal: memory
# expect: contained
hold = []
class Key:
    armed = False
    def __init__(self, n):
        self.n = n
    def __hash__(self):
        return 3
    def __eq__(self, other):
        if Key.armed:
            Key.armed = False
            one.clear()
            two.clear()
            hold.extend(bytes(50) for _ in range(300))
        return False
import operator
for op in (operator.or_, operator.and_, operator.sub, operator.xor, operator.eq,
           operator.le, operator.ior, operator.iand, operator.isub, operator.ixor):
    for make in (lambda: set(map(Key, range(30))), lambda: dict.fromkeys(map(Key, range(30)), [1])):
        for _ in range(10):
            Key.armed = False
            one, two = make(), make()
            Key.armed = True
            try:
                op(one, two)
            except Exception as error:
                pass
            Key.armed = False
print('done')
