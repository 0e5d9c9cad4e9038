# escape: 180
# policy-wall: optional; it changes its own process alone
# technique: array methods over iterables and files that change the array
# family: memory
# goal: memory
# expect: contained
from array import array
import io
a = array('q', range(1000))
class File:
    def write(self, data):
        del a[:]
        a.extend(range(3))
        return len(data)
    def read(self, n):
        del a[:]
        return bytes(n)
for call in (lambda: a.tofile(File()), lambda: a.fromfile(File(), 10),
             lambda: a.extend(a.pop() for _ in range(50)),
             lambda: a.index(type('E', (), {'__eq__': lambda s, o: a.__delitem__(slice(2, None)) or False})()),
             lambda: a.remove(type('E', (), {'__eq__': lambda s, o: a.__delitem__(slice(2, None)) or False})()),
             lambda: a.fromlist([type('E', (), {'__index__': lambda s: a.__delitem__(slice(0, None)) or 1})() for _ in range(5)])):
    del a[:]
    a.extend(range(100000))
    try:
        call()
    except Exception as error:
        print(repr(error))
    print(len(a), a[:5].tolist())
