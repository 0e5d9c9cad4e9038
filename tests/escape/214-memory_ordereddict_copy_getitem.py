# escape: 214
# policy-wall: optional; it changes its own process alone
# technique: OrderedDict.copy of a subclass whose __getitem__ clears it
# family: memory
# goal: memory
# expect: contained
from collections import OrderedDict
class Evil(OrderedDict):
    def __getitem__(self, key):
        if len(self) > 2:
            self.clear()
            hold.extend(b'\x41' * 23 for _ in range(3000))
        return 1
hold = []
for n in range(50):
    d = Evil((str(i) * 3, i) for i in range(60))
    try:
        d.copy()
    except (KeyError, SystemError) as error:
        pass
print('done')
