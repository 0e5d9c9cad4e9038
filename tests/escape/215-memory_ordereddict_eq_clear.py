# escape: 215
# policy-wall: optional; it changes its own process alone
# technique: OrderedDict == OrderedDict with keys whose __eq__ clears both
# family: memory
# goal: memory
# expect: contained
from collections import OrderedDict
hold = []
class Key:
    def __hash__(self):
        return 1
    def __eq__(self, other):
        for d in (one, two):
            d.clear()
        hold.extend(bytes(40) for _ in range(2000))
        return True
for _ in range(20):
    one = OrderedDict((Key(), i) for i in range(1))
    two = OrderedDict((Key(), i) for i in range(1))
    for d in (one, two):
        for i in range(30):
            d[i] = Key
    try:
        one == two
    except Exception as error:
        pass
print('done')
